#pragma once

// Makes the constant AggregateDescriptor of a state. Included by aggregate_traits.hpp.

#include <eventsdk/event.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>
#include <variant>

EVENTSDK_BEGIN_NAMESPACE

template <class T>
struct AggregateTraits;

/// What compiled code knows of an aggregate; one constant per state.
struct AggregateDescriptor {
    struct Handler {
        const EventDescriptor* event = nullptr;
        void (*apply)(void* state, const void* event, const EnvelopeView& envelope) = nullptr;
    };
    AggregateType type{};
    std::int32_t state_version = 1;
    const ValueType* state = nullptr;  ///< null: the state is not described, so that there are no snapshots of it
    std::span<const Handler> handlers{};
    void (*reset)(void* state) = nullptr;  ///< makes it the state without events
    void (*construct)(void* memory) = nullptr;
    void (*destroy)(void* state) noexcept = nullptr;
    std::size_t size_bytes = 0;
    std::size_t alignment = 0;
};

namespace detail {

/// Where the fields of a state stand when its AggregateTraits have them.
template <class T>
struct StateFields {
    static constexpr const auto& tuple = AggregateTraits<T>::fields;
};
template <class T>
inline constexpr auto state_field_table = make_field_table<T, StateFields<T>>();
template <class T>
constexpr ValueType make_state() {
    ValueType made;
    made.kind = ValueKind::object;
    made.fields = state_field_table<T>;
    return made;
}
template <class T>
inline constexpr ValueType described_state = make_state<T>();

template <class T>
constexpr const ValueType* state_type() {
    if constexpr (requires { AggregateTraits<T>::fields; }) {
        return &described_state<T>;
    } else if constexpr (DescribedStruct<T> || ForeignValue<T>::available) {
        return &value_type_of<T>;
    } else {
        return nullptr;
    }
}

template <class T, class E>
void apply_one(T& state, const E& event, const EnvelopeView& envelope) {
    if constexpr (requires { AggregateTraits<T>::apply(state, event, envelope); }) {
        AggregateTraits<T>::apply(state, event, envelope);
    } else {
        static_assert(
            requires { AggregateTraits<T>::apply(state, event); },
            "AggregateTraits<T> needs `static void apply(T& state, const E& event)` for every event of Events");
        AggregateTraits<T>::apply(state, event);
    }
}

template <class T, class Events>
struct EventHandlers;
template <class T, class... E>
struct EventHandlers<T, std::variant<E...>> {
    static constexpr std::array<AggregateDescriptor::Handler, sizeof...(E)> table{AggregateDescriptor::Handler{
        &event_descriptor_of<E>, [](void* state, const void* event, const EnvelopeView& envelope) {
            apply_one(*static_cast<T*>(state), *static_cast<const E*>(event), envelope);
        }}...};
};

template <class T>
constexpr AggregateDescriptor make_aggregate_descriptor() {
    using Traits = AggregateTraits<T>;
    static_assert(std::is_default_constructible_v<T> && std::is_move_assignable_v<T>,
                  "a state begins as T{} and is assigned to");
    AggregateDescriptor made;
    made.type = Traits::type;
    if constexpr (requires { Traits::state_version; }) {
        static_assert(Traits::state_version >= 1, "state_version is at least 1");
        made.state_version = Traits::state_version;
    }
    made.state = state_type<T>();
    made.handlers = EventHandlers<T, typename Traits::Events>::table;
    made.reset = [](void* state) { *static_cast<T*>(state) = T{}; };
    made.construct = [](void* memory) { ::new (memory) T{}; };
    made.destroy = [](void* state) noexcept { std::destroy_at(static_cast<T*>(state)); };
    made.size_bytes = sizeof(T);
    made.alignment = alignof(T);
    return made;
}

template <class T>
inline constexpr AggregateDescriptor aggregate_descriptor_of = make_aggregate_descriptor<T>();

}  // namespace detail
EVENTSDK_END_NAMESPACE
