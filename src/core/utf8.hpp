#pragma once

#include <eventsdk/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace utf8 {

/// Bytes of the first UTF-8 sequence of a text that is not empty: 1 to 4, or 0 where it is not valid
/// (overlong forms, surrogates and code points above U+10FFFF are not).
[[nodiscard]] constexpr std::size_t sequence_length(std::string_view text) noexcept {
    const auto byte = [text](std::size_t at) -> unsigned {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const auto follows = [&byte](std::size_t at) { return (byte(at) & 0xc0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4 || !follows(1)) return 0;
    if (first < 0xe0) return 2;
    if (!follows(2)) return 0;
    if (first < 0xf0) {
        const bool overlong = first == 0xe0 && byte(1) < 0xa0;
        const bool surrogate = first == 0xed && byte(1) >= 0xa0;
        return overlong || surrogate ? 0 : 3;
    }
    const bool overlong = first == 0xf0 && byte(1) < 0x90;
    const bool beyond = first == 0xf4 && byte(1) >= 0x90;
    return !follows(3) || overlong || beyond ? 0 : 4;
}

/// True when every byte is printable ASCII, from space to tilde. Eight bytes at a time.
[[nodiscard]] inline bool is_printable_ascii(std::string_view text) noexcept {
    constexpr std::uint64_t each = 0x0101010101010101U;
    constexpr std::uint64_t high = 0x8080808080808080U;
    std::size_t at = 0;
    std::uint64_t bad = 0;
    for (; at + sizeof bad <= text.size(); at += sizeof bad) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        bad |= (word | (word - each * 0x20) | (word + each)) & high;
    }
    for (; at < text.size(); ++at) bad |= static_cast<std::uint64_t>(text[at] < ' ' || text[at] > '~');
    return bad == 0;
}

/// Where the first invalid sequence begins, or npos.
[[nodiscard]] constexpr std::size_t find_invalid(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = sequence_length(text.substr(at));
        if (length == 0) return at;
        at += length;
    }
    return std::string_view::npos;
}

}  // namespace utf8
EVENTSDK_END_NAMESPACE
