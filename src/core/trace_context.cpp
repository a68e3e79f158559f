#include <eventsdk/core/trace_context.hpp>

#include "core/random.hpp"
#include "core/uuid_text.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr std::size_t traceparent_length = 55;  // of version 00
constexpr std::size_t max_members = 32;

/// A digit's value or -1, by character: random digits mislead a branch. Only lower case is valid in a traceparent.
constexpr std::array<std::int8_t, 256> hex_values = [] {
    std::array<std::int8_t, 256> values{};
    for (auto& value : values) value = -1;
    for (std::size_t digit = 0; digit < 10; ++digit) values['0' + digit] = static_cast<std::int8_t>(digit);
    for (std::size_t digit = 10; digit < 16; ++digit) values['a' + digit - 10] = static_cast<std::int8_t>(digit);
    return values;
}();

int hex_value(char c) noexcept { return hex_values[static_cast<unsigned char>(c)]; }

/// Of digits that are known to be some.
void read_hex(std::string_view text, std::span<std::uint8_t> out) noexcept {
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<std::uint8_t>(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
}

bool all_zero(std::span<const std::uint8_t> bytes) noexcept {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

/// The values of eight digits; `bad` becomes other than 0 where a character is none, or upper case.
words::Word eight_digits(const char* text, words::Word& bad) noexcept {
    const words::Word characters = words::load(text);
    bad |= ~characters & (words::each_byte * 0x20);
    return uuid_text::hex_values(characters, bad);
}

bool is_key_char(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '*' || c == '/';
}

bool is_key_part(std::string_view part, std::size_t longest) noexcept {
    return !part.empty() && part.size() <= longest && std::all_of(part.begin(), part.end(), is_key_char) &&
           part[0] >= '0' && part[0] != '_';
}

bool is_key(std::string_view key) noexcept {
    const std::size_t at = key.find('@');
    if (at == std::string_view::npos) return is_key_part(key, 256);
    return is_key_part(key.substr(0, at), 241) && is_key_part(key.substr(at + 1), 14);
}

bool is_value(std::string_view value) noexcept {
    return !value.empty() && value.size() <= 256 && value.back() != ' ' &&
           std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~' && c != '='; });
}

std::string_view trim(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void put_random(std::span<std::uint8_t> out) noexcept {
    do {
        for (std::size_t i = 0; i < out.size(); i += 8) {
            const std::uint64_t bits = noise_bits();
            std::memcpy(&out[i], &bits, sizeof bits);
        }
    } while (all_zero(out));
}

void append_hex(std::string& text, std::span<const std::uint8_t> bytes) {
    constexpr std::string_view hex = "0123456789abcdef";
    for (const std::uint8_t byte : bytes) {
        text.push_back(hex[byte >> 4]);
        text.push_back(hex[byte & 15U]);
    }
}

}  // namespace

std::optional<TraceContext> TraceContext::parse(std::string_view traceparent, std::string_view tracestate) {
    if (!is_traceparent(traceparent)) return {};
    TraceContext context;
    read_hex(traceparent.substr(3), context.trace_id);
    read_hex(traceparent.substr(36), context.parent_id);
    read_hex(traceparent.substr(53), {&context.flags, 1});
    if (is_tracestate(tracestate)) context.state = tracestate;
    return context;
}

TraceContext TraceContext::make() {
    TraceContext context;
    put_random(context.trace_id);
    put_random(context.parent_id);
    context.flags = 1;
    return context;
}

TraceContext TraceContext::child() const {
    TraceContext context = *this;
    put_random(context.parent_id);
    return context;
}

std::string TraceContext::traceparent() const {
    std::string text = "00-";
    text.reserve(traceparent_length);
    append_hex(text, trace_id);
    text.push_back('-');
    append_hex(text, parent_id);
    text.push_back('-');
    append_hex(text, {&flags, 1});
    return text;
}

bool is_traceparent(std::string_view text) noexcept {
    if (text.size() < traceparent_length || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
    if ((hex_value(text[0]) | hex_value(text[1]) | hex_value(text[53]) | hex_value(text[54])) < 0) return false;
    if (text.starts_with("ff")) return false;
    if (text.size() > traceparent_length && (text.starts_with("00") || text[traceparent_length] != '-')) return false;
    const char* at = text.data();
    words::Word bad = 0;
    const words::Word trace = eight_digits(at + 3, bad) | eight_digits(at + 11, bad) | eight_digits(at + 19, bad) |
                              eight_digits(at + 27, bad);
    const words::Word parent = eight_digits(at + 36, bad) | eight_digits(at + 44, bad);
    return bad == 0 && trace != 0 && parent != 0;
}

bool is_tracestate(std::string_view text) noexcept {
    std::size_t members = 0;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view member = trim(text.substr(0, comma));
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
        if (member.empty()) continue;
        const std::size_t equals = member.find('=');
        if (equals == std::string_view::npos || ++members > max_members) return false;
        if (!is_key(member.substr(0, equals)) || !is_value(member.substr(equals + 1))) return false;
    }
    return true;
}

EVENTSDK_END_NAMESPACE
