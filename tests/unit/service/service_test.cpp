#include <eventsdk/catalogue/cause.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/produce/producer.hpp>
#include <eventsdk/service/service.hpp>
#include <eventsdk/service/stop_on_signals.hpp>

#include "support/catch.hpp"
#include "support/shop_events.hpp"

#include <csignal>
#include <future>
#include <latch>
#include <mutex>

using namespace eventsdk;
using namespace std::chrono_literals;

namespace {

struct Shop {
    Shop() { broker.create_topic({.name = "test.shop.order"}).value(); }
    void place(std::int64_t number) { producer.publish("order-1", OrderPlaced{"tea", number}).value(); }
    Service service() { return Service{broker, catalogue}; }

    memory::Broker broker{{}, {.logger = silent_logger()}};
    Catalogue catalogue = test::shop_catalogue();
    Producer producer = Producer::create(broker, catalogue).value();
};

/// A loop that is no projection: works until told to stop, or ends at once with an error.
struct Relay {
    std::optional<Error> error{};
    Result<int> run(std::stop_token stop) {
        if (error) return *error;
        std::promise<void> stopped;
        std::stop_callback on_stop{stop, [&stopped] { stopped.set_value(); }};
        stopped.get_future().wait();
        return 1;
    }
};

}  // namespace

TEST_CASE("projections of a service work side by side until the service is stopped", "[service][unit]") {
    Shop shop;
    std::latch both{2};
    Service service = shop.service();
    for (const char* name : {"first", "second"}) {
        Projection waits{name};
        waits.on<OrderPlaced>([&both](const OrderPlaced&) { both.arrive_and_wait(); });
        service.add(std::move(waits)).value();
    }
    service.add(Relay{});
    shop.place(1);
    service.start();
    both.wait();  // each handler waits for the other one: both run at the same time
    CHECK(service.stop());
    auto offsets = shop.broker.port().admin().value()->group_offsets("second", 1s).value();
    REQUIRE(offsets.size() == 1);
    CHECK(offsets[0].offset == 1);
}

TEST_CASE("a service's stop token ends its run", "[service][unit]") {
    Shop shop;
    std::stop_source stop;
    Projection stops{"stops"};
    stops.on<OrderPlaced>([&stop](const OrderPlaced&) { stop.request_stop(); });
    Service service = shop.service();
    service.add(std::move(stops)).value();
    shop.place(1);
    CHECK(service.run(stop.get_token()));
}

TEST_CASE("a loop that ends with an error stops the whole service, which returns the error", "[service][unit]") {
    Shop shop;
    Projection idle{"idle"};
    idle.on<OrderPlaced>([](const OrderPlaced&) {});
    Service service = shop.service();
    service.add(std::move(idle)).value();
    service.add(Relay{});
    service.add(Relay{Error{.kind = ErrorKind::fenced, .code = "relay.fenced", .message = "a newer one took over"}});
    const auto ended = service.run({});
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code == "relay.fenced");
}

TEST_CASE("a service refuses a projection that its catalogue cannot serve", "[service][unit]") {
    Shop shop;
    CHECK(shop.service().add(Projection{""}).error().kind == ErrorKind::invalid_argument);
}

TEST_CASE("running until caught up follows what the handlers themselves publish", "[service][unit]") {
    Shop shop;
    std::mutex mutex;
    std::vector<std::int64_t> seen;
    Projection counts_down{"counts-down"};
    counts_down.on<OrderPlaced>([&](const OrderPlaced& order, const Delivery& delivery) -> Result<void> {
        {
            const std::lock_guard lock{mutex};
            seen.push_back(order.number);
        }
        if (order.number == 0) return {};
        const auto again =
            shop.producer.publish("order-1", OrderPlaced{"tea", order.number - 1},
                                  {.event_id = derived_event_id(delivery, "next"), .caused_by = delivery});
        return again ? Result<void>{} : Result<void>{again.error()};
    });
    Service service = shop.service();
    service.add(std::move(counts_down)).value();
    shop.place(3);
    REQUIRE(service.run_until_caught_up());
    CHECK(seen == std::vector<std::int64_t>{3, 2, 1, 0});
}

TEST_CASE("SIGTERM requests the stop of a service", "[service][unit]") {
    const std::stop_token stop = stop_on_signals();
    CHECK_FALSE(stop.stop_requested());
    std::promise<void> stopped;
    std::stop_callback on_stop{stop, [&stopped] { stopped.set_value(); }};
    REQUIRE(std::raise(SIGTERM) == 0);
    CHECK(stopped.get_future().wait_for(30s) == std::future_status::ready);
    CHECK(stop_on_signals().stop_requested());
}
