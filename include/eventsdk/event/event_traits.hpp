#pragma once

#include <eventsdk/event/value_type.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>

EVENTSDK_BEGIN_NAMESPACE

/// Name and schema version of an event type on the wire.
struct EventType {
    std::string_view name;
    std::int32_t version = 1;  ///< at least 1

    friend constexpr bool operator==(const EventType&, const EventType&) = default;
};

/// Which kind of thing an event is about: a bounded context and an aggregate in it. Together with the
/// environment they name the topic: `prod.education.assignment`.
struct AggregateType {
    std::string_view context;
    std::string_view aggregate;
};

/// Describes a struct to the SDK; specialise it beside the struct.
///
///     template <>
///     struct eventsdk::EventTraits<AssignmentSubmitted> {
///         static constexpr EventType type{"AssignmentSubmitted", 1};
///         static constexpr AggregateType aggregate{"education", "assignment"};
///         static constexpr auto fields = std::tuple{field("courseId", &AssignmentSubmitted::course_id), …};
///     };
///
/// - `fields`: every member that travels, in the order of writing. A struct nested in an event needs only this.
/// - `type`; or, where one struct carries several wire types, `static constexpr std::array types{EventType{…}, …}`
///   and `static std::string_view type_of(const T&)`, which gives the name of one of them. Where the payload does not
///   say it, `static void set_type(T&, std::string_view name)` is called when an event was read.
/// - `aggregate`: may be left out when the catalogue is given a topic for the event.
/// - `attributes`, optional, written like `fields`: members that travel beside the payload, in the envelope: a
///   CloudEvents extension, or a member of a mapped layout such as `problem_id` of `user_events`. Scalars, or
///   `std::optional` of one. They are no part of the payload's schema.
template <class T>
struct EventTraits;

/// A member of a struct and its name in JSON; made by field().
template <class T, class M>
struct Field {
    using Struct = T;
    using Member = M;
    std::string_view name;
    M T::*member;
};

/// One entry of `EventTraits<T>::fields`.
/// @param name the member's JSON name; a string literal
template <class T, class M>
constexpr Field<T, M> field(std::string_view name, M T::*member) {
    return {name, member};
}

/// Describes an enumeration, which travels by name; specialise it beside the enum:
/// `static constexpr std::array names{enum_name("syntax_error", Struggle::syntax_error), …};`
template <class E>
struct EnumTraits;

/// A value of an enumeration and its name in JSON.
template <class E>
struct EnumName {
    std::string_view name;
    E value;
};

template <class E>
constexpr EnumName<E> enum_name(std::string_view name, E value) {
    return {name, value};
}

/// What compiled code knows of an event struct; one constant per type.
struct EventDescriptor {
    const ValueType* payload = nullptr;
    std::span<const EventType> types{};             ///< at least one
    AggregateType aggregate{};                      ///< empty names when the traits give none
    std::span<const FieldDescriptor> attributes{};  ///< members that travel in the envelope
    /// Index into `types` of an object's wire type; null when there is one only. Out of range: type_of() named none.
    std::size_t (*type_of)(const void* event) = nullptr;
    /// Tells an object that was filled which wire type it came as; null when the traits do not ask for it.
    void (*set_type)(void* event, std::string_view type) = nullptr;
    /// Makes an empty event in place / destroys it / its size: for scratch objects of handlers.
    void (*construct)(void* memory) = nullptr;
    void (*destroy)(void* event) noexcept = nullptr;
    std::size_t size_bytes = 0;
    std::size_t alignment = 0;
};

EVENTSDK_END_NAMESPACE
