#include "event/schema_uri.hpp"

#include "core/ascii.hpp"

#include <charconv>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

/// The number behind the last `mark` of a text, or 0.
std::int32_t number_behind(std::string_view text, std::string_view mark) noexcept {
    const std::size_t at = text.rfind(mark);
    if (at == std::string_view::npos) return 0;
    const std::string_view digits = text.substr(at + mark.size());
    std::int32_t number = 0;
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return wrong == std::errc{} && end == digits.data() + digits.size() && number > 0 ? number : 0;
}

bool is_unreserved(char c) noexcept {
    return ascii::is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

void append_schema_uri(std::string& out, std::string_view type, std::int32_t version) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    out += "urn:eventsdk:schema:";
    for (const char c : type) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += hex[byte >> 4];
        out += hex[byte & 15U];
    }
    out += '/';
    out += std::to_string(version);
}

std::int32_t version_of(std::string_view dataschema, std::string_view type) noexcept {
    if (const std::int32_t version = number_behind(dataschema, "/"); version > 0) return version;
    const std::int32_t version = number_behind(type, ".v");
    return version > 0 ? version : 1;
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
