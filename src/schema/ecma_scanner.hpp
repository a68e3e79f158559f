#pragma once

#include "schema/ecma_regex.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// The text of a regular expression of ECMA-262, read character by character; remembers the first fault.
class EcmaScanner {
protected:
    explicit EcmaScanner(std::string_view text) noexcept : text_{text} {}

    [[nodiscard]] bool more() const noexcept { return at_ < text_.size(); }
    [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    bool take(std::string_view token) noexcept {
        if (text_.substr(at_, token.size()) != token) return false;
        at_ += token.size();
        return true;
    }
    /// It is no regular expression / it cannot be matched in linear time.
    void fail(std::string_view why);
    void refuse(std::string_view why);
    /// The code point at the place, which it moves on.
    std::uint32_t next_point() noexcept;
    /// A character written with a backslash; the place is at the backslash.
    std::uint32_t character_escape();

    std::string_view text_;
    std::size_t at_ = 0;
    EcmaRegex result_{};

private:
    std::uint32_t hex(std::size_t digits);
    std::uint32_t unicode_escape();
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
