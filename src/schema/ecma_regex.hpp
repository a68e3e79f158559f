#pragma once

#include <eventsdk/core/config.hpp>

#include <cstdint>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// A regular expression of ECMA-262 as RE2 writes the same language.
struct EcmaRegex {
    std::string re2{};      ///< meaningful when both others are empty
    std::string error{};    ///< why it is no regular expression of ECMA-262, and where
    std::string refusal{};  ///< why it cannot be matched in linear time, and where
};

/// Reads Unicode mode, with braces and brackets allowed as literals as browsers do. Linear; `text` is UTF-8.
/// Differences that are translated: `$` (RE2's own is the same only at the end), `.` (four line ends), `\s` (Unicode
/// spaces), `\cX`, `\uXXXX` with pairs, `\u{…}`, `[^]`, `[]`, long property names, named groups.
/// **Source**: ECMA-262 section 22.2.1 and annex B.1.2.
[[nodiscard]] EcmaRegex read_ecma_regex(std::string_view text);
/// Whether it can be read, look-around and back-references included; the `format` "regex".
[[nodiscard]] bool is_ecma_regex(std::string_view text);

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
