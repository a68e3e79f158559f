#include <eventsdk/memory/broker.hpp>
#include <eventsdk/produce/transactional_producer.hpp>
#include <eventsdk/testing/fault_plan.hpp>
#include <eventsdk/testing/manual_clock.hpp>

#include "support/assignment_events.hpp"
#include "support/catch.hpp"

#include <set>

using namespace eventsdk;
using support::AssignmentGraded;
using testing::Operation;

namespace {

struct Spoiled {
    std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
    memory::Broker broker{{}, Runtime{.clock = clock, .logger = silent_logger()}};
    Broker handle{broker};
    testing::FaultPlan faults{handle};
    Catalogue catalogue = support::assignment_catalogue();

    Spoiled() { REQUIRE(broker.create_topic({.name = support::assignments, .partitions = 2})); }
    Producer producer(ProducerOptions options = {}) { return Producer::create(handle, catalogue, options).value(); }
    TransactionalProducer transactional() {
        return TransactionalProducer::create(
                   handle, catalogue,
                   {.transactional_id = "grader-1", .retry = {.max_retries = 3, .first_delay = Duration{1}}})
            .value();
    }
    [[nodiscard]] std::vector<Record> stored() const { return broker.records(support::assignments); }
};

const auto grade = [](Transaction& transaction) { transaction.publish("a", AssignmentGraded{"ada", 1}); };

}  // namespace

TEST_CASE("a lost acknowledgement is indeterminate, and the same record again is a double by its id",
          "[produce][unit]") {
    Spoiled spoiled;
    Producer producer = spoiled.producer();
    const Record record = producer.prepare("a", AssignmentGraded{"ada", 5}).value();
    spoiled.faults.lose_acknowledgements(Operation::write, 1);
    const auto lost = producer.publish(record);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().kind == ErrorKind::indeterminate);
    REQUIRE(producer.publish(record));
    const auto records = spoiled.stored();
    REQUIRE(records.size() == 2);
    CHECK(records[0].header("id") == records[1].header("id"));
    CHECK(records[0].value == records[1].value);
}

TEST_CASE("a write that fails with a kind ends with that kind and is not stored", "[produce][unit]") {
    Spoiled spoiled;
    Producer producer = spoiled.producer();
    for (const ErrorKind kind : {ErrorKind::permanent, ErrorKind::retriable, ErrorKind::indeterminate}) {
        spoiled.faults.fail_next(Operation::write, 1, kind);
        const auto failed = producer.publish("a", AssignmentGraded{"ada", 1});
        REQUIRE_FALSE(failed);
        CHECK(failed.error().kind == kind);
    }
    CHECK(spoiled.stored().empty());
    CHECK(producer.publish("a", AssignmentGraded{"ada", 1}));
}

TEST_CASE("while the broker is down events wait, and the caller hears of it in time", "[produce][unit]") {
    Spoiled spoiled;
    ProducerOptions options;
    options.publish_timeout = Duration{20};
    Producer producer = spoiled.producer(options);
    spoiled.faults.broker_down();
    std::vector<Result<Receipt>> outcomes;
    REQUIRE(producer.publish_async("a", AssignmentGraded{"ada", 1},
                                   [&](const auto& outcome) { outcomes.push_back(outcome); }));
    CHECK(producer.publish("a", AssignmentGraded{"ada", 2}).error().kind == ErrorKind::indeterminate);
    CHECK(outcomes.empty());
    spoiled.faults.broker_up();
    spoiled.faults.settle();
    CHECK(producer.publish("a", AssignmentGraded{"ada", 3}));
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes.front());
    CHECK(spoiled.stored().size() == 3);
}

TEST_CASE("close gives every waiting event its one outcome", "[produce][unit]") {
    Spoiled spoiled;
    Producer producer = spoiled.producer();
    spoiled.faults.broker_down();
    int called = 0;
    for (int i = 0; i < 10; ++i)
        REQUIRE(producer.publish_async("a", AssignmentGraded{"ada", i}, [&](const auto& outcome) {
            ++called;
            CHECK_FALSE(outcome);
        }));
    const CloseReport report = producer.close(Duration{5});
    CHECK(called == 10);
    CHECK(report.undelivered.size() == 10);
    CHECK(std::set<std::string>(report.undelivered.begin(), report.undelivered.end()).size() == 10);
    CHECK(report.delivered == 0);
}

TEST_CASE("a transaction that a write failure spoiled runs again from the start", "[produce][unit]") {
    Spoiled spoiled;
    TransactionalProducer producer = spoiled.transactional();
    spoiled.faults.fail_next(Operation::write, 1, ErrorKind::retriable);
    int runs = 0;
    REQUIRE(producer.transact([&](Transaction& transaction) {
        ++runs;
        grade(transaction);
        grade(transaction);
    }));
    CHECK(runs == 2);
    CHECK(spoiled.stored().size() == 2);
}

TEST_CASE("a commit to be aborted runs again, and its records appear once", "[produce][unit]") {
    Spoiled spoiled;
    TransactionalProducer producer = spoiled.transactional();
    spoiled.faults.fail_next(Operation::commit_transaction, 2, ErrorKind::abortable);
    int runs = 0;
    REQUIRE(producer.transact([&](Transaction& transaction) {
        ++runs;
        grade(transaction);
    }));
    CHECK(runs == 3);
    CHECK(spoiled.stored().size() == 1);
}

TEST_CASE("an unanswered commit without offsets is indeterminate and never runs again", "[produce][unit]") {
    Spoiled spoiled;
    TransactionalProducer producer = spoiled.transactional();
    spoiled.faults.lose_acknowledgements(Operation::commit_transaction, 1);
    int runs = 0;
    const auto ended = producer.transact([&](Transaction& transaction) {
        ++runs;
        grade(transaction);
    });
    REQUIRE_FALSE(ended);
    CHECK(ended.error().kind == ErrorKind::indeterminate);
    CHECK(runs == 1);
    CHECK(spoiled.stored().size() == 1);
    CHECK(producer.transact(grade));  // with a new writer
    CHECK(spoiled.stored().size() == 2);
}

TEST_CASE("an unanswered commit with offsets is resolved by reading them back", "[produce][unit]") {
    Spoiled spoiled;
    REQUIRE(spoiled.broker.create_topic({.name = "input"}));
    TransactionalProducer producer = spoiled.transactional();
    auto reader = spoiled.handle.port().reader({.group = "g", .topics = {"input"}}, nullptr).value();
    std::vector<ReceivedRecord> none;
    REQUIRE(reader->poll(none, 1, Duration{0}));
    int runs = 0;
    const auto consume_until = [&](std::int64_t offset) {
        return producer.transact([&, offset](Transaction& transaction) {
            ++runs;
            grade(transaction);
            transaction.add_offsets(*reader, std::vector<PartitionOffset>{{"input", 0, offset, {}}});
        });
    };
    SECTION("it was stored") {
        spoiled.faults.lose_acknowledgements(Operation::commit_transaction, 1);
        CHECK(consume_until(3));
        CHECK(runs == 1);
    }
    SECTION("it was not, and runs again") {
        spoiled.faults.fail_next(Operation::commit_transaction, 1, ErrorKind::indeterminate);
        CHECK(consume_until(3));
        CHECK(runs == 2);
    }
    CHECK(spoiled.stored().size() == 1);
}

TEST_CASE("a fenced commit ends the producer for good", "[produce][unit]") {
    Spoiled spoiled;
    TransactionalProducer producer = spoiled.transactional();
    spoiled.faults.fail_next(Operation::commit_transaction, 1, ErrorKind::fenced);
    CHECK(producer.transact(grade).error().kind == ErrorKind::fenced);
    CHECK(producer.transact(grade).error().kind == ErrorKind::fenced);
    CHECK(spoiled.stored().empty());
}

TEST_CASE("an abort that fails leaves a producer that works", "[produce][unit]") {
    Spoiled spoiled;
    TransactionalProducer producer = spoiled.transactional();
    spoiled.faults.fail_next(Operation::abort_transaction, 1, ErrorKind::retriable);
    const auto ended = producer.transact([&](Transaction& transaction) -> Result<void> {
        grade(transaction);
        return Error{ErrorKind::permanent, "my.reason", "no"};
    });
    CHECK(ended.error().code == "my.reason");
    CHECK(producer.transact(grade));
    CHECK(spoiled.stored().size() == 1);
}
