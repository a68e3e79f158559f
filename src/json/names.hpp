#pragma once

#include <eventsdk/core/config.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

/// Length, first and last eight bytes of a member's name: all of it up to 16 bytes. Names with different keys differ.
/// A few nanoseconds, no branch; the hash is not a defence against prepared names (that is keyed_hash()).
struct NameKey {
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    std::uint64_t size = 0;

    NameKey() = default;
    explicit NameKey(std::string_view name) noexcept : size{name.size()} {
        std::array<char, 8> padded{};
        if (name.size() < padded.size()) {
            if (!name.empty()) std::memcpy(padded.data(), name.data(), name.size());
            head = tail = load(padded.data());
        } else {
            head = load(name.data());
            tail = load(name.data() + name.size() - 8);
        }
    }
    /// Of a text of a parsed document, behind whose beginning eight bytes can always be read.
    static NameKey of_parsed(std::string_view name) noexcept {
        NameKey key;
        const auto mask = mask_of(name.size());
        key.size = name.size();
        key.head = load(name.data()) & mask;
        key.tail = load(name.data() + name.size() - std::min<std::size_t>(name.size(), 8)) & mask;
        return key;
    }
    /// Of a loaded word, the bytes that a name of this size has.
    static std::uint64_t mask_of(std::size_t size) noexcept {
        const auto used = std::min<std::size_t>(size, 8);
        const std::uint64_t mask = used == 0 ? 0 : ~std::uint64_t{0} >> (64 - 8 * used);
        if constexpr (std::endian::native == std::endian::big) return __builtin_bswap64(mask);
        return mask;
    }
    static std::uint64_t load(const char* from) noexcept {
        std::uint64_t word = 0;
        std::memcpy(&word, from, sizeof word);
        return word;
    }

    [[nodiscard]] std::uint64_t hash() const noexcept {
        return (head * 0x9e3779b97f4a7c15ULL) ^ std::rotl(tail, 29) ^ (size << 48);
    }
    [[nodiscard]] bool holds_all() const noexcept { return size <= 16; }
    friend bool operator==(const NameKey&, const NameKey&) = default;
};

}  // namespace json
EVENTSDK_END_NAMESPACE
