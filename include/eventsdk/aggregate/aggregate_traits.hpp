#pragma once

#include <eventsdk/aggregate/detail/aggregate_descriptor.hpp>
#include <eventsdk/event.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <variant>

EVENTSDK_BEGIN_NAMESPACE

/// Describes how the events of an aggregate make its state; specialise it beside the state's struct.
///
///     template <>
///     struct eventsdk::AggregateTraits<Assignment> {
///         static constexpr AggregateType type{"education", "assignment"};
///         static constexpr int state_version = 1;
///         using Events = std::variant<AssignmentSubmitted, AssignmentGraded>;
///         static constexpr auto fields = std::tuple{field("points", &Assignment::points), …};
///         static void apply(Assignment& state, const AssignmentSubmitted& event);
///         static void apply(Assignment& state, const AssignmentGraded& event);
///     };
///
/// - `apply`, one for each event: changes the state and nothing else. It may take the envelope as a third parameter
///   (`const EnvelopeView&`). The same events in the same order must give the same state: no clock, no random numbers,
///   nothing from outside. It must not refuse: an event has happened. A throw fails the restore that it is part of.
/// - `state_version`: of the state as it is written in snapshots, at least 1. Raise it when the state's members or the
///   meaning of an event for it change, so that older snapshots are upcast or passed over.
/// - `fields`: the members of the state that a snapshot holds, written as for events: all that `apply` reads or
///   changes. May be left out when the state has an EventTraits with `fields`, or nlohmann `to_json` and `from_json`
///   (include <eventsdk/event/json.hpp>).
///
/// The state of an aggregate without events is `T{}`.
template <class T>
struct AggregateTraits;

/// A state with AggregateTraits.
template <class T>
concept Aggregate = requires {
    typename AggregateTraits<T>::Events;
    { AggregateTraits<T>::type } -> std::convertible_to<AggregateType>;
};

/// The descriptor of T; the same object for the whole program.
template <Aggregate T>
constexpr const AggregateDescriptor& describe_aggregate() noexcept {
    return detail::aggregate_descriptor_of<T>;
}

/// Applies one event to the state.
template <Aggregate T, Event E>
void apply(T& state, const E& event, const EnvelopeView& envelope = {}) {
    detail::apply_one(state, event, envelope);
}

/// The state after the events, in their order: what a restore gives, for tests and projections.
///
///     REQUIRE(fold<Assignment>({AssignmentSubmitted{…}, AssignmentGraded{…}}).points == 5);
///
/// @param events of AggregateTraits<T>::Events
/// @param state to begin with
template <Aggregate T>
[[nodiscard]] T fold(std::span<const typename AggregateTraits<T>::Events> events, T state = {}) {
    for (const auto& event : events) std::visit([&](const auto& each) { apply(state, each); }, event);
    return state;
}
template <Aggregate T>
[[nodiscard]] T fold(std::initializer_list<typename AggregateTraits<T>::Events> events, T state = {}) {
    return fold<T>(std::span{events.begin(), events.size()}, std::move(state));
}

EVENTSDK_END_NAMESPACE
