#include "core/base64.hpp"

#include <array>
#include <cstdint>

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr auto values = [] {
    std::array<std::int8_t, 256> made{};
    for (auto& value : made) value = -1;
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        made[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return made;
}();

}  // namespace

std::string base64::encode(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        }
        const std::size_t given = bytes.size() - at;
        text.push_back(alphabet[group >> 18]);
        text.push_back(alphabet[group >> 12 & 63U]);
        text.push_back(given > 1 ? alphabet[group >> 6 & 63U] : '=');
        text.push_back(given > 2 ? alphabet[group & 63U] : '=');
    }
    return text;
}

std::optional<std::string> base64::decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    if (text.ends_with("==")) padding = 2;
    else if (text.ends_with("=")) padding = 1;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t group = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool padded = at >= text.size() - padding;
        const int value = padded ? 0 : values[static_cast<unsigned char>(text[at])];
        if (value < 0) return std::nullopt;
        group = group << 6 | static_cast<std::uint32_t>(value);
        if (at % 4 != 3) continue;
        const bool last = at + 1 == text.size();
        const std::size_t keep = last ? 3 - padding : 3;
        if (keep < 3 && (group & (keep == 2 ? 0xffU : 0xffffU)) != 0) return std::nullopt;
        for (std::size_t i = 0; i < keep; ++i) bytes.push_back(static_cast<char>(group >> (16 - 8 * i) & 0xffU));
        group = 0;
    }
    return bytes;
}

EVENTSDK_END_NAMESPACE
