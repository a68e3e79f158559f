#include "json_object.hpp"

#include "core/utf8.hpp"

#include <cstdio>

namespace cli {
namespace {

void append_character(std::string& out, std::string_view sequence) {
    const char c = sequence.front();
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
        out += sequence;
        return;
    }
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += escaped;
}

}  // namespace

std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = eventsdk::utf8::sequence_length(text.substr(at));
        if (length == 0) {
            out += "\xef\xbf\xbd";
        } else {
            append_character(out, text.substr(at, length));
        }
        at += length == 0 ? 1 : length;
    }
    return out += '"';
}

std::string on_one_line(std::string_view json) {
    if (json.find_first_of("\n\r") == std::string_view::npos) return std::string{json};
    std::string out;
    bool in_string = false;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const char c = json[at];
        if (in_string && c == '\\') {
            out += c;
            out += json[++at];
            continue;
        }
        if (c == '"') in_string = !in_string;
        if (in_string || (c != ' ' && c != '\t' && c != '\n' && c != '\r')) out += c;
    }
    return out;
}

}  // namespace cli
