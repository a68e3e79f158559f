#pragma once

// Makes the constant EventDescriptor of an event struct. Included by event.hpp.

#include <eventsdk/event/detail/value_of.hpp>

#include <concepts>
#include <memory>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace detail {

template <class T>
concept HasType = requires {
    EventTraits<T>::type.name;
};
template <class T>
concept HasTypes = requires(const T& event) {
    EventTraits<T>::types.size();
    { EventTraits<T>::type_of(event) } -> std::convertible_to<std::string_view>;
};

template <class T>
inline constexpr auto event_types = [] {
    if constexpr (HasTypes<T>) {
        return EventTraits<T>::types;
    } else {
        return std::array{EventTraits<T>::type};
    }
}();

template <class Types>
constexpr bool are_proper_types(const Types& types) {
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (types[i].name.empty() || types[i].version < 1) return false;
        for (std::size_t j = 0; j < i; ++j)
            if (types[i].name == types[j].name) return false;
    }
    return types.size() > 0;
}

constexpr bool are_scalars(std::span<const FieldDescriptor> fields) {
    for (const FieldDescriptor& field : fields) {
        const ValueType& type = field.type->kind == ValueKind::optional ? *field.type->element : *field.type;
        if (type.kind >= ValueKind::object) return false;
    }
    return true;
}

template <class T>
constexpr EventDescriptor make_event_descriptor() {
    static_assert(HasType<T> || HasTypes<T>,
                  "EventTraits<T> needs `static constexpr EventType type{\"Name\", 1}`, or `types` and `type_of`");
    static_assert(DescribedStruct<T>, "EventTraits<T> needs `static constexpr auto fields = std::tuple{field(…), …}`");
    static_assert(std::is_default_constructible_v<T>,
                  "an event struct is made empty and then filled: it needs a default constructor");
    static_assert(are_proper_types(event_types<T>),
                  "an EventType needs a name and a version of at least 1, each name once");
    EventDescriptor made;
    made.payload = &value_type_of<T>;
    made.types = event_types<T>;
    if constexpr (requires { EventTraits<T>::aggregate.context; }) made.aggregate = EventTraits<T>::aggregate;
    if constexpr (requires { EventTraits<T>::attributes; }) {
        made.attributes = attribute_table<T>;
        static_assert(are_scalars(attribute_table<T>), "attributes of an event are scalars or std::optional of one");
    }
    if constexpr (HasTypes<T>) {
        made.type_of = [](const void* event) -> std::size_t {
            const std::string_view name = EventTraits<T>::type_of(*static_cast<const T*>(event));
            for (std::size_t i = 0; i < event_types<T>.size(); ++i)
                if (event_types<T>[i].name == name) return i;
            return event_types<T>.size();
        };
    }
    if constexpr (requires(T & event, std::string_view name) { EventTraits<T>::set_type(event, name); }) {
        made.set_type = [](void* event, std::string_view name) {
            EventTraits<T>::set_type(*static_cast<T*>(event), name);
        };
    }
    made.construct = [](void* memory) { ::new (memory) T{}; };
    made.destroy = [](void* event) noexcept { std::destroy_at(static_cast<T*>(event)); };
    made.size_bytes = sizeof(T);
    made.alignment = alignof(T);
    return made;
}

template <class T>
inline constexpr EventDescriptor event_descriptor_of = make_event_descriptor<T>();

}  // namespace detail

/// An event struct: described by EventTraits with a type of its own.
template <class T>
concept Event = detail::HasType<T> || detail::HasTypes<T>;

/// The descriptor of T; the same object for the whole program.
template <Event T>
constexpr const EventDescriptor& describe_event() noexcept {
    return detail::event_descriptor_of<T>;
}

EVENTSDK_END_NAMESPACE
