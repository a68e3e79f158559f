#pragma once

#include "schema/ascii_dfa.hpp"

#include <eventsdk/core/result.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// A compiled `pattern`; matching is linear in the text.
class Pattern {
public:
    /// @return `invalid_argument` "schema.load.pattern" saying what is wrong or cannot be matched in linear time:
    ///         look-around, back-references, counts above 1,000, a pattern that is too large.
    [[nodiscard]] static Result<std::unique_ptr<Pattern>> compile(std::string_view ecma, std::size_t max_bytes);
    ~Pattern();
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;

    /// Whether the pattern occurs anywhere in the text (it is anchored only by its own ^ and $).
    [[nodiscard]] bool matches(std::string_view text) const {
        const auto verdict = dfa_ ? dfa_->match(text) : AsciiDfa::Verdict::unknown;
        return verdict == AsciiDfa::Verdict::unknown ? matches_in_general(text) : verdict == AsciiDfa::Verdict::yes;
    }
    /// The same by the general engine alone; for tests.
    [[nodiscard]] bool matches_in_general(std::string_view text) const;
    [[nodiscard]] bool has_table() const noexcept { return dfa_.has_value(); }
    /// Steps to count for a text of this size.
    [[nodiscard]] std::size_t cost(std::size_t bytes) const noexcept { return 1 + bytes * size_ / 4096; }
    /// As the schema has it.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    Pattern(std::string text, std::unique_ptr<re2::RE2> engine);
    std::string text_;
    std::unique_ptr<re2::RE2> engine_;
    std::optional<AsciiDfa> dfa_;
    std::size_t size_;
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
