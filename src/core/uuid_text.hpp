#pragma once

#include "core/words.hpp"

#include <array>
#include <cstddef>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
/// The text of a UUID, 8-4-4-4-12 hexadecimal digits of either case, read eight digits at a time.
namespace uuid_text {

/// The values of eight hexadecimal digits; `bad` becomes other than 0 where a character is none.
[[nodiscard]] inline words::Word hex_values(words::Word text, words::Word& bad) noexcept {
    using words::each_byte;
    const words::Word low = text & ~words::high_bits;
    const words::Word lower_case = low | (each_byte * 0x20);
    const words::Word digit = (low + each_byte * (0x80 - '0')) & ~(low + each_byte * (0x7f - '9'));
    const words::Word letter = (lower_case + each_byte * (0x80 - 'a')) & ~(lower_case + each_byte * (0x7f - 'f'));
    bad |= (text | ~(digit | letter)) & words::high_bits;
    return (low & (each_byte * 0x0f)) + ((letter & words::high_bits) >> 7) * 9;
}

/// The 32 digits' values in order; false when the text is no UUID.
[[nodiscard]] inline bool read(std::string_view text, std::array<words::Word, 4>& values) noexcept {
    if (text.size() != 36) return false;
    const char* at = text.data();
    const auto two_pieces = [](const char* first, const char* second) {
        std::array<char, 8> both{};
        std::memcpy(both.data(), first, 4);
        std::memcpy(both.data() + 4, second, 4);
        return words::load(both.data());
    };
    auto bad = static_cast<words::Word>((at[8] ^ '-') | (at[13] ^ '-') | (at[18] ^ '-') | (at[23] ^ '-'));
    values[0] = hex_values(words::load(at), bad);
    values[1] = hex_values(two_pieces(at + 9, at + 14), bad);
    values[2] = hex_values(two_pieces(at + 19, at + 24), bad);
    values[3] = hex_values(words::load(at + 28), bad);
    return bad == 0;
}

[[nodiscard]] inline bool is_uuid(std::string_view text) noexcept {
    std::array<words::Word, 4> values{};
    return read(text, values);
}

}  // namespace uuid_text
EVENTSDK_END_NAMESPACE
