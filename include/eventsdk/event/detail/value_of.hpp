#pragma once

// Makes the constant ValueType of a C++ type. Included by event.hpp; nothing here is for users to call.

#include <eventsdk/core/clock.hpp>
#include <eventsdk/event/event_traits.hpp>

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// Specialised by <eventsdk/event/json.hpp> for types with nlohmann to_json / from_json.
template <class T>
struct ForeignValue {
    static constexpr bool available = false;
};

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T, class A>
inline constexpr bool is_vector<std::vector<T, A>> = true;
template <class T>
inline constexpr bool is_string_map = false;
template <class T, class C, class A>
inline constexpr bool is_string_map<std::map<std::string, T, C, A>> = true;
template <class T>
inline constexpr bool is_sys_time = false;
template <class D>
inline constexpr bool is_sys_time<std::chrono::sys_time<D>> = true;
template <class T>
concept DescribedStruct = requires { EventTraits<T>::fields; };
template <class T>
concept DescribedEnum = std::is_enum_v<T> && requires { EnumTraits<T>::names; };

template <class T>
constexpr ValueType make_value_type();

template <class T>
inline constexpr ValueType value_type_of = make_value_type<T>();

template <class T>
constexpr ValueType make_integer() {
    ValueType made;
    if constexpr (std::is_signed_v<T>) {
        made.kind = ValueKind::signed_integer;
        made.least = std::numeric_limits<T>::min();
        made.greatest = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
        made.load = [](const void* o, Scalar& out) { out.signed_integer = *static_cast<const T*>(o); };
        made.store = [](void* o, const Scalar& in) {
            if (in.signed_integer < std::numeric_limits<T>::min() || in.signed_integer > std::numeric_limits<T>::max())
                return false;
            *static_cast<T*>(o) = static_cast<T>(in.signed_integer);
            return true;
        };
    } else {
        made.kind = ValueKind::unsigned_integer;
        made.greatest = std::numeric_limits<T>::max();
        made.load = [](const void* o, Scalar& out) { out.unsigned_integer = *static_cast<const T*>(o); };
        made.store = [](void* o, const Scalar& in) {
            if (in.unsigned_integer > std::numeric_limits<T>::max()) return false;
            *static_cast<T*>(o) = static_cast<T>(in.unsigned_integer);
            return true;
        };
    }
    return made;
}

template <class E>
inline constexpr auto enum_texts = [] {
    constexpr std::size_t count = EnumTraits<E>::names.size();
    std::array<std::string_view, count> texts{};
    for (std::size_t i = 0; i < count; ++i) texts[i] = EnumTraits<E>::names[i].name;
    return texts;
}();

template <class E>
constexpr ValueType make_enum() {
    ValueType made;
    made.kind = ValueKind::enumeration;
    made.names = enum_texts<E>;
    made.load = [](const void* o, Scalar& out) {
        out.string = {};
        for (const auto& entry : EnumTraits<E>::names)
            if (entry.value == *static_cast<const E*>(o)) out.string = entry.name;
    };
    made.store = [](void* o, const Scalar& in) {
        for (const auto& entry : EnumTraits<E>::names) {
            if (entry.name != in.string) continue;
            *static_cast<E*>(o) = entry.value;
            return true;
        }
        return false;
    };
    return made;
}

template <class T, std::size_t I>
constexpr FieldDescriptor make_field() {
    using Entry = std::remove_cvref_t<decltype(std::get<I>(EventTraits<T>::fields))>;
    static_assert(std::is_same_v<typename Entry::Struct, T>, "fields must name members of the described struct");
    return {std::get<I>(EventTraits<T>::fields).name, &value_type_of<typename Entry::Member>,
            [](const void* o) noexcept -> const void* {
                return &(static_cast<const T*>(o)->*(std::get<I>(EventTraits<T>::fields).member));
            },
            [](void* o) noexcept -> void* {
                return &(static_cast<T*>(o)->*(std::get<I>(EventTraits<T>::fields).member));
            }};
}

template <class T>
inline constexpr auto field_table = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<FieldDescriptor, sizeof...(I)>{make_field<T, I>()...};
}(std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(EventTraits<T>::fields)>>>{});

template <class D>
constexpr ValueType make_timestamp() {
    using T = std::chrono::sys_time<D>;
    ValueType made;
    made.kind = ValueKind::timestamp;
    made.load = [](const void* o, Scalar& out) {
        out.signed_integer =
            std::chrono::floor<std::chrono::microseconds>(*static_cast<const T*>(o)).time_since_epoch().count();
    };
    made.store = [](void* o, const Scalar& in) {
        *static_cast<T*>(o) = std::chrono::floor<D>(Timestamp{std::chrono::microseconds{in.signed_integer}});
        return true;
    };
    return made;
}

template <class T>
constexpr ValueType make_optional() {
    using E = typename T::value_type;
    ValueType made;
    made.kind = ValueKind::optional;
    made.element = &value_type_of<E>;
    made.size = [](const void* o) -> std::size_t { return static_cast<const T*>(o)->has_value() ? 1 : 0; };
    made.at = [](const void* o, std::size_t) -> const void* {
        const auto& value = *static_cast<const T*>(o);
        return value ? &*value : nullptr;
    };
    made.append = [](void* o) -> void* { return &static_cast<T*>(o)->emplace(); };
    made.clear = [](void* o) { static_cast<T*>(o)->reset(); };
    return made;
}

template <class T>
constexpr ValueType make_vector() {
    static_assert(!std::is_same_v<typename T::value_type, bool>, "use std::vector<char> or an enum, not vector<bool>");
    ValueType made;
    made.kind = ValueKind::list;
    made.element = &value_type_of<typename T::value_type>;
    made.size = [](const void* o) -> std::size_t { return static_cast<const T*>(o)->size(); };
    made.at = [](const void* o, std::size_t i) -> const void* { return &(*static_cast<const T*>(o))[i]; };
    made.append = [](void* o) -> void* { return &static_cast<T*>(o)->emplace_back(); };
    made.clear = [](void* o) { static_cast<T*>(o)->clear(); };
    return made;
}

template <class T>
constexpr ValueType make_map() {
    ValueType made;
    made.kind = ValueKind::map;
    made.element = &value_type_of<typename T::mapped_type>;
    made.size = [](const void* o) -> std::size_t { return static_cast<const T*>(o)->size(); };
    made.insert = [](void* o, std::string_view key) -> void* {
        return &static_cast<T*>(o)->try_emplace(std::string{key}).first->second;
    };
    made.each = [](const void* o, void* context, bool (*visit)(void*, std::string_view, const void*)) {
        for (const auto& [key, value] : *static_cast<const T*>(o))
            if (!visit(context, key, &value)) return;
    };
    made.clear = [](void* o) { static_cast<T*>(o)->clear(); };
    return made;
}

template <class T>
constexpr ValueType make_scalar() {
    ValueType made;
    if constexpr (std::is_same_v<T, bool>) {
        made.kind = ValueKind::boolean;
        made.load = [](const void* o, Scalar& out) { out.boolean = *static_cast<const T*>(o); };
        made.store = [](void* o, const Scalar& in) { return *static_cast<T*>(o) = in.boolean, true; };
    } else if constexpr (std::is_floating_point_v<T>) {
        made.kind = ValueKind::floating;
        made.load = [](const void* o, Scalar& out) { out.floating = static_cast<double>(*static_cast<const T*>(o)); };
        made.store = [](void* o, const Scalar& in) { return *static_cast<T*>(o) = static_cast<T>(in.floating), true; };
    } else {
        made.kind = ValueKind::string;
        made.load = [](const void* o, Scalar& out) { out.string = *static_cast<const T*>(o); };
        made.store = [](void* o, const Scalar& in) { return static_cast<T*>(o)->assign(in.string), true; };
    }
    return made;
}

template <class T>
constexpr ValueType make_value_type() {
    if constexpr (std::is_same_v<T, bool> || std::is_floating_point_v<T> || std::is_same_v<T, std::string>) {
        return make_scalar<T>();
    } else if constexpr (std::is_integral_v<T>) {
        return make_integer<T>();
    } else if constexpr (DescribedEnum<T>) {
        return make_enum<T>();
    } else if constexpr (is_sys_time<T>) {
        return make_timestamp<typename T::duration>();
    } else if constexpr (is_optional<T>) {
        return make_optional<T>();
    } else if constexpr (is_vector<T>) {
        return make_vector<T>();
    } else if constexpr (is_string_map<T>) {
        return make_map<T>();
    } else if constexpr (DescribedStruct<T>) {
        ValueType made;
        made.kind = ValueKind::object;
        made.fields = field_table<T>;
        return made;
    } else if constexpr (std::is_same_v<T, nlohmann::json>) {
        ValueType made;
        made.kind = ValueKind::json;
        return made;
    } else if constexpr (ForeignValue<T>::available) {
        return ForeignValue<T>::value_type();
    } else {
        static_assert(ForeignValue<T>::available,
                      "eventsdk cannot carry this member type: describe the struct with EventTraits (fields), the enum "
                      "with EnumTraits, or give it nlohmann to_json/from_json and include <eventsdk/event/json.hpp>");
        return {};
    }
}

}  // namespace detail
EVENTSDK_END_NAMESPACE
