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
        return words::load_half(first) | (words::load_half(second) << 32);
    };
    auto bad = static_cast<words::Word>((at[8] ^ '-') | (at[13] ^ '-') | (at[18] ^ '-') | (at[23] ^ '-'));
    values[0] = hex_values(words::load(at), bad);
    values[1] = hex_values(two_pieces(at + 9, at + 14), bad);
    values[2] = hex_values(two_pieces(at + 19, at + 24), bad);
    values[3] = hex_values(words::load(at + 28), bad);
    return bad == 0;
}

/// The four bytes that eight digits' values make.
[[nodiscard]] inline words::Word bytes_of(words::Word values) noexcept {
    words::Word bytes = ((values << 4) | (values >> 8)) & 0x00ff00ff00ff00ffU;
    bytes = (bytes | (bytes >> 8)) & 0x0000ffff0000ffffU;
    return (bytes | (bytes >> 16)) & 0xffffffffU;
}

/// The eight digits of four bytes, lower case.
[[nodiscard]] inline words::Word digits_of(words::Word bytes) noexcept {
    using words::each_byte;
    words::Word spread = (bytes | (bytes << 16)) & 0x0000ffff0000ffffU;
    spread = (spread | (spread << 8)) & 0x00ff00ff00ff00ffU;
    const words::Word values = ((spread >> 4) & 0x000f000f000f000fU) | ((spread & 0x000f000f000f000fU) << 8);
    const words::Word letters = ((values + each_byte * 6) >> 4) & each_byte;
    return values + each_byte * '0' + letters * ('a' - '0' - 10);
}

/// The bytes of a UUID; untouched when the text is none.
[[nodiscard]] inline bool read_bytes(std::string_view text, std::array<std::uint8_t, 16>& bytes) noexcept {
    std::array<words::Word, 4> values{};
    if (!read(text, values)) return false;
    words::store(bytes.data(), bytes_of(values[0]) | (bytes_of(values[1]) << 32));
    words::store(bytes.data() + 8, bytes_of(values[2]) | (bytes_of(values[3]) << 32));
    return true;
}

/// Stored in the pieces that read() loads, so that a reader soon after need not wait for them.
inline void write(const std::array<std::uint8_t, 16>& bytes, char* out) noexcept {
    const auto digits = [&bytes](std::size_t at) {
        return digits_of(words::load_half(reinterpret_cast<const char*>(bytes.data()) + at));
    };
    const words::Word second = digits(4);
    const words::Word third = digits(8);
    words::store(out, digits(0));
    words::store_half(out + 9, second);
    words::store_half(out + 14, second >> 32);
    words::store_half(out + 19, third);
    words::store_half(out + 24, third >> 32);
    words::store(out + 28, digits(12));
    out[8] = out[13] = out[18] = out[23] = '-';
}

[[nodiscard]] inline bool is_uuid(std::string_view text) noexcept {
    std::array<words::Word, 4> values{};
    return read(text, values);
}

}  // namespace uuid_text
EVENTSDK_END_NAMESPACE
