#include <eventsdk/core/uuid.hpp>

#include "core/uuid_text.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using words::Word;

/// The four bytes that eight hexadecimal values make.
void store_bytes(Word values, std::uint8_t* to) noexcept {
    Word bytes = ((values << 4) | (values >> 8)) & 0x00ff00ff00ff00ffU;
    bytes = (bytes | (bytes >> 8)) & 0x0000ffff0000ffffU;
    bytes |= bytes >> 16;
    for (unsigned i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(bytes >> (8 * i));
}

/// The two digits of every byte.
constexpr auto byte_texts = [] {
    constexpr std::string_view hex = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> texts{};
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = {hex[i >> 4], hex[i & 15U]};
    return texts;
}();

/// Where the two digits of each byte stand in 8-4-4-4-12.
constexpr std::array<std::uint8_t, 16> places{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

void set_version_and_variant(Uuid& uuid, unsigned version) noexcept {
    uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0fU) | (version << 4));
    uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3fU) | 0x80U);
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) noexcept {
    std::array<Word, 4> values{};
    if (!uuid_text::read(text, values)) return {};
    Uuid uuid;
    for (std::size_t i = 0; i < values.size(); ++i) store_bytes(values[i], uuid.bytes.data() + 4 * i);
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
    thread_local std::string text;
    text.assign(reinterpret_cast<const char*>(space.bytes.data()), space.bytes.size()).append(name);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    Uuid uuid;
    std::copy_n(digest.begin(), uuid.bytes.size(), uuid.bytes.begin());
    set_version_and_variant(uuid, 5);
    return uuid;
}

void Uuid::format(std::span<char, 36> out) const noexcept {
    out[8] = out[13] = out[18] = out[23] = '-';
    for (std::size_t i = 0; i < bytes.size(); ++i) std::memcpy(&out[places[i]], byte_texts[bytes[i]].data(), 2);
}

std::string Uuid::to_string() const {
    std::string text(36, '\0');
    format(std::span<char, 36>{text.data(), 36});
    return text;
}

EVENTSDK_END_NAMESPACE
