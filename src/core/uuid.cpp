#include <eventsdk/core/uuid.hpp>

#include <openssl/evp.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace {

/// Value of a hexadecimal digit, 255 for anything else.
constexpr std::array<std::uint8_t, 256> make_hex_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(255);
    for (unsigned i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(i);
    for (unsigned i = 0; i < 6; ++i) {
        values['a' + i] = static_cast<std::uint8_t>(10 + i);
        values['A' + i] = static_cast<std::uint8_t>(10 + i);
    }
    return values;
}

constexpr auto hex_values = make_hex_values();
/// Where the two digits of each byte stand in 8-4-4-4-12.
constexpr std::array<std::uint8_t, 16> places{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

void set_version_and_variant(Uuid& uuid, unsigned version) noexcept {
    uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0fU) | (version << 4));
    uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3fU) | 0x80U);
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) noexcept {
    if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return {};
    Uuid uuid;
    unsigned bad = 0;
    for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
        const unsigned high = hex_values[static_cast<unsigned char>(text[places[i]])];
        const unsigned low = hex_values[static_cast<unsigned char>(text[places[i] + 1U])];
        bad |= high | low;
        uuid.bytes[i] = static_cast<std::uint8_t>((high << 4) | low);
    }
    if (bad > 15) return {};
    return uuid;
}

Uuid Uuid::v7(std::int64_t unix_ms, std::uint16_t rand_a, std::uint64_t rand_b) noexcept {
    Uuid uuid;
    for (unsigned i = 0; i < 6; ++i) {
        uuid.bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(unix_ms) >> (40 - 8 * i));
    }
    uuid.bytes[6] = static_cast<std::uint8_t>(rand_a >> 8);
    uuid.bytes[7] = static_cast<std::uint8_t>(rand_a);
    for (unsigned i = 0; i < 8; ++i) uuid.bytes[8 + i] = static_cast<std::uint8_t>(rand_b >> (56 - 8 * i));
    set_version_and_variant(uuid, 7);
    return uuid;
}

Uuid Uuid::v5(const Uuid& space, std::string_view name) {
    std::string text(reinterpret_cast<const char*>(space.bytes.data()), space.bytes.size());
    text.append(name);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    Uuid uuid;
    std::copy_n(digest.begin(), uuid.bytes.size(), uuid.bytes.begin());
    set_version_and_variant(uuid, 5);
    return uuid;
}

void Uuid::format(std::span<char, 36> out) const noexcept {
    constexpr std::string_view hex = "0123456789abcdef";
    out[8] = out[13] = out[18] = out[23] = '-';
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out[places[i]] = hex[bytes[i] >> 4];
        out[places[i] + 1U] = hex[bytes[i] & 15U];
    }
}

std::string Uuid::to_string() const {
    std::string text(36, '\0');
    format(std::span<char, 36>{text.data(), 36});
    return text;
}

EVENTSDK_END_NAMESPACE
