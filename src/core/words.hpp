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

/// The byte at a place.
[[nodiscard]] constexpr unsigned byte(Word word, unsigned at) noexcept {
    return static_cast<unsigned>(word >> (8 * at)) & 0xffU;
}

}  // namespace words
EVENTSDK_END_NAMESPACE
