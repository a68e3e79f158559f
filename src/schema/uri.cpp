#include "schema/uri.hpp"

#include "core/ascii.hpp"
#include "schema/hosts.hpp"

#include <algorithm>
#include <cstddef>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

bool is_one_of(char c, std::string_view set) noexcept { return set.find(c) != std::string_view::npos; }

// Unreserved, sub-delims, percent escapes, and `more`.
bool holds_only(std::string_view text, std::string_view more) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size() || ascii::hex_value(text[i + 1]) < 0 || ascii::hex_value(text[i + 2]) < 0)
                return false;
            i += 2;
        } else if (!ascii::is_alphanumeric(c) && !is_one_of(c, "-._~!$&'()*+,;=") && !is_one_of(c, more)) {
            return false;
        }
    }
    return true;
}

bool is_scheme(std::string_view text) noexcept {
    return !text.empty() && ascii::is_letter(text.front()) && std::all_of(text.begin(), text.end(), [](char c) {
        return ascii::is_alphanumeric(c) || is_one_of(c, "+-.");
    });
}

bool is_ip_literal(std::string_view text) {
    if (text.empty() || (text.front() != 'v' && text.front() != 'V')) return is_ipv6(text);
    const auto dot = text.find('.');
    return dot != std::string_view::npos && dot > 1 && dot + 1 < text.size() &&
           std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(dot),
                       [](char c) { return ascii::hex_value(c) >= 0; }) &&
           text.find('%') == std::string_view::npos && holds_only(text.substr(dot + 1), ":");
}

bool is_authority(std::string_view text) {
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        if (!holds_only(text.substr(0, at), ":")) return false;
        text.remove_prefix(at + 1);
    }
    std::string_view port;
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find(']');
        if (end == std::string_view::npos || !is_ip_literal(text.substr(1, end - 1))) return false;
        port = text.substr(end + 1);
    } else {
        const auto colon = std::min(text.find(':'), text.size());
        if (!holds_only(text.substr(0, colon), "")) return false;
        port = text.substr(colon);
    }
    return port.empty() || (port.front() == ':' && std::all_of(port.begin() + 1, port.end(), ascii::is_digit));
}

// Removes `.` and `..`. **Source**: RFC 3986 section 5.2.4.
std::string without_dots(std::string_view path, bool& climbs_out) {
    std::string out;
    const bool rooted = !path.empty() && path.front() == '/';
    if (rooted) path.remove_prefix(1);
    while (true) {
        const auto slash = path.find('/');
        const auto segment = path.substr(0, slash);
        const bool last = slash == std::string_view::npos;
        if (segment == "..") {
            const auto parent = out.rfind('/');
            climbs_out = climbs_out || out.empty();
            out.resize(parent == std::string::npos ? 0 : parent);
            if (last && !out.empty()) out += '/';
        } else if (segment != ".") {
            if (rooted || !out.empty()) out += '/';
            out += segment;
        } else if (last) {
            out += '/';
        }
        if (last) return out;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace

UriParts split_uri(std::string_view text) noexcept {
    UriParts parts;
    if (const auto hash = text.find('#'); hash != std::string_view::npos) {
        parts.fragment = text.substr(hash + 1);
        text = text.substr(0, hash);
    }
    if (const auto mark = text.find('?'); mark != std::string_view::npos) {
        parts.query = text.substr(mark + 1);
        text = text.substr(0, mark);
    }
    const auto colon = text.find(':');
    if (colon != std::string_view::npos && text.find('/') > colon) {
        parts.scheme = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    if (text.substr(0, 2) == "//") {
        const auto end = std::min(text.find('/', 2), text.size());
        parts.authority = text.substr(2, end - 2);
        text.remove_prefix(end);
    }
    parts.path = text;
    return parts;
}

bool is_uri_reference(std::string_view text) {
    const auto parts = split_uri(text);
    return (!parts.scheme || is_scheme(*parts.scheme)) && (!parts.authority || is_authority(*parts.authority)) &&
           holds_only(parts.path, ":@/") && (!parts.query || holds_only(*parts.query, ":@/?")) &&
           (!parts.fragment || holds_only(*parts.fragment, ":@/?"));
}

bool is_uri(std::string_view text) { return split_uri(text).scheme && is_uri_reference(text); }

std::string resolve_uri(std::string_view base, std::string_view reference, bool& climbs_out) {
    climbs_out = false;
    const auto from = split_uri(base);
    auto to = split_uri(reference);
    std::string merged;
    if (to.scheme) {
        if (to.authority) merged = without_dots(to.path, climbs_out);
        else merged = to.path;
    } else if (to.authority) {
        to.scheme = from.scheme;
        merged = without_dots(to.path, climbs_out);
    } else {
        to.scheme = from.scheme;
        to.authority = from.authority;
        if (to.path.empty()) {
            merged = from.path;
            if (!to.query) to.query = from.query;
        } else if (to.path.front() == '/') {
            merged = without_dots(to.path, climbs_out);
        } else {
            const auto slash = from.path.rfind('/');
            std::string path{slash == std::string_view::npos ? (from.authority ? "/" : "")
                                                             : from.path.substr(0, slash + 1)};
            merged = without_dots(path.append(to.path), climbs_out);
        }
    }
    std::string out;
    if (to.scheme) out.append(*to.scheme).append(":");
    if (to.authority) out.append("//").append(*to.authority);
    out.append(merged);
    if (to.query) out.append("?").append(*to.query);
    return out;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? ascii::hex_value(text[i + 1]) : -1;
        const int low = high >= 0 ? ascii::hex_value(text[i + 2]) : -1;
        if (low < 0) {
            out += text[i];
        } else {
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return out;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
