// One pattern for each question that a service's author asks; docs/testing.md quotes them.
#include <eventsdk/produce/producer.hpp>
#include <eventsdk/testing/aggregate_fixture.hpp>
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

// [faulty]
struct FaultyShop {
    Sales sales{};
    Broker broker = memory::Broker{{.auto_create_partitions = 1}, {.logger = silent_logger()}};
    testing::FaultPlan faults{broker};  // what is made from the broker from here on fails as it says
    Producer producer = Producer::create(broker, shop_catalogue()).value();
    Projector projector = Projector::create(broker, shop_catalogue(), sales.projection()).value();
};
// [faulty]

/// An order's state, and the command that adds to it: ten pieces are the most.
struct Order {
    std::int64_t number = 0;
};

}  // namespace

template <>
struct eventsdk::AggregateTraits<Order> {
    static constexpr AggregateType type{"shop", "order"};
    static constexpr int state_version = 1;
    using Events = std::variant<OrderPlaced>;
    static constexpr auto fields = std::tuple{field("number", &Order::number)};
    static void apply(Order& order, const OrderPlaced& event) { order.number += event.number; }
};

namespace {

// [command]
using OrderFixture = testing::AggregateFixture<Order>;

Result<OrderFixture::Events> order_more(const Order& order, std::int64_t number) {
    if (order.number + number > 10)
        return Error{.kind = ErrorKind::permanent, .code = "shop.limit", .message = "ten pieces are the most"};
    return OrderFixture::Events{OrderPlaced{"tea", number}};
}
// [command]

}  // namespace

TEST_CASE("pattern: a command has these events, or is refused and has none", "[testing][unit]") {
    // [aggregate]
    OrderFixture order{shop_catalogue(), "order-1"};
    order.given(OrderPlaced{"tea", 2}, OrderPlaced{"tea", 3});
    order.when([](const Order& state) { return order_more(state, 4); });
    CHECK(order.then(OrderPlaced{"tea", 4}) == "");
    CHECK(order.state().number == 9);
    order.when([](const Order& state) { return order_more(state, 2); });
    REQUIRE(order.refusal());
    CHECK(order.refusal()->code == "shop.limit");
    CHECK(order.state_from_snapshot().number == 9);  // a snapshot holds all of the state
    // [aggregate]
    CHECK(order.revision() == 3);
    CHECK(order.then(OrderPlaced{"tea", 2}).find("ten pieces are the most") != std::string::npos);
    order.when([](const Order&) { return Result<OrderFixture::Events>{OrderFixture::Events{}}; });
    CHECK(order.then() == "");
}

TEST_CASE("a command's other events are told apart in words", "[testing][unit]") {
    OrderFixture order{shop_catalogue(), "order-1"};
    order.when([](const Order& state) { return order_more(state, 4); });
    CHECK(order.then(OrderPlaced{"tea", 3}) == "event 0:\npayload /number: expected 3, was 4");
    CHECK(order.then() == "expected 0 events, were 1\nevent 0 was OrderPlaced {\"item\":\"tea\",\"number\":4}");
    CHECK(order.then(OrderPlaced{"tea", 4}, OrderPlaced{"tea", 1}) == "expected 2 events, were 1");
    CHECK_THROWS_AS(order.given(OrderPlaced{"tea", -1}), BadResult);
}

TEST_CASE("events are compared, not what their publication made anew", "[testing][unit]") {
    const Catalogue catalogue = shop_catalogue();
    const auto once =
        testing::events(catalogue, OrderPlaced{"tea", 3}, testing::with_id("order-2", OrderPlaced{"tea", 1}));
    const auto again =
        testing::events(catalogue, OrderPlaced{"tea", 3}, testing::with_id("order-2", OrderPlaced{"tea", 1}));
    CHECK(testing::event_difference(catalogue, once, again) == "");
    CHECK(testing::event_difference(catalogue, once[0], once[1]) ==
          "aggregate: expected \"aggregate-1\", was \"order-2\"\npayload /number: expected 3, was 1");
    Record broken = once[0];
    broken.value = "half of it";
    CHECK(testing::event_difference(catalogue, once[0], broken).find("the record has no event: ") == 0);
}

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

TEST_CASE("pattern: a publisher does not hear of its acknowledgement", "[testing][unit]") {
    // [lost]
    memory::Broker log{{}, {.logger = silent_logger()}};
    log.create_topic({.name = "test.shop.order"}).value();
    Broker broker = log;
    testing::FaultPlan faults{broker};
    auto producer = Producer::create(broker, shop_catalogue()).value();
    const Record order = producer.prepare("order-1", OrderPlaced{"tea", 3}).value();
    faults.lose_acknowledgements(testing::Operation::write, 1);
    REQUIRE(producer.publish(order).error().kind == ErrorKind::indeterminate);
    REQUIRE(producer.publish(order));  // the same record: the same event id
    const auto stored = log.records("test.shop.order");
    REQUIRE(stored.size() == 2);
    CHECK(stored[0].value == stored[1].value);  // a reader tells the double by its id
    // [lost]
}

TEST_CASE("pattern: a projection loses its partitions in the middle of its work", "[testing][unit]") {
    // [rebalance]
    FaultyShop shop;
    shop.producer.publish("order-1", OrderPlaced{"tea", 3}).value();
    while (shop.sales.calls == 0) REQUIRE(shop.projector.step());
    shop.faults.lose();  // without notice; revoke() asks first
    shop.producer.publish("order-2", OrderPlaced{"tea", 1}).value();
    REQUIRE(shop.projector.run_until_caught_up());
    CHECK(shop.sales.sold() == 4);  // the first one came again, or not: it counts once
    // [rebalance]
}

TEST_CASE("pattern: a projection's broker is away for a while", "[testing][unit]") {
    // [away]
    FaultyShop shop;
    shop.producer.publish("order-1", OrderPlaced{"tea", 3}).value();
    shop.faults.broker_down();
    for (int round = 0; round < 100; ++round) (void)shop.projector.step();
    CHECK(shop.sales.calls == 0);
    shop.faults.broker_up();
    REQUIRE(shop.projector.run_until_caught_up());
    CHECK(shop.sales.sold() == 3);
    // [away]
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
