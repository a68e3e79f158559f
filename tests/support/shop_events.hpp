#pragma once

#include <eventsdk/catalogue/catalogue.hpp>

#include <string>

/// A small event for tests of outboxes and relays.
struct OrderPlaced {
    std::string item;
    std::int64_t number = 0;
};

template <>
struct eventsdk::EventTraits<OrderPlaced> {
    static constexpr EventType type{"OrderPlaced", 1};
    static constexpr AggregateType aggregate{"shop", "order"};
    static constexpr auto fields = std::tuple{field("item", &OrderPlaced::item), field("number", &OrderPlaced::number)};
};

namespace eventsdk::test {

/// @param topic of the events; empty: test.shop.order
inline Catalogue shop_catalogue(const std::string& topic = {}) {
    return Catalogue::load({.environment = "test", .schemas = EVENTSDK_TEST_SOURCE_DIR "/support/schemas"},
                           event<OrderPlaced>({.topic = topic}))
        .value();
}

}  // namespace eventsdk::test
