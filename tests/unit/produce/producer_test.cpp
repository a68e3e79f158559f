#include <eventsdk/memory/broker.hpp>
#include <eventsdk/produce/producer.hpp>
#include <eventsdk/testing/collecting_logger.hpp>
#include <eventsdk/testing/collecting_metrics.hpp>

#include "held_broker.hpp"
#include "support/assignment_events.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>

using namespace eventsdk;
using support::AssignmentGraded;
using support::AssignmentSubmitted;

namespace {

struct Memory {
    std::shared_ptr<testing::CollectingLogger> logger = std::make_shared<testing::CollectingLogger>();
    std::shared_ptr<testing::CollectingMetrics> metrics = std::make_shared<testing::CollectingMetrics>();
    memory::Broker broker{{}, Runtime{.logger = logger, .metrics = metrics}};
    Catalogue catalogue = support::assignment_catalogue();

    Memory() { REQUIRE(broker.create_topic({.name = support::assignments, .partitions = 4})); }
    Producer producer(ProducerOptions options = {}) { return Producer::create(broker, catalogue, options).value(); }
};

struct Held {
    std::shared_ptr<testing::CollectingLogger> logger = std::make_shared<testing::CollectingLogger>();
    std::shared_ptr<support::HeldBroker> port = std::make_shared<support::HeldBroker>(Runtime{.logger = logger});
    Catalogue catalogue = support::assignment_catalogue();
    Producer producer;

    explicit Held(const ProducerOptions& options = {})
        : producer{Producer::create(Broker{port}, catalogue, options).value()} {}
    Record record(const std::string& key = "a") {
        return catalogue.prepare(port->runtime(), key, AssignmentGraded{"ada", 1}).value();
    }
};

ProducerOptions small(int records, Duration timeout) {
    ProducerOptions options;
    options.writer.queue_records = records;
    options.publish_timeout = timeout;
    return options;
}

/// Outcomes in the order in which they came.
struct Outcomes {
    std::mutex mutex{};
    std::vector<Result<Receipt>> all{};
    Producer::Completion completion() {
        return [this](const Result<Receipt>& outcome) {
            const std::lock_guard lock{mutex};
            all.push_back(outcome);
        };
    }
    std::size_t size() {
        const std::lock_guard lock{mutex};
        return all.size();
    }
};

const Error broker_lost{ErrorKind::indeterminate, "writer.unacknowledged", "no answer"};

}  // namespace

TEST_CASE("a published event is in the log where its receipt says", "[produce][unit]") {
    Memory memory;
    Producer producer = memory.producer();
    const auto receipt = producer.publish("assignment-1", support::submitted());
    REQUIRE(receipt);
    CHECK(receipt->topic == support::assignments);
    const auto records = memory.broker.records(support::assignments);
    REQUIRE(records.size() == 1);
    CHECK(records.front().partition == receipt->partition);
    CHECK(records.front().key == "assignment-1");
}

TEST_CASE("a refused event is an error of the call and never reaches the log", "[produce][unit]") {
    Memory memory;
    Producer producer = memory.producer();
    auto event = support::submitted();
    event.course_id = "no uuid";
    const auto receipt = producer.publish("assignment-1", event);
    REQUIRE_FALSE(receipt);
    CHECK(receipt.error().kind == ErrorKind::permanent);
    bool called = false;
    CHECK_FALSE(producer.publish_async("assignment-1", event, [&](const auto&) { called = true; }));
    CHECK_FALSE(called);
    CHECK(memory.broker.records(support::assignments).empty());
}

TEST_CASE("an empty batch has no results", "[produce][unit]") {
    Memory memory;
    CHECK(memory.producer().publish_all({}).empty());
}

TEST_CASE("a prepared record is published again byte for byte", "[produce][unit]") {
    Memory memory;
    Producer producer = memory.producer();
    const Record record = producer.prepare("assignment-1", support::submitted()).value();
    REQUIRE(producer.publish(record));
    REQUIRE(producer.publish(record));
    const auto records = memory.broker.records(support::assignments);
    REQUIRE(records.size() == 2);
    CHECK(records[0].value == records[1].value);
    CHECK(records[0].header("id") == records[1].header("id"));
}

TEST_CASE("events of one key are stored in the order of the calls", "[produce][unit]") {
    Memory memory;
    Producer producer = memory.producer();
    Outcomes outcomes;
    for (int i = 0; i < 500; ++i)
        REQUIRE(producer.publish_async("same", AssignmentGraded{"ada", i}, outcomes.completion()));
    REQUIRE(producer.flush(Duration{5'000}));
    REQUIRE(outcomes.size() == 500);
    std::int64_t last = -1;
    for (const auto& outcome : outcomes.all) {
        REQUIRE(outcome);
        CHECK(outcome->offset > last);
        last = outcome->offset;
    }
}

TEST_CASE("publishing within a completion works and never waits", "[produce][unit]") {
    Memory memory;
    Producer producer = memory.producer();
    int completed = 0;
    Result<Receipt> blocking = Error{};
    REQUIRE(producer.publish_async("a", AssignmentGraded{"ada", 1}, [&](const auto&) {
        ++completed;
        blocking = producer.publish("a", AssignmentGraded{"ada", 2});
        REQUIRE(producer.publish_async("a", AssignmentGraded{"ada", 3}, [&](const auto&) { ++completed; }));
    }));
    REQUIRE(producer.flush(Duration{5'000}));
    CHECK(completed == 2);
    CHECK(blocking.error().code == "producer.in_completion");
}

TEST_CASE("a completion that throws is contained and logged", "[produce][unit]") {
    Memory memory;
    Producer producer = memory.producer();
    REQUIRE(producer.publish_async("a", AssignmentGraded{"ada", 1},
                                   [](const auto&) { throw std::runtime_error{"user code"}; }));
    REQUIRE(producer.publish("a", AssignmentGraded{"ada", 2}));
    CHECK(memory.logger->contains("a completion threw"));
}

TEST_CASE("every completion is called once when many threads publish", "[produce][unit]") {
    Memory memory;
    Producer producer = memory.producer(small(64, Duration{10'000}));
    constexpr int threads = 4;
    constexpr int each = 500;
    std::vector<std::atomic<int>> called(threads * each);
    {
        std::vector<std::jthread> running;
        for (int t = 0; t < threads; ++t)
            running.emplace_back([&, t] {
                for (int i = 0; i < each; ++i) {
                    auto& mine = called[static_cast<std::size_t>(t * each + i)];
                    (void)producer.publish_async(std::to_string(t), AssignmentGraded{"ada", i},
                                                 [&mine](const auto& outcome) { mine += outcome ? 1 : 100; });
                }
            });
    }
    REQUIRE(producer.flush(Duration{10'000}));
    for (const auto& count : called) CHECK(count == 1);
    CHECK(memory.broker.records(support::assignments).size() == threads * each);
}

TEST_CASE("a full queue waits up to the timeout and is then retriable", "[produce][unit]") {
    Held held{small(2, Duration{30})};
    Outcomes outcomes;
    const Record record = held.record();
    REQUIRE(held.producer.publish_async(record, outcomes.completion()));
    REQUIRE(held.producer.publish_async(record, outcomes.completion()));
    const auto full = held.producer.publish_async(record, outcomes.completion());
    REQUIRE_FALSE(full);
    CHECK(full.error().kind == ErrorKind::retriable);
    CHECK(full.error().code == "producer.queue_full");
    CHECK(held.port->written().size() == 2);
    held.port->acknowledge(1);
    CHECK(held.producer.publish_async(record, outcomes.completion()));
    held.port->acknowledge(2);
    CHECK(outcomes.size() == 3);
}

TEST_CASE("a publisher that waits for room goes on as soon as there is some", "[produce][unit]") {
    Held held{small(1, Duration{60'000})};
    const Record record = held.record();
    REQUIRE(held.producer.publish_async(record, {}));
    std::atomic<bool> asked{false};
    held.port->on_hurry = [&] { asked = true; };
    Result<void> waited = Error{};
    std::jthread waiting{[&] { waited = held.producer.publish_async(record, {}); }};
    while (!asked) std::this_thread::yield();
    held.port->acknowledge(1);
    waiting.join();
    CHECK(waited);
    CHECK(held.port->written().size() == 2);
}

TEST_CASE("the queue is bounded by bytes too, but one large record may pass", "[produce][unit]") {
    ProducerOptions options = small(1'000, Duration{1});
    options.writer.queue_bytes = 1'024;
    Held held{options};
    Record large = held.record();
    large.value->append(5'000, ' ');
    REQUIRE(held.producer.publish_async(large, {}));
    CHECK(held.producer.publish_async(held.record(), {}).error().code == "producer.queue_full");
    held.port->acknowledge(1);
    CHECK(held.producer.publish_async(held.record(), {}));
}

TEST_CASE("a completion may publish into the room of its own record when the queue is full", "[produce][unit]") {
    Held held{small(1, Duration{60'000})};
    const Record record = held.record();
    Result<void> again = Error{};
    REQUIRE(held.producer.publish_async(record, [&](const auto&) { again = held.producer.publish_async(record, {}); }));
    held.port->acknowledge(1);
    CHECK(again);
    CHECK(held.port->waiting() == 1);
}

TEST_CASE("inside a completion a full queue fails at once", "[produce][unit]") {
    Held held{small(2, Duration{60'000})};
    const Record record = held.record();
    std::vector<Result<void>> results;
    REQUIRE(held.producer.publish_async(record, [&](const auto&) {
        for (int i = 0; i < 3; ++i) results.push_back(held.producer.publish_async(record, {}));
    }));
    held.port->acknowledge(1);
    REQUIRE(results.size() == 3);
    CHECK(results[1]);
    REQUIRE_FALSE(results[2]);
    CHECK(results[2].error().kind == ErrorKind::retriable);
}

TEST_CASE("a writer that is full itself is asked again until the deadline", "[produce][unit]") {
    const Error full{ErrorKind::retriable, std::string{codes::queue_full}, "full"};
    Held held{small(10, Duration{5'000})};
    held.port->refuse(2, full);
    CHECK(held.producer.publish_async(held.record(), {}));
    CHECK(held.port->written().size() == 1);

    Held hopeless{small(10, Duration{5})};
    hopeless.port->refuse(100'000, full);
    CHECK(hopeless.producer.publish_async(hopeless.record(), {}).error().code == codes::queue_full);
}

TEST_CASE("a refusal of the writer is an error of the call and frees the place", "[produce][unit]") {
    Held held{small(1, Duration{50})};
    held.port->refuse(1, {ErrorKind::permanent, std::string{codes::record_too_large}, "too large"});
    bool called = false;
    const auto refused = held.producer.publish_async(held.record(), [&](const auto&) { called = true; });
    CHECK(refused.error().code == codes::record_too_large);
    CHECK(held.producer.publish_async(held.record(), {}));
    CHECK_FALSE(called);
}

TEST_CASE("without an acknowledgement in time publish() is indeterminate", "[produce][unit]") {
    Held held{small(10, Duration{20})};
    const auto late = held.producer.publish(held.record());
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == ErrorKind::indeterminate);
    CHECK(late.error().code == "producer.publish_timeout");
    held.port->acknowledge(1);  // nobody waits any more
    CHECK(held.producer.close(Duration{0}).undelivered.empty());
}

TEST_CASE("the kind of a failure arrives unchanged at completion and caller", "[produce][unit]") {
    Held held{small(10, Duration{5'000})};
    for (const ErrorKind kind :
         {ErrorKind::permanent, ErrorKind::retriable, ErrorKind::indeterminate, ErrorKind::fenced, ErrorKind::fatal}) {
        Outcomes outcomes;
        REQUIRE(held.producer.publish_async(held.record(), outcomes.completion()));
        held.port->fail(1, {kind, "some.code", "some text"});
        REQUIRE(outcomes.size() == 1);
        CHECK(outcomes.all.front().error().kind == kind);
        held.port->on_hurry = [&] { held.port->fail(1, {kind, "some.code", "some text"}); };
        CHECK(held.producer.publish(held.record()).error().kind == kind);
        held.port->on_hurry = nullptr;
    }
}

TEST_CASE("close reports what was delivered and the ids of what was not", "[produce][unit]") {
    Held held;
    Outcomes outcomes;
    std::vector<Record> records;
    for (int i = 0; i < 5; ++i) records.push_back(held.record());
    for (const Record& record : records) REQUIRE(held.producer.publish_async(record, outcomes.completion()));
    held.port->acknowledge(2);
    const CloseReport report = held.producer.close(Duration{10});
    CHECK(report.delivered == 2);
    CHECK(report.undelivered ==
          std::vector<std::string>{records[2].event_id, records[3].event_id, records[4].event_id});
    REQUIRE(outcomes.size() == 5);
    CHECK(outcomes.all[4].error().kind == ErrorKind::indeterminate);
    CHECK(held.producer.close(Duration{10}).undelivered.size() == 3);
    CHECK(held.producer.publish_async(records[0], {}).error().kind == ErrorKind::closed);
    CHECK(held.producer.publish(records[0]).error().code == "producer.closed");
}

TEST_CASE("flush says when not everything has its outcome", "[produce][unit]") {
    Held held;
    REQUIRE(held.producer.publish_async(held.record(), {}));
    const auto flushed = held.producer.flush(Duration{1});
    REQUIRE_FALSE(flushed);
    CHECK(flushed.error().kind == ErrorKind::retriable);
    CHECK(flushed.error().code == "producer.flush_timeout");
    held.port->acknowledge(1);
    CHECK(held.producer.flush(Duration{1}));
}

TEST_CASE("failures are counted each and logged at most once in ten seconds", "[produce][unit]") {
    Held held;
    for (int i = 0; i < 50; ++i) REQUIRE(held.producer.publish_async(held.record(), {}));
    held.port->fail(50, broker_lost);
    CHECK(held.logger->count(LogLevel::warning) == 1);
}

TEST_CASE("published records are measured by topic and outcome", "[produce][unit]") {
    Memory memory;
    Producer producer = memory.producer();
    REQUIRE(producer.publish("a", AssignmentGraded{"ada", 1}));
    Record lost = producer.prepare("a", AssignmentGraded{"ada", 2}).value();
    lost.topic = "nowhere";
    CHECK_FALSE(producer.publish(lost));
    const auto counted = [&](const char* topic, const char* outcome) {
        return memory.metrics->value("eventsdk_messages_total",
                                     {{"direction", "produce"}, {"outcome", outcome}, {"topic", topic}});
    };
    CHECK(counted(support::assignments, "delivered") == 1.0);
    CHECK(counted("nowhere", "invalid_argument") == 1.0);
    const auto seconds = memory.metrics->sample("eventsdk_publish_seconds", {{"topic", support::assignments}});
    REQUIRE(seconds);
    CHECK(seconds->buckets.back() == 1);
    CHECK(memory.metrics->value("eventsdk_producer_queue_records") == 0.0);
}

TEST_CASE("a bad option is refused by name", "[produce][unit]") {
    Memory memory;
    const auto refusal = [&](const ProducerOptions& options) {
        const auto producer = Producer::create(memory.broker, memory.catalogue, options);
        REQUIRE_FALSE(producer);
        CHECK(producer.error().kind == ErrorKind::invalid_argument);
        return producer.error().message;
    };
    CHECK(refusal(small(10, Duration{0})).find("publish_timeout") != std::string::npos);
    CHECK(refusal(small(0, Duration{10})).find("queue_records") != std::string::npos);
}
