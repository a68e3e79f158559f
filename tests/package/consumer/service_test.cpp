#include <eventsdk/eventsdk.hpp>
#include <eventsdk/testing/projection_fixture.hpp>

#include <cstdio>

struct OrderPlaced {
    std::string order_id;
    std::int64_t cents;
};

template <>
struct eventsdk::EventTraits<OrderPlaced> {
    static constexpr EventType type{"OrderPlaced", 1};
    static constexpr AggregateType aggregate{"shop", "order"};
    static constexpr auto fields =
        std::tuple{field("orderId", &OrderPlaced::order_id), field("cents", &OrderPlaced::cents)};
};

// Prints the turnover of two orders that a projection saw: checked, encoded, written, read and handled.
int main() {
    auto catalogue =
        eventsdk::Catalogue::load({.environment = "test", .schemas = SCHEMAS}, eventsdk::event<OrderPlaced>());
    if (!catalogue) {
        std::puts(catalogue.error().message.c_str());
        return 1;
    }
    std::int64_t turnover = 0;
    eventsdk::Projection projection{"turnover-v1"};
    projection.on<OrderPlaced>([&](const OrderPlaced& order) { turnover += order.cents; });

    eventsdk::testing::ProjectionFixture fixture{std::move(projection), *catalogue};
    fixture.given(OrderPlaced{"order-1", 300}, OrderPlaced{"order-2", 400});
    fixture.run();
    std::printf("turnover %lld\n", static_cast<long long>(turnover));
    return turnover == 700 ? 0 : 1;
}
