// One pattern for each question that a service's author asks; docs/testing.md quotes them.
#include <eventsdk/produce/producer.hpp>
#include <eventsdk/testing/difference.hpp>
#include <eventsdk/testing/fault_plan.hpp>
#include <eventsdk/testing/projection_fixture.hpp>
#include <eventsdk/testing/sequential_ids.hpp>

#include "support/catch.hpp"
#include "support/shop_events.hpp"

using namespace eventsdk;
using test::shop_catalogue;

namespace {

/// What a service keeps: sold items by event id, so that an event counts once.
struct Sales {
    std::map<std::string, std::int64_t> by_event{};
    int calls = 0;

    Projection projection() {
        Projection sales{"sales-v1"};
        sales.on<OrderPlaced>([this](const OrderPlaced& order, const Delivery& delivery) -> Handled {
            ++calls;
            if (order.number > 1'000) return retry("the stock has not that many");
            by_event.try_emplace(std::string{delivery.envelope().event_id}, order.number);
            return done();
        });
        return sales;
    }
    [[nodiscard]] std::int64_t sold() const {
        std::int64_t sum = 0;
        for (const auto& [id, number] : by_event) sum += number;
        return sum;
    }
};

}  // namespace

TEST_CASE("pattern: an event that is delivered twice counts once", "[testing][unit]") {
    // [twice]
    Sales sales;
    testing::ProjectionFixture fixture{sales.projection(), shop_catalogue()};
    const Record order = shop_catalogue().prepare(fixture.broker().runtime(), "order-1", OrderPlaced{"tea", 3}).value();
    fixture.given(order, order);
    fixture.run();
    CHECK(sales.calls == 2);
    CHECK(sales.sold() == 3);
    // [twice]
}

TEST_CASE("pattern: a crash after the handler and before the commit repeats the event", "[testing][unit]") {
    // [crash]
    Sales sales;
    memory::Broker broker{{}, {.logger = silent_logger()}};
    broker.create_topic({.name = "test.shop.order"}).value();
    auto producer = Producer::create(broker, shop_catalogue()).value();
    producer.publish("order-1", OrderPlaced{"tea", 3}).value();
    {
        Broker failing = broker;
        testing::FaultPlan faults{failing};
        faults.fail_when([](const testing::Call& call) { return call.operation == testing::Operation::commit; },
                         Error{.kind = ErrorKind::retriable, .code = "test.crash", .message = "crashed"});
        auto first = Projector::create(failing, shop_catalogue(), sales.projection()).value();
        while (sales.calls == 0) REQUIRE(first.step());
    }  // ends without having committed
    auto second = Projector::create(broker, shop_catalogue(), sales.projection()).value();
    REQUIRE(second.run_until_caught_up());
    CHECK(sales.calls == 2);
    CHECK(sales.sold() == 3);
    // [crash]
}

TEST_CASE("pattern: what fails for good is a dead letter with its reason, after all attempts", "[testing][unit]") {
    // [dead]
    Sales sales;
    testing::ProjectionFixture fixture{sales.projection(), shop_catalogue()};
    fixture.given(OrderPlaced{"tea", 2'000}, testing::with_id("order-2", OrderPlaced{"tea", 1}));
    fixture.run();  // the clock moves over the pauses by itself
    REQUIRE(fixture.dead_letters().size() == 1);
    CHECK(fixture.dead_letters()[0].header(dead_letter_headers::attempts) == "4");
    CHECK(fixture.dead_letters()[0].header(dead_letter_headers::error_message) == "the stock has not that many");
    CHECK(sales.sold() == 1);
    // [dead]
}

TEST_CASE("pattern: a record that somebody else wrote wrongly stops nobody", "[testing][unit]") {
    // [poison]
    Sales sales;
    testing::ProjectionFixture fixture{sales.projection(), shop_catalogue()};
    Record broken = shop_catalogue().prepare(fixture.broker().runtime(), "order-1", OrderPlaced{"tea", 3}).value();
    broken.value = R"({"type": "OrderPlaced", "half of it)";
    fixture.given(broken, OrderPlaced{"tea", 1});
    fixture.run();
    CHECK(fixture.dead_letters().size() == 1);
    CHECK(sales.sold() == 1);
    // [poison]
}

TEST_CASE("pattern: a publisher meets a broker that is away", "[testing][unit]") {
    // [outage]
    Broker broker = memory::Broker{{}, {.logger = silent_logger()}};
    testing::FaultPlan faults{broker};
    auto producer = Producer::create(broker, shop_catalogue()).value();
    faults.fail_next(testing::Operation::write, 1, ErrorKind::unavailable);
    const auto receipt = producer.publish("order-1", OrderPlaced{"tea", 3});
    REQUIRE_FALSE(receipt);
    CHECK(receipt.error().kind == ErrorKind::unavailable);
    // [outage]
}

TEST_CASE("pattern: the bytes on the wire are what other systems expect", "[testing][unit]") {
    // [wire]
    const Runtime fixed{.clock = std::make_shared<testing::ManualClock>(),
                        .ids = std::make_shared<testing::SequentialIds>()};
    const Record written = shop_catalogue().prepare(fixed, "order-1", OrderPlaced{"tea", 3}).value();
    CHECK(testing::json_difference(R"({"eventId": "00000000-0000-7000-8000-000000000001", "type": "OrderPlaced",
                                       "schemaVersion": 1, "aggregateId": "order-1",
                                       "occurredAt": "2026-01-01T00:00:00.000Z",
                                       "payload": {"item": "tea", "number": 3}})",
                                   *written.value) == "");
    // [wire]
}
