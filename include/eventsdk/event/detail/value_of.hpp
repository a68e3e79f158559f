#pragma once

// Makes the constant ValueType of a C++ type. Included by event.hpp; nothing here is for users to call.

#include <eventsdk/event/detail/container_value.hpp>
#include <eventsdk/event/detail/scalar_value.hpp>

#include <nlohmann/json_fwd.hpp>

EVENTSDK_BEGIN_NAMESPACE

/// Specialised by <eventsdk/event/json.hpp> for types with nlohmann to_json / from_json.
template <class T>
struct ForeignValue {
    static constexpr bool available = false;
};

namespace detail {

template <class T>
constexpr ValueType make_struct() {
    ValueType made;
    made.kind = ValueKind::object;
    made.fields = field_table<T>;
    return made;
}

template <class T>
constexpr ValueType make_json() {
    ValueType made;
    made.kind = ValueKind::json;
    return made;
}

template <class T>
constexpr ValueType make_value_type() {
    static_assert(!std::is_same_v<T, std::string_view> && !std::is_pointer_v<T>,
                  "an event owns its values: use std::string instead of std::string_view or a pointer");
    if constexpr (std::is_same_v<T, bool>) {
        return make_bool();
    } else if constexpr (std::is_integral_v<T>) {
        return make_integer<T>();
    } else if constexpr (std::is_floating_point_v<T>) {
        return make_floating<T>();
    } else if constexpr (std::is_same_v<T, std::string>) {
        return make_string();
    } else if constexpr (std::is_same_v<T, Uuid>) {
        return make_uuid();
    } else if constexpr (DescribedEnum<T>) {
        return make_enum<T>();
    } else if constexpr (is_sys_time<T>) {
        return make_timestamp<T>();
    } else if constexpr (is_optional<T>) {
        return make_optional<T>();
    } else if constexpr (is_vector<T>) {
        return make_vector<T>();
    } else if constexpr (is_string_map<T>) {
        return make_map<T>();
    } else if constexpr (DescribedStruct<T>) {
        return make_struct<T>();
    } else if constexpr (std::is_same_v<T, nlohmann::json>) {
        return make_json<T>();
    } else if constexpr (ForeignValue<T>::available) {
        return ForeignValue<T>::value_type();
    } else {
        static_assert(
            ForeignValue<T>::available,
            "eventsdk cannot carry this member type: describe the struct with EventTraits (fields), the enum "
            "with EnumTraits (names), or give it nlohmann to_json/from_json and include <eventsdk/event/json.hpp>");
        return {};
    }
}

}  // namespace detail
EVENTSDK_END_NAMESPACE
