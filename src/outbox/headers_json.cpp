#include "outbox/headers_json.hpp"

#include <nlohmann/json.hpp>

#include "core/base64.hpp"
#include "core/utf8.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {
namespace {

Error unreadable(std::string_view why) {
    return {.kind = ErrorKind::permanent,
            .code = "outbox.headers",
            .message = std::string{"the headers column cannot be read: "}.append(why),
            .hint = "it holds [[\"name\",\"value\"],…]; repair the row"};
}

Result<Header> read_header(const nlohmann::json& pair) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string()) return unreadable("an entry is no [name, value]");
    Header header{pair[0].get<std::string>(), std::nullopt};
    if (pair[1].is_string()) {
        header.value = pair[1].get<std::string>();
    } else if (pair[1].is_object() && pair[1].contains("base64") && pair[1]["base64"].is_string()) {
        header.value = base64::decode(pair[1]["base64"].get_ref<const std::string&>());
        if (!header.value) return unreadable("a value is no base64");
    } else if (!pair[1].is_null()) {
        return unreadable("a value is neither text, null nor {\"base64\":…}");
    }
    return header;
}

/// Nothing in it is escaped in JSON: most headers.
bool is_plain(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; });
}

}  // namespace

std::string headers_to_json(const std::vector<Header>& headers) {
    std::string text = "[";
    for (const Header& header : headers) {
        if (text.size() > 1) text.push_back(',');
        if (header.value && is_plain(header.name) && is_plain(*header.value)) {
            text.append("[\"").append(header.name).append("\",\"").append(*header.value).append("\"]");
            continue;
        }
        nlohmann::json value;
        if (header.value && utf8::find_invalid(*header.value) == std::string_view::npos) value = *header.value;
        else if (header.value) value = {{"base64", base64::encode(*header.value)}};
        text += nlohmann::json::array({header.name, std::move(value)}).dump();
    }
    text.push_back(']');
    return text;
}

Result<std::vector<Header>> headers_from_json(std::string_view text) {
    const auto list = nlohmann::json::parse(text, nullptr, false);
    if (!list.is_array()) return unreadable("it is no JSON array");
    std::vector<Header> headers;
    for (const auto& pair : list) {
        auto header = read_header(pair);
        if (!header) return std::move(header).error();
        headers.push_back(std::move(*header));
    }
    return headers;
}

}  // namespace outbox
EVENTSDK_END_NAMESPACE
