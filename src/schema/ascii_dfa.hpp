#pragma once

#include <eventsdk/core/config.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// A small table automaton for a pattern and texts in ASCII: a nanosecond for each byte, no lock, no memory of its
/// own while matching. What it cannot do is left to the general engine.
class AsciiDfa {
public:
    enum class Verdict : std::uint8_t { no, yes, unknown };

    /// `ecma` must be a regular expression that read_ecma_regex() takes. Nothing when the automaton would be large, or
    /// the pattern has anchors in its middle, word boundaries or Unicode properties.
    [[nodiscard]] static std::optional<AsciiDfa> make(std::string_view ecma);

    /// `unknown` when the text is not ASCII as far as it matters.
    [[nodiscard]] Verdict match(std::string_view text) const noexcept {
        std::uint8_t state = start_;
        for (const char c : text) {
            if (state <= last_final) break;
            const auto byte = static_cast<unsigned char>(c);
            if (byte >= 128) return Verdict::unknown;
            state = next_[state][byte];
        }
        return state == found || accepting_[state] != 0 ? Verdict::yes : Verdict::no;
    }

private:
    friend class DfaBuilder;
    using Row = std::array<std::uint8_t, 128>;

    // Two states in which the rest of the text does not matter.
    static constexpr std::uint8_t lost = 0;
    static constexpr std::uint8_t found = 1;
    static constexpr std::uint8_t last_final = 1;

    std::vector<Row> next_{};
    std::vector<std::uint8_t> accepting_{};  // at the end of the text
    std::uint8_t start_ = lost;
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
