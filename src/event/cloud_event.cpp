#include "event/cloud_event.hpp"

#include "core/ascii.hpp"
#include "core/utf8.hpp"
#include "json/text.hpp"

#include <algorithm>
#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

constexpr std::string_view structured_prefix = "application/cloudevents";

constexpr auto uri_characters = [] {
    std::array<bool, 256> allowed{};
    for (const char c : std::string_view{"-._~:/?#[]@!$&'()*+,;=%"}) allowed[static_cast<unsigned char>(c)] = true;
    for (unsigned i = 0; i < 26; ++i) allowed['a' + i] = allowed['A' + i] = true;
    for (unsigned i = 0; i < 10; ++i) allowed['0' + i] = true;
    return allowed;
}();

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool starts_with_lower(std::string_view text, std::string_view prefix) noexcept {
    return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(),
                                                      [](char wanted, char c) { return wanted == lower(c); });
}

bool ends_with_lower(std::string_view text, std::string_view suffix) noexcept {
    return text.size() >= suffix.size() && starts_with_lower(text.substr(text.size() - suffix.size()), suffix);
}

bool is_hex(char c) noexcept { return ascii::hex_value(c) >= 0; }

std::uint32_t code_point(std::string_view sequence) noexcept {
    const auto byte = [sequence](std::size_t at) -> std::uint32_t { return static_cast<unsigned char>(sequence[at]); };
    const std::uint32_t lead = byte(0) & (0xffU >> (sequence.size() + 1));
    std::uint32_t code = sequence.size() == 1 ? byte(0) : lead;
    for (std::size_t i = 1; i < sequence.size(); ++i) code = (code << 6) | (byte(i) & 0x3fU);
    return code;
}

bool is_character(std::uint32_t code) noexcept {
    const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const bool noncharacter = (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffeU) == 0xfffe;
    return !control && !noncharacter;
}

}  // namespace

void CloudEvent::reset() {
    auto kept = std::move(extensions);
    kept.clear();
    *this = CloudEvent{};
    extensions = std::move(kept);
}

bool is_json_content(std::string_view content_type) noexcept {
    std::string_view media = content_type.substr(0, content_type.find(';'));
    while (media.ends_with(' ')) media.remove_suffix(1);
    return media.empty() || ends_with_lower(media, "/json") || ends_with_lower(media, "+json");
}

bool is_structured_content(std::string_view content_type) noexcept {
    return starts_with_lower(content_type, structured_prefix);
}

bool is_batch_content(std::string_view content_type) noexcept {
    return is_structured_content(content_type) &&
           starts_with_lower(content_type.substr(structured_prefix.size()), "-batch");
}

bool is_attribute_name(std::string_view name) noexcept {
    return !name.empty() && name != "data" &&
           std::all_of(name.begin(), name.end(), [](char c) { return ascii::is_lower(c) || ascii::is_digit(c); });
}

bool is_attribute_text(std::string_view text) noexcept {
    if (utf8::is_printable_ascii(text)) return true;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8::sequence_length(text.substr(at));
        if (length == 0 || !is_character(code_point(text.substr(at, length)))) return false;
        at += length;
    }
    return true;
}

bool is_uri_reference(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (!uri_characters[static_cast<unsigned char>(c)]) return false;
        if (c == '%' && (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2]))) return false;
    }
    return true;
}

Error cloud_error(std::string_view code, std::string_view attribute, std::string_view what) {
    Error error{.kind = ErrorKind::permanent, .code = "cloudevents." + std::string{code}};
    error.message = attribute.empty() ? "the record " : "attribute \"" + json::printable(attribute) + "\" ";
    error.message += what;
    if (!attribute.empty()) json::append_pointer(error.pointer, attribute);
    return error;
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
