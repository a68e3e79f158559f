#pragma once

#include "json/strict.hpp"

#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

// The value as what its type is known to be; by value, since value_unsafe() of a temporary dangles in a range-for.
[[nodiscard]] inline std::string_view string_of(const Value& value) noexcept { return tape::Place{value}.string(); }
[[nodiscard]] inline simdjson::dom::array array_of(const Value& value) noexcept {
    return value.get_array().value_unsafe();
}
[[nodiscard]] inline simdjson::dom::object object_of(const Value& value) noexcept {
    return value.get_object().value_unsafe();
}

}  // namespace json
EVENTSDK_END_NAMESPACE
