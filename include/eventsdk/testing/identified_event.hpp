#pragma once

#include <eventsdk/event.hpp>

#include <string>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// An event of a given aggregate, for fixtures and event_difference(); without it an event is of "aggregate-1".
template <Event T>
struct IdentifiedEvent {
    std::string aggregate_id{};
    T event{};
};
/// `fixture.given(testing::with_id("order-7", OrderPlaced{…}))`
template <Event T>
[[nodiscard]] IdentifiedEvent<T> with_id(std::string aggregate_id, T event) {
    return {std::move(aggregate_id), std::move(event)};
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
