#pragma once

#include <eventsdk/core/config.hpp>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

/// Length and up to 16 bytes of a member's name as one number: equal names have equal signatures, and most different
/// ones do not. A few nanoseconds, no allocation; not a defence against prepared names (that is keyed_hash()).
[[nodiscard]] inline std::uint64_t signature_of(std::string_view name) noexcept {
    const auto load = [](const char* from, auto word) {
        std::memcpy(&word, from, sizeof word);
        return std::uint64_t{word};
    };
    const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(name[at])}; };
    const auto size = name.size();
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    if (size >= 8) {
        head = load(name.data(), std::uint64_t{});
        tail = load(name.data() + size - 8, std::uint64_t{});
    } else if (size >= 4) {
        head = load(name.data(), std::uint32_t{}) | load(name.data() + size - 4, std::uint32_t{}) << 32;
    } else if (size > 0) {
        head = byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16;
    }
    return (head * 0x9e3779b97f4a7c15ULL) ^ std::rotl(tail, 29) ^ (std::uint64_t{size} << 48);
}

}  // namespace json
EVENTSDK_END_NAMESPACE
