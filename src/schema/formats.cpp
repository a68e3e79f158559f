#include "schema/formats.hpp"

#include "core/ascii.hpp"
#include "core/uuid_text.hpp"
#include "schema/ecma_regex.hpp"
#include "schema/hosts.hpp"
#include "schema/uri.hpp"

#include <eventsdk/core/time.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

// Two digits at `at`, or -1.
int two_digits(std::string_view text, std::size_t at) noexcept {
    if (at + 2 > text.size() || !ascii::is_digit(text[at]) || !ascii::is_digit(text[at + 1])) return -1;
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

bool is_full_date(std::string_view text) {
    std::array<char, 20> whole{};
    constexpr std::string_view midnight = "T00:00:00Z";
    if (text.size() != 10) return false;
    std::copy(midnight.begin(), midnight.end(), std::copy(text.begin(), text.end(), whole.begin()));
    return is_date_time({whole.data(), whole.size()});
}

// Minutes east of UTC of a "Z" or "+hh:mm", or no_offset.
constexpr int no_offset = 24 * 60;
int offset_minutes(std::string_view text) noexcept {
    if (text == "Z" || text == "z") return 0;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return no_offset;
    const int hour = two_digits(text, 1);
    const int minute = two_digits(text, 4);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return no_offset;
    return (text[0] == '-' ? -1 : 1) * (hour * 60 + minute);
}

// full-time; a leap second only where UTC can have one.
bool is_full_time(std::string_view text) {
    const int hour = two_digits(text, 0);
    const int minute = two_digits(text, 3);
    const int second = two_digits(text, 6);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
    if (text[2] != ':' || text[5] != ':') return false;
    std::size_t at = 8;
    if (at < text.size() && text[at] == '.') {
        const auto first = ++at;
        while (at < text.size() && ascii::is_digit(text[at])) ++at;
        if (at == first) return false;
    }
    const int offset = offset_minutes(text.substr(at));
    if (offset == no_offset) return false;
    constexpr int day = 24 * 60;
    return second < 60 || (hour * 60 + minute - offset + day) % day == day - 1;
}

bool is_uuid(std::string_view text) { return uuid_text::is_uuid(text); }

bool is_json_pointer(std::string_view text) {
    if (!text.empty() && text.front() != '/') return false;
    for (auto at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1))
        if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
    return true;
}

// Numbers with the units of `units`, beginning at any of them and then each next one: "1H2M", not "1H2S".
bool take_units(std::string_view& text, std::string_view units) noexcept {
    auto next = std::string_view::npos;
    std::size_t taken = 0;
    while (!text.empty() && ascii::is_digit(text.front())) {
        const auto end = text.find_first_not_of("0123456789");
        if (end == std::string_view::npos) return false;
        const auto unit = units.find(text[end]);
        if (unit == std::string_view::npos || (next != std::string_view::npos && unit != next)) return false;
        next = unit + 1;
        text.remove_prefix(end + 1);
        ++taken;
    }
    return taken > 0;
}

bool is_duration(std::string_view text) {
    if (text.size() < 2 || text.front() != 'P') return false;
    text.remove_prefix(1);
    if (text.back() == 'W') return take_units(text, "W") && text.empty();
    if (text.front() != 'T' && !take_units(text, "YMD")) return false;
    if (text.empty()) return true;
    if (text.front() != 'T') return false;
    text.remove_prefix(1);
    return take_units(text, "HMS") && text.empty();
}

constexpr std::array<Format, 13> all{{
    {"date", is_full_date, "RFC 3339 full-date"},
    {"date-time", is_date_time, "RFC 3339 date-time, leap seconds where UTC can have one"},
    {"duration", is_duration, "RFC 3339 appendix A"},
    {"email", is_email, "RFC 5321 Mailbox, ASCII"},
    {"hostname", is_hostname, "RFC 1123 section 2.1"},
    {"ipv4", is_ipv4, "RFC 2673 dotted quad"},
    {"ipv6", is_ipv6, "RFC 4291 section 2.2, without zone"},
    {"json-pointer", is_json_pointer, "RFC 6901"},
    {"regex", is_ecma_regex, "ECMA-262 pattern"},
    {"time", is_full_time, "RFC 3339 full-time"},
    {"uri", is_uri, "RFC 3986 URI"},
    {"uri-reference", is_uri_reference, "RFC 3986 URI-reference"},
    {"uuid", is_uuid, "RFC 9562, any version, either case"},
}};

}  // namespace

std::span<const Format> formats() noexcept { return all; }

const Format* find_format(std::string_view name) noexcept {
    const auto at = std::find_if(all.begin(), all.end(), [&](const Format& format) { return format.name == name; });
    return at == all.end() ? nullptr : &*at;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
