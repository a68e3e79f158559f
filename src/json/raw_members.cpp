#include "json/raw_members.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

EVENTSDK_BEGIN_NAMESPACE
namespace json {
namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

void append_code_point(std::string& out, std::uint32_t code) {
    const auto tail = [&out, code](unsigned shift) { out += static_cast<char>(0x80U | ((code >> shift) & 0x3fU)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0U | (code >> 6));
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xe0U | (code >> 12));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xf0U | (code >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::uint32_t hex4(std::string_view text) noexcept {
    std::uint32_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, 16);
    return value;
}

/// Reads the escape whose backslash is at `at` and gives where it ends.
std::size_t append_escape(std::string& out, std::string_view raw, std::size_t at) {
    switch (raw[at + 1]) {
        case 'b': out += '\b'; return at + 2;
        case 't': out += '\t'; return at + 2;
        case 'n': out += '\n'; return at + 2;
        case 'f': out += '\f'; return at + 2;
        case 'r': out += '\r'; return at + 2;
        case 'u': break;
        default: out += raw[at + 1]; return at + 2;
    }
    std::uint32_t code = hex4(raw.substr(at + 2, 4));
    at += 6;
    if (code >= 0xd800 && code < 0xdc00 && at + 6 <= raw.size()) {
        code = 0x10000 + ((code - 0xd800) << 10) + (hex4(raw.substr(at + 2, 4)) - 0xdc00);
        at += 6;
    }
    append_code_point(out, code);
    return at;
}

}  // namespace

RawMembers::RawMembers(std::string_view object) noexcept : text_{object} {
    skip_space();
    ++at_;  // the brace
}

bool RawMembers::next() noexcept {
    skip_space();
    if (at_ < text_.size() && text_[at_] == ',') ++at_;
    skip_space();
    if (at_ >= text_.size() || text_[at_] != '"') return false;
    const std::size_t name = at_ + 1;
    skip_string();
    name_ = text_.substr(name, at_ - 1 - name);
    skip_space();
    ++at_;  // the colon
    skip_space();
    const std::size_t value = at_;
    skip_value();
    value_ = text_.substr(value, at_ - value);
    return true;
}

bool RawMembers::is(std::string_view plain) const {
    if (name_.find('\\') == std::string_view::npos) return name_ == plain;
    return unescape(name_) == plain;
}

void RawMembers::skip_space() noexcept {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

void RawMembers::skip_string() noexcept {
    const std::size_t first = ++at_;
    while ((at_ = text_.find('"', at_)) != std::string_view::npos) {
        std::size_t backslashes = 0;
        while (at_ - backslashes > first && text_[at_ - backslashes - 1] == '\\') ++backslashes;
        ++at_;
        if (backslashes % 2 == 0) return;
    }
    at_ = text_.size();
}

void RawMembers::skip_value() noexcept {
    std::size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
        const char c = text_[at_];
        if (c == '"') {
            skip_string();
            --at_;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (depth == 0 && (c == ',' || c == '}' || c == ']' || is_space(c))) {
            return;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
}

std::string_view raw_member(std::string_view object, std::string_view name) {
    for (RawMembers members{object}; members.next();)
        if (members.is(name)) return members.value();
    return {};
}

std::string unescape(std::string_view raw) {
    std::string out;
    append_unescaped(out, raw);
    return out;
}

void append_unescaped(std::string& out, std::string_view raw) {
    if (raw.size() >= 2 && raw.front() == '"') raw = raw.substr(1, raw.size() - 2);
    out.reserve(out.size() + raw.size());
    for (std::size_t at = 0; at < raw.size();) {
        const std::size_t plain = std::min(raw.find('\\', at), raw.size());
        out.append(raw, at, plain - at);
        at = plain < raw.size() ? append_escape(out, raw, plain) : plain;
    }
}

}  // namespace json
EVENTSDK_END_NAMESPACE
