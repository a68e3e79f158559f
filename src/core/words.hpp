#pragma once

#include <eventsdk/core/config.hpp>

#include <bit>
#include <cstdint>
#include <cstring>

EVENTSDK_BEGIN_NAMESPACE
/// Eight characters at a time, one in each byte of a word, the first in the lowest.
namespace words {

using Word = std::uint64_t;
inline constexpr Word each_byte = 0x0101010101010101U;
inline constexpr Word high_bits = each_byte * 0x80;

[[nodiscard]] inline Word load(const char* from) noexcept {
    Word word = 0;
    std::memcpy(&word, from, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
}

/// Four characters, in the lower half.
[[nodiscard]] inline Word load_half(const char* from) noexcept {
    std::uint32_t half = 0;
    std::memcpy(&half, from, sizeof half);
    if constexpr (std::endian::native == std::endian::big) half = __builtin_bswap32(half);
    return half;
}

inline void store(void* to, Word word) noexcept {
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    std::memcpy(to, &word, sizeof word);
}

inline void store_half(void* to, Word word) noexcept {
    auto half = static_cast<std::uint32_t>(word);
    if constexpr (std::endian::native == std::endian::big) half = __builtin_bswap32(half);
    std::memcpy(to, &half, sizeof half);
}

/// The byte at a place.
[[nodiscard]] constexpr unsigned byte(Word word, unsigned at) noexcept {
    return static_cast<unsigned>(word >> (8 * at)) & 0xffU;
}

}  // namespace words
EVENTSDK_END_NAMESPACE
