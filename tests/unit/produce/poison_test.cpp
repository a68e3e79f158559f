#include <eventsdk/broker/error_codes.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/produce/producer.hpp>
#include <eventsdk/testing/fault_plan.hpp>

#include "support/assignment_events.hpp"
#include "support/catch.hpp"

using namespace eventsdk;
using support::AssignmentGraded;

// The unit of failure is one event: whatever is wrong with one in a thousand, the others are stored.
namespace {

constexpr std::size_t size = 1'000;
constexpr std::size_t poison = 500;

struct Batch {
    memory::Broker memory{{}, Runtime{.logger = silent_logger()}};
    Broker broker{memory};
    testing::FaultPlan faults{broker};
    Catalogue catalogue = support::assignment_catalogue();
    Producer producer = Producer::create(broker, catalogue).value();

    Batch() { REQUIRE(memory.create_topic({.name = support::assignments, .partitions = 4})); }

    std::vector<Record> records() const {
        std::vector<Record> made;
        for (std::size_t i = 0; i < size; ++i)
            made.push_back(
                producer.prepare(std::to_string(i % 7), AssignmentGraded{"ada", static_cast<std::int64_t>(i)}).value());
        return made;
    }
    /// Publishes all; the one error, when it is the poison's alone.
    Error only_error(const std::vector<Record>& records) {
        const auto results = producer.publish_all(records);
        REQUIRE(results.size() == size);
        for (std::size_t i = 0; i < size; ++i) REQUIRE(results[i].has_value() == (i != poison));
        CHECK(memory.records(support::assignments).size() == size - 1);
        return results[poison].error();
    }
};

}  // namespace

TEST_CASE("one record that is too large fails alone among a thousand", "[produce][unit]") {
    Batch batch;
    auto records = batch.records();
    records[poison].value->append(2'000'000, ' ');
    const Error error = batch.only_error(records);
    CHECK(error.kind == ErrorKind::permanent);
    CHECK(error.code == codes::record_too_large);
}

TEST_CASE("one record for a topic that is not there fails alone among a thousand", "[produce][unit]") {
    Batch batch;
    auto records = batch.records();
    records[poison].topic = "nowhere";
    const Error error = batch.only_error(records);
    CHECK(error.kind == ErrorKind::invalid_argument);
    CHECK(error.code == codes::topic_unknown);
}

TEST_CASE("one record that may not be written fails alone among a thousand", "[produce][unit]") {
    Batch batch;
    auto records = batch.records();
    records[poison].key = "secret";
    batch.faults.fail_when(
        [](const testing::Call& call) {
            return call.operation == testing::Operation::write && call.record->key == "secret";
        },
        {ErrorKind::permanent, std::string{codes::unauthorized}, "no right to write", {}});
    const Error error = batch.only_error(records);
    CHECK(error.kind == ErrorKind::permanent);
    CHECK(error.code == codes::unauthorized);
}

TEST_CASE("one event that breaks its schema fails alone among a thousand", "[produce][unit]") {
    Batch batch;
    std::size_t delivered = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const std::int64_t points = i == poison ? -1 : static_cast<std::int64_t>(i);
        const auto sent = batch.producer.publish_async(std::to_string(i % 7), AssignmentGraded{"ada", points},
                                                       [&](const auto& outcome) { delivered += outcome ? 1U : 0U; });
        REQUIRE(sent.has_value() == (i != poison));
        if (!sent) CHECK(sent.error().kind == ErrorKind::permanent);
        if (!sent) CHECK(sent.error().code == "schema.minimum");
    }
    REQUIRE(batch.producer.flush(Duration{5'000}));
    CHECK(delivered == size - 1);
    CHECK(batch.memory.records(support::assignments).size() == size - 1);
}
