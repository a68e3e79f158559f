#include <eventsdk/memory/broker.hpp>
#include <eventsdk/produce/transactional_producer.hpp>

#include "support/assignment_events.hpp"
#include "support/catch.hpp"

#include <stdexcept>

using namespace eventsdk;
using support::AssignmentGraded;

namespace {

struct Memory {
    memory::Broker broker{{}, Runtime{.logger = silent_logger()}};
    Catalogue catalogue = support::assignment_catalogue();

    Memory() { REQUIRE(broker.create_topic({.name = support::assignments, .partitions = 2})); }
    TransactionalProducer producer(const std::string& id = "grader-1") {
        return TransactionalProducer::create(
                   broker, catalogue, {.transactional_id = id, .retry = {.max_retries = 3, .first_delay = Duration{1}}})
            .value();
    }
    [[nodiscard]] std::size_t stored() const { return broker.records(support::assignments).size(); }
};

}  // namespace

TEST_CASE("a transaction's events appear together", "[produce][unit]") {
    Memory memory;
    TransactionalProducer producer = memory.producer();
    REQUIRE(producer.transact([&](Transaction& transaction) {
        transaction.publish("a", AssignmentGraded{"ada", 1});
        transaction.publish("b", AssignmentGraded{"bob", 2});
        CHECK(memory.stored() == 0);
    }));
    CHECK(memory.stored() == 2);
}

TEST_CASE("an error of the work aborts and is returned", "[produce][unit]") {
    Memory memory;
    TransactionalProducer producer = memory.producer();
    int runs = 0;
    const auto ended = producer.transact([&](Transaction& transaction) -> Result<void> {
        ++runs;
        transaction.publish("a", AssignmentGraded{"ada", 1});
        return Error{ErrorKind::conflict, "my.reason", "no"};
    });
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code == "my.reason");
    CHECK(runs == 1);
    CHECK(memory.stored() == 0);
}

TEST_CASE("an exception of the work aborts and does not escape", "[produce][unit]") {
    Memory memory;
    TransactionalProducer producer = memory.producer();
    const auto ended = producer.transact([&](Transaction& transaction) {
        transaction.publish("a", AssignmentGraded{"ada", 1});
        throw std::runtime_error{"user code"};
    });
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code == "transaction.work_threw");
    CHECK(memory.stored() == 0);
    CHECK(producer.transact([&](Transaction& transaction) { transaction.publish("a", AssignmentGraded{"ada", 1}); }));
    CHECK(memory.stored() == 1);
}

TEST_CASE("a failed publish spoils the transaction although nobody looked", "[produce][unit]") {
    Memory memory;
    TransactionalProducer producer = memory.producer();
    int runs = 0;
    const auto ended = producer.transact([&](Transaction& transaction) {
        ++runs;
        transaction.publish("a", AssignmentGraded{"ada", 1});
        transaction.publish("a", AssignmentGraded{"ada", -1});
        transaction.publish("a", AssignmentGraded{"ada", 2});
    });
    REQUIRE_FALSE(ended);
    CHECK(ended.error().kind == ErrorKind::permanent);
    CHECK(ended.error().code == "schema.minimum");
    CHECK(runs == 1);
    CHECK(memory.stored() == 0);
}

TEST_CASE("a record that the broker refuses spoils the transaction", "[produce][unit]") {
    Memory memory;
    TransactionalProducer producer = memory.producer();
    Record lost = memory.catalogue.prepare(memory.broker.runtime(), "a", AssignmentGraded{"ada", 1}).value();
    lost.topic = "nowhere";
    const auto ended = producer.transact([&](Transaction& transaction) {
        transaction.publish("a", AssignmentGraded{"ada", 1});
        transaction.publish(lost);
    });
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code == "kafka.topic_unknown");
    CHECK(memory.stored() == 0);
}

TEST_CASE("abortable work runs again until the retries are spent", "[produce][unit]") {
    Memory memory;
    TransactionalProducer producer = memory.producer();
    int runs = 0;
    REQUIRE(producer.transact([&](Transaction& transaction) -> Result<void> {
        transaction.publish("a", AssignmentGraded{"ada", 1});
        if (++runs < 3) return Error{ErrorKind::abortable, "my.again", "once more"};
        return {};
    }));
    CHECK(runs == 3);
    CHECK(memory.stored() == 1);
    runs = 0;
    const auto ended = producer.transact([&](Transaction&) -> Result<void> {
        ++runs;
        return Error{ErrorKind::abortable, "my.again", "once more"};
    });
    REQUIRE_FALSE(ended);
    CHECK(ended.error().kind == ErrorKind::retriable);
    CHECK(runs == 4);
}

TEST_CASE("a newer producer of the same id fences the older for good", "[produce][unit]") {
    Memory memory;
    TransactionalProducer old = memory.producer();
    REQUIRE(old.transact([](Transaction& transaction) { transaction.publish("a", AssignmentGraded{"ada", 1}); }));
    TransactionalProducer young = memory.producer();
    const auto write = [](Transaction& transaction) { transaction.publish("a", AssignmentGraded{"ada", 2}); };
    CHECK(old.transact(write).error().kind == ErrorKind::fenced);
    CHECK(old.transact(write).error().kind == ErrorKind::fenced);
    CHECK(young.transact(write));
    CHECK(memory.stored() == 2);
}

TEST_CASE("a transaction within a transaction is refused", "[produce][unit]") {
    Memory memory;
    TransactionalProducer producer = memory.producer();
    Result<void> inner;
    REQUIRE(producer.transact([&](Transaction&) { inner = producer.transact([](Transaction&) {}); }));
    CHECK(inner.error().kind == ErrorKind::invalid_argument);
}

TEST_CASE("a closed transactional producer refuses work", "[produce][unit]") {
    Memory memory;
    TransactionalProducer producer = memory.producer();
    producer.close(Duration{100});
    CHECK(producer.transact([](Transaction&) {}).error().kind == ErrorKind::closed);
}

TEST_CASE("consumed offsets are committed with the events", "[produce][unit]") {
    Memory memory;
    REQUIRE(memory.broker.create_topic({.name = "input"}));
    TransactionalProducer producer = memory.producer();
    auto reader = memory.broker.port().reader({.group = "g", .topics = {"input"}}, nullptr).value();
    std::vector<ReceivedRecord> none;
    REQUIRE(reader->poll(none, 1, Duration{0}));
    const std::vector<PartitionOffset> offsets{{"input", 0, 7, {}}};
    REQUIRE(producer.transact([&](Transaction& transaction) {
        transaction.publish("a", AssignmentGraded{"ada", 1});
        transaction.add_offsets(*reader, offsets);
    }));
    const std::vector<TopicPartition> partitions{{"input", 0}};
    CHECK(reader->committed(partitions, Duration{1'000}).value().front().offset == 7);
}

TEST_CASE("a transactional option out of range is refused by name", "[produce][unit]") {
    Memory memory;
    const auto refusal = [&](const TransactionalProducerOptions& options) {
        const auto producer = TransactionalProducer::create(memory.broker, memory.catalogue, options);
        REQUIRE_FALSE(producer);
        CHECK(producer.error().kind == ErrorKind::invalid_argument);
        return producer.error().message;
    };
    CHECK(refusal({}).find("transactional_id") != std::string::npos);
    CHECK(refusal({.transactional_id = "x", .transaction_timeout = Duration{10}}).find("transaction_timeout") !=
          std::string::npos);
    CHECK(refusal({.transactional_id = "x", .timeout = Duration{0}}).find("timeout") != std::string::npos);
}
