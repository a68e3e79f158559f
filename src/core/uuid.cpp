#include <eventsdk/core/uuid.hpp>

#include "core/uuid_text.hpp"

#include <openssl/evp.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace {

void set_version_and_variant(Uuid& uuid, unsigned version) noexcept {
    uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0fU) | (version << 4));
    uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3fU) | 0x80U);
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) noexcept {
    std::optional<Uuid> uuid{std::in_place};
    if (!uuid_text::read_bytes(text, uuid->bytes)) uuid.reset();
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

void Uuid::format(std::span<char, 36> out) const noexcept { uuid_text::write(bytes, out.data()); }

std::string Uuid::to_string() const {
    std::string text(36, '\0');
    format(std::span<char, 36>{text.data(), 36});
    return text;
}

EVENTSDK_END_NAMESPACE
