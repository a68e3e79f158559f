#include <eventsdk/broker/partitioner.hpp>

#include <array>
#include <cstddef>

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t remainder = i;
        for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1U) != 0 ? 0xEDB88320U : 0U);
        table[i] = remainder;
    }
    return table;
}

constexpr std::array<std::uint32_t, 256> crc_table = make_crc_table();

constexpr std::uint32_t byte_at(std::string_view bytes, std::size_t index) {
    return static_cast<unsigned char>(bytes[index]);
}

// Sarama and librdkafka take the absolute value of the hash read as a signed number.
std::uint32_t absolute(std::uint32_t hash) { return (hash >> 31) != 0 ? ~hash + 1U : hash; }

std::int32_t modulo(std::uint32_t hash, std::int32_t partitions) {
    return static_cast<std::int32_t>(hash % static_cast<std::uint32_t>(partitions));
}

}  // namespace

std::uint32_t murmur2(std::string_view bytes) noexcept {
    constexpr std::uint32_t multiplier = 0x5bd1e995U;
    std::uint32_t hash = 0x9747b28cU ^ static_cast<std::uint32_t>(bytes.size());
    std::size_t index = 0;
    for (; index + 4 <= bytes.size(); index += 4) {
        std::uint32_t word = byte_at(bytes, index) | byte_at(bytes, index + 1) << 8 | byte_at(bytes, index + 2) << 16 |
                             byte_at(bytes, index + 3) << 24;
        word *= multiplier;
        word ^= word >> 24;
        hash = hash * multiplier ^ word * multiplier;
    }
    const std::size_t rest = bytes.size() - index;
    if (rest > 2) hash ^= byte_at(bytes, index + 2) << 16;
    if (rest > 1) hash ^= byte_at(bytes, index + 1) << 8;
    if (rest > 0) hash = (hash ^ byte_at(bytes, index)) * multiplier;
    hash = (hash ^ (hash >> 13)) * multiplier;
    return hash ^ (hash >> 15);
}

std::uint32_t fnv1a(std::string_view bytes) noexcept {
    std::uint32_t hash = 0x811C9DC5U;
    for (std::size_t i = 0; i < bytes.size(); ++i) hash = (hash ^ byte_at(bytes, i)) * 0x01000193U;
    return hash;
}

std::uint32_t crc32(std::string_view bytes) noexcept {
    std::uint32_t remainder = 0xFFFFFFFFU;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        remainder = (remainder >> 8) ^ crc_table[(remainder ^ byte_at(bytes, i)) & 0xFFU];
    }
    return ~remainder;
}

std::optional<std::int32_t> Partitioner::partition(std::optional<std::string_view> key, std::int32_t partitions) const {
    if (kind_ == Kind::custom) return function_(key, partitions);
    if (!key || (kind_ == Kind::crc32_random && key->empty())) return std::nullopt;
    switch (kind_) {
        case Kind::fnv1a_random: return modulo(absolute(fnv1a(*key)), partitions);
        case Kind::crc32_random: return modulo(crc32(*key), partitions);
        default: return modulo(murmur2(*key) & 0x7FFFFFFFU, partitions);
    }
}

EVENTSDK_END_NAMESPACE
