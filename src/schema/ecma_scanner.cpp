#include "schema/ecma_scanner.hpp"

#include "core/ascii.hpp"

#include <fmt/format.h>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
void EcmaScanner::fail(std::string_view why) {
    if (result_.error.empty()) result_.error = fmt::format("{} (at byte {})", why, at_);
}
void EcmaScanner::refuse(std::string_view why) {
    if (result_.refusal.empty()) result_.refusal = fmt::format("{} (at byte {})", why, at_);
}

std::uint32_t EcmaScanner::next_point() noexcept {
    const auto lead = static_cast<unsigned char>(text_[at_]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::uint32_t point = size == 1 ? lead : lead & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) point = point << 6 | (static_cast<unsigned char>(peek(i)) & 0x3fU);
    at_ += size;
    return point;
}

std::uint32_t EcmaScanner::character_escape() {
    const char c = peek(1);
    at_ += 2;
    switch (c) {
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case 'v': return '\v';
        case '0':
            if (ascii::is_digit(peek())) fail("an octal escape");
            return 0;
        case 'c':
            if (ascii::is_letter(peek())) return static_cast<std::uint32_t>(text_[at_++]) & 0x1fU;
            fail("\\c without a letter");
            return 0;
        case 'x': return hex(2);
        case 'u': return unicode_escape();
        default: break;
    }
    if (at_ > text_.size()) fail("a single backslash at the end");
    else if (ascii::is_alphanumeric(c)) fail(fmt::format("an unknown escape sequence \\{}", c));
    else --at_;
    return result_.error.empty() ? next_point() : 0;
}

std::uint32_t EcmaScanner::hex(std::size_t digits) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const int digit = ascii::hex_value(peek(i));
        if (digit < 0) {
            fail("hexadecimal digits expected");
            return 0;
        }
        value = value << 4 | static_cast<std::uint32_t>(digit);
    }
    at_ += digits;
    return value;
}

std::uint32_t EcmaScanner::unicode_escape() {
    if (peek() == '{') {
        std::size_t digits = 0;
        ++at_;
        while (ascii::hex_value(peek(digits)) >= 0 && digits < 7) ++digits;
        const auto point = hex(digits);
        if (digits == 0 || point > 0x10ffff || !take("}")) fail("\\u{…} without a code point");
        return point;
    }
    auto point = hex(4);
    if (point >= 0xd800 && point <= 0xdbff && take("\\u")) {
        const auto low = hex(4);
        if (low < 0xdc00 || low > 0xdfff) refuse("half of a surrogate pair");
        point = 0x10000 + ((point - 0xd800) << 10) + (low & 0x3ff);
    } else if (point >= 0xd800 && point <= 0xdfff) {
        refuse("half of a surrogate pair");
    }
    return point;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
