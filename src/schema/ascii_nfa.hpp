#pragma once

#include <eventsdk/core/config.hpp>

#include <bitset>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

using AsciiSet = std::bitset<128>;

struct NfaState {
    AsciiSet on{};
    std::size_t to = 0;
    std::vector<std::size_t> free{};  ///< ways that take no character
};

/// A part of the automaton, entered at one state and left at another.
struct NfaFragment {
    std::size_t start;
    std::size_t end;
};

/// A pattern as an automaton with free ways: the first half of making an AsciiDfa.
struct AsciiNfa {
    std::vector<NfaState> states{};
    NfaFragment whole{};
    bool from_start = false;  ///< anchored by ^
    bool to_end = false;      ///< anchored by $
};

/// `ecma` must be a regular expression that read_ecma_regex() takes. Nothing when it is not for a small automaton over
/// ASCII: anchors in the middle, word boundaries, Unicode properties, many states.
[[nodiscard]] std::optional<AsciiNfa> read_ascii_nfa(std::string_view ecma);

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
