#pragma once

// Makes the constant ValueType of scalars. Nothing here is for users to call.

#include <eventsdk/core/clock.hpp>
#include <eventsdk/core/uuid.hpp>
#include <eventsdk/event/event_traits.hpp>

#include <array>
#include <chrono>
#include <limits>
#include <string>
#include <type_traits>

EVENTSDK_BEGIN_NAMESPACE
namespace detail {

template <class T>
inline constexpr bool is_sys_time = false;
template <class D>
inline constexpr bool is_sys_time<std::chrono::sys_time<D>> = true;
template <class T>
concept DescribedEnum = std::is_enum_v<T> && requires {
    EnumTraits<T>::names.size();
};

template <class T>
constexpr ValueType make_integer() {
    ValueType made;
    made.greatest = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    if constexpr (std::is_signed_v<T>) {
        made.kind = ValueKind::signed_integer;
        made.least = std::numeric_limits<T>::min();
        made.load = [](const void* object, Scalar& out) { out.signed_integer = *static_cast<const T*>(object); };
        made.store = [](void* object, const Scalar& in) {
            *static_cast<T*>(object) = static_cast<T>(in.signed_integer);
            return in.signed_integer >= std::numeric_limits<T>::min() &&
                   in.signed_integer <= std::numeric_limits<T>::max();
        };
    } else {
        made.kind = ValueKind::unsigned_integer;
        made.load = [](const void* object, Scalar& out) { out.unsigned_integer = *static_cast<const T*>(object); };
        made.store = [](void* object, const Scalar& in) {
            *static_cast<T*>(object) = static_cast<T>(in.unsigned_integer);
            return in.unsigned_integer <= std::numeric_limits<T>::max();
        };
    }
    return made;
}

template <class T>
constexpr ValueType make_floating() {
    static_assert(!std::is_same_v<T, long double>,
                  "eventsdk carries double and float: JSON readers have no long double");
    ValueType made;
    made.kind = ValueKind::floating;
    made.single_precision = std::is_same_v<T, float>;
    made.load = [](const void* object, Scalar& out) { out.floating = *static_cast<const T*>(object); };
    made.store = [](void* object, const Scalar& in) {
        *static_cast<T*>(object) = static_cast<T>(in.floating);
        return in.floating >= static_cast<double>(std::numeric_limits<T>::lowest()) &&
               in.floating <= static_cast<double>(std::numeric_limits<T>::max());
    };
    return made;
}

constexpr ValueType make_bool() {
    ValueType made;
    made.kind = ValueKind::boolean;
    made.load = [](const void* object, Scalar& out) { out.boolean = *static_cast<const bool*>(object); };
    made.store = [](void* object, const Scalar& in) {
        *static_cast<bool*>(object) = in.boolean;
        return true;
    };
    return made;
}

constexpr ValueType make_string() {
    ValueType made;
    made.kind = ValueKind::string;
    made.load = [](const void* object, Scalar& out) { out.string = *static_cast<const std::string*>(object); };
    made.store = [](void* object, const Scalar& in) {
        static_cast<std::string*>(object)->assign(in.string);
        return true;
    };
    return made;
}

constexpr ValueType make_uuid() {
    ValueType made;
    made.kind = ValueKind::uuid;
    return made;
}

template <class E>
inline constexpr auto enum_texts = [] {
    constexpr std::size_t count = EnumTraits<E>::names.size();
    static_assert(count > 0, "EnumTraits<E>::names is empty");
    std::array<std::string_view, count> texts{};
    for (std::size_t i = 0; i < count; ++i) texts[i] = EnumTraits<E>::names[i].name;
    return texts;
}();

template <class E>
constexpr ValueType make_enum() {
    static_assert(std::is_same_v<decltype(EnumTraits<E>::names[0].value), E> ||
                      std::is_same_v<decltype(EnumTraits<E>::names[0].value), const E>,
                  "EnumTraits<E>::names must hold enumerators of E: enum_name(\"text\", E::enumerator)");
    ValueType made;
    made.kind = ValueKind::enumeration;
    made.names = enum_texts<E>;
    made.load = [](const void* object, Scalar& out) {
        out.string = {};
        for (const auto& entry : EnumTraits<E>::names) {
            if (entry.value != *static_cast<const E*>(object)) continue;
            out.string = entry.name;
            return;
        }
    };
    made.store = [](void* object, const Scalar& in) {
        for (const auto& entry : EnumTraits<E>::names) {
            if (entry.name != in.string) continue;
            *static_cast<E*>(object) = entry.value;
            return true;
        }
        return false;
    };
    return made;
}

/// The nearest time of another precision, at the ends of what it can hold when it is beyond.
template <class To, class From>
constexpr To saturated(From from, bool& exact) {
    if constexpr (std::is_same_v<To, From>) {
        exact = true;
        return from;
    }
    using Coarse = std::chrono::sys_time<std::chrono::duration<long double>>;
    const Coarse wanted{from};
    exact = wanted >= Coarse{To::min()} && wanted <= Coarse{To::max()};
    if (exact) return std::chrono::floor<typename To::duration>(from);
    return wanted < Coarse{To::min()} ? To::min() : To::max();
}

template <class T>
constexpr ValueType make_timestamp() {
    static_assert(std::is_integral_v<typename T::rep>, "eventsdk carries time points that count whole ticks");
    ValueType made;
    made.kind = ValueKind::timestamp;
    made.load = [](const void* object, Scalar& out) {
        bool exact = false;
        out.signed_integer = saturated<Timestamp>(*static_cast<const T*>(object), exact).time_since_epoch().count();
    };
    made.store = [](void* object, const Scalar& in) {
        bool exact = false;
        *static_cast<T*>(object) = saturated<T>(Timestamp{std::chrono::microseconds{in.signed_integer}}, exact);
        return exact;
    };
    return made;
}

}  // namespace detail
EVENTSDK_END_NAMESPACE
