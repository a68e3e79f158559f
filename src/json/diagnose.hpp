#pragma once

#include "json/strict.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

/// What escape sequences of a text can hide in its strings.
struct Escapes {
    bool nul = false;                             ///< a \u0000 occurs
    std::optional<std::size_t> lone_surrogate{};  ///< byte of a half of a pair without its other half
};

/// Looks at the escape sequences of a well-formed text; linear, and one memchr when there is none.
[[nodiscard]] Escapes find_escapes(std::string_view text) noexcept;

/// Reads a text that the parser refused once more, slowly, and says why and at which byte.
[[nodiscard]] Error diagnose(std::string_view text, std::size_t max_depth);

/// The JSON Pointer of the first object in which `name` occurs more than once.
[[nodiscard]] std::string pointer_of_duplicate(Value root, std::string_view name);

}  // namespace json
EVENTSDK_END_NAMESPACE
