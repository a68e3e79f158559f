#include "schema/hosts.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <cstddef>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

constexpr std::size_t max_label = 63;
constexpr std::size_t max_host = 253;
constexpr std::size_t max_local_part = 64;
constexpr std::size_t max_mailbox = 254;

bool is_hex(char c) noexcept { return ascii::hex_value(c) >= 0; }

bool is_label(std::string_view label) noexcept {
    return !label.empty() && label.size() <= max_label && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) { return ascii::is_alphanumeric(c) || c == '-'; });
}

// How many hexadecimal groups "a:b:c" has, or -1; an IPv4 address may be the last two.
int count_groups(std::string_view text, bool last) noexcept {
    int count = 0;
    if (text.empty()) return 0;
    while (true) {
        const auto colon = text.find(':');
        const auto group = text.substr(0, colon);
        if (colon == std::string_view::npos && last && group.find('.') != std::string_view::npos)
            return is_ipv4(group) ? count + 2 : -1;
        if (group.empty() || group.size() > 4 || !std::all_of(group.begin(), group.end(), is_hex) || ++count > 8)
            return -1;
        if (colon == std::string_view::npos) return count;
        text.remove_prefix(colon + 1);
    }
}

bool is_atom_character(char c) noexcept {
    return ascii::is_alphanumeric(c) || std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string_view::npos;
}

bool is_dot_string(std::string_view text) noexcept {
    char previous = '.';
    for (const char c : text) {
        if (c == '.' ? previous == '.' : !is_atom_character(c)) return false;
        previous = c;
    }
    return previous != '.';
}

bool is_quoted_string(std::string_view text) noexcept {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
    text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"' || (text[i] == '\\' && ++i == text.size())) return false;
        if (text[i] < ' ' || text[i] > '~') return false;
    }
    return true;
}

bool is_mail_domain(std::string_view text) {
    if (text.empty() || text.front() != '[') return is_hostname(text);
    if (text.back() != ']') return false;
    text = text.substr(1, text.size() - 2);
    constexpr std::string_view tag = "IPv6:";
    return text.substr(0, tag.size()) == tag ? is_ipv6(text.substr(tag.size())) : is_ipv4(text);
}

}  // namespace

bool is_hostname(std::string_view text) {
    if (text.size() > max_host) return false;
    for (auto dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.')) {
        if (!is_label(text.substr(0, dot))) return false;
        text.remove_prefix(dot + 1);
    }
    return is_label(text);
}

bool is_ipv4(std::string_view text) {
    for (int part = 0; part < 4; ++part) {
        const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
        if (end == 0 || end > 3 || (end > 1 && text.front() == '0')) return false;
        int value = 0;
        for (const char c : text.substr(0, end)) value = value * 10 + (c - '0');
        if (value > 255) return false;
        text.remove_prefix(end);
        if (part == 3) return text.empty();
        if (text.empty() || text.front() != '.') return false;
        text.remove_prefix(1);
    }
    return false;
}

bool is_ipv6(std::string_view text) {
    const auto gap = text.find("::");
    if (gap == std::string_view::npos) return count_groups(text, true) == 8;
    const auto tail = text.substr(gap + 2);
    if (!tail.empty() && tail.front() == ':') return false;
    const int before = count_groups(text.substr(0, gap), false);
    const int after = count_groups(tail, true);
    return before >= 0 && after >= 0 && before + after <= 7;
}

bool is_email(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || text.size() > max_mailbox) return false;
    const auto local = text.substr(0, at);
    return !local.empty() && local.size() <= max_local_part && (is_dot_string(local) || is_quoted_string(local)) &&
           is_mail_domain(text.substr(at + 1));
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
