#pragma once

#include <eventsdk/eventsdk.hpp>

#include <map>
#include <string>

struct ItemAdded {
    std::string item;
    std::int32_t cents = 0;
};
struct ItemRemoved {
    std::string item;
};

/// The state: what the events make.
struct Basket {
    std::map<std::string, std::int32_t> items;  // with their prices in cents

    [[nodiscard]] std::int64_t total() const {
        std::int64_t sum = 0;
        for (const auto& [item, cents] : items) sum += cents;
        return sum;
    }
};

template <>
struct eventsdk::EventTraits<ItemAdded> {
    static constexpr EventType type{"ItemAdded", 1};
    static constexpr AggregateType aggregate{"shop", "basket"};
    static constexpr auto fields = std::tuple{field("item", &ItemAdded::item), field("cents", &ItemAdded::cents)};
};
template <>
struct eventsdk::EventTraits<ItemRemoved> {
    static constexpr EventType type{"ItemRemoved", 1};
    static constexpr AggregateType aggregate{"shop", "basket"};
    static constexpr auto fields = std::tuple{field("item", &ItemRemoved::item)};
};

// [aggregate]
template <>
struct eventsdk::AggregateTraits<Basket> {
    static constexpr AggregateType type{"shop", "basket"};
    static constexpr int state_version = 1;
    using Events = std::variant<ItemAdded, ItemRemoved>;
    static constexpr auto fields = std::tuple{field("items", &Basket::items)};  // what a snapshot holds
    static void apply(Basket& basket, const ItemAdded& event) { basket.items[event.item] = event.cents; }
    static void apply(Basket& basket, const ItemRemoved& event) { basket.items.erase(event.item); }
};
// [aggregate]
