#include "json/writer.hpp"

#include "core/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

EVENTSDK_BEGIN_NAMESPACE
namespace json {
namespace {

constexpr std::uint64_t each_byte = 0x0101010101010101U;
constexpr std::uint64_t high_bits = 0x8080808080808080U;
constexpr std::size_t word_size = sizeof(std::uint64_t);

std::uint64_t load(const char* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, word_size);
    return word;
}

/// True when no byte of the word is a control character, a quote, a backslash or beyond ASCII.
bool is_plain(std::uint64_t word) noexcept {
    const std::uint64_t control = word - each_byte * 0x20;
    const std::uint64_t quote = (word ^ (each_byte * '"')) - each_byte;
    const std::uint64_t backslash = (word ^ (each_byte * '\\')) - each_byte;
    return ((control | quote | backslash | word) & high_bits) == 0;
}

bool is_plain(char c) noexcept { return c >= ' ' && c != '"' && c != '\\'; }

/// Copies the plain beginning of a text and gives its length.
std::size_t copy_plain(std::string_view text, char* to) noexcept {
    std::size_t at = 0;
    for (; at + word_size <= text.size() && is_plain(load(text.data() + at)); at += word_size)
        std::memcpy(to + at, text.data() + at, word_size);
    if (at < text.size() && text.size() >= word_size) {
        // The rest as part of the last eight bytes.
        const std::size_t last = text.size() - word_size;
        if (at + word_size > text.size() && is_plain(load(text.data() + last))) {
            std::memcpy(to + last, text.data() + last, word_size);
            return text.size();
        }
    }
    for (; at < text.size() && is_plain(text[at]); ++at) to[at] = text[at];
    return at;
}

}  // namespace

void Writer::reset(std::size_t used) {
    at_ = out_.data() + used;
    end_ = out_.data() + out_.size();
}

void Writer::grow(std::size_t count) {
    const auto used = static_cast<std::size_t>(at_ - out_.data());
    out_.resize(std::max({used + count, 2 * out_.size(), used + 512}));
    reset(used);
}

bool Writer::string(std::string_view text) {
    need(text.size() + 2);
    *at_++ = '"';
    const std::size_t plain = copy_plain(text, at_);
    at_ += plain;
    if (plain < text.size()) return escaped(text.substr(plain));
    *at_++ = '"';
    return true;
}

bool Writer::escaped(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    constexpr std::string_view controls = "btnvfr";  // from \b; \v has no short form in JSON
    while (!text.empty()) {
        need(text.size() + 7);
        const std::size_t plain = copy_plain(text, at_);
        at_ += plain;
        text.remove_prefix(plain);
        if (text.empty()) break;
        const std::size_t length = utf8::sequence_length(text);
        if (length == 0) return false;
        if (length > 1) {
            std::memcpy(at_, text.data(), length);
            at_ += length;
            text.remove_prefix(length);
            continue;
        }
        const auto byte = static_cast<unsigned char>(text.front());
        *at_++ = '\\';
        if (byte >= ' ') {
            *at_++ = text.front();
        } else if (byte >= '\b' && byte <= '\r' && byte != '\v') {
            *at_++ = controls[byte - '\b'];
        } else {
            for (const char c : {'u', '0', '0', hex[byte >> 4], hex[byte & 15U]}) *at_++ = c;
        }
        text.remove_prefix(1);
    }
    put('"');
    return true;
}

void Writer::integer(std::int64_t value) {
    need(20);
    at_ = std::to_chars(at_, at_ + 20, value).ptr;
}

void Writer::integer(std::uint64_t value) {
    need(20);
    at_ = std::to_chars(at_, at_ + 20, value).ptr;
}

template <class Number>
bool Writer::shortest(Number value) {
    if (!std::isfinite(value)) return false;
    need(32);
    char* const begin = at_;
    at_ = std::to_chars(at_, at_ + 30, value).ptr;
    const bool looks_integral = std::all_of(begin, at_, [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
    if (looks_integral) raw(".0");
    return true;
}

/// Decimals of up to five digits before the point and three behind it, which most numbers are: their digits are those of
/// the number of thousandths, and being that few they are the shortest.
bool Writer::short_decimal(double value) {
    const double magnitude = std::fabs(value);
    if (!(magnitude < 100'000)) return false;
    const auto thousandths = static_cast<std::uint32_t>(magnitude * 1'000 + 0.5);
    if (thousandths == 0 || static_cast<double>(thousandths) / 1'000 != magnitude) return false;
    need(12);
    if (value < 0) *at_++ = '-';
    at_ = std::to_chars(at_, at_ + 6, thousandths / 1'000).ptr;
    const auto digit = [thousandths](std::uint32_t unit) { return static_cast<char>('0' + thousandths / unit % 10); };
    at_[0] = '.';
    at_[1] = digit(100);
    at_[2] = digit(10);
    at_[3] = digit(1);
    at_ += at_[3] != '0' ? 4 : at_[2] != '0' ? 3 : 2;
    return true;
}

bool Writer::number(double value) { return short_decimal(value) || shortest(value); }
bool Writer::number(float value) { return shortest(value); }

}  // namespace json
EVENTSDK_END_NAMESPACE
