#include <eventsdk/testing/difference.hpp>

#include <eventsdk/core/time.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {
namespace {

using nlohmann::json;

class Differences {
public:
    explicit Differences(const std::vector<std::string>& ignored) : ignored_{ignored} {}

    [[nodiscard]] bool ignores(const std::string& name) const {
        return std::find(ignored_.begin(), ignored_.end(), name) != ignored_.end();
    }
    void add(const std::string& what, const std::string& expected, const std::string& actual) {
        if (!text_.empty()) text_ += '\n';
        text_ += what + ": expected " + expected + ", was " + actual;
    }
    void compare(const std::string& what, const std::optional<std::string>& expected,
                 const std::optional<std::string>& actual) {
        if (expected != actual) add(what, shown(expected), shown(actual));
    }
    void compare_json(const std::string& what, const std::string& at, const json& expected, const json& actual);
    [[nodiscard]] std::string text() && { return std::move(text_); }

    [[nodiscard]] static std::string shown(const std::optional<std::string>& text) {
        return text ? json(*text).dump(-1, ' ', false, json::error_handler_t::replace) : "null";
    }

private:
    const std::vector<std::string>& ignored_;
    std::string text_;
};

std::string escaped(const std::string& name) {
    std::string made;
    for (const char c : name) made += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return made;
}

void Differences::compare_json(const std::string& what, const std::string& at, const json& expected,
                               const json& actual) {
    if (ignores(at) || expected == actual) return;
    const std::string place = at.empty() ? what : what + " " + at;
    if (expected.is_object() && actual.is_object()) {
        std::set<std::string> names;
        for (const json* each : {&expected, &actual})
            for (const auto& member : each->items()) names.insert(member.key());
        for (const std::string& name : names) {
            const std::string below = at + "/" + escaped(name);
            if (ignores(below)) continue;
            if (!expected.contains(name)) {
                add(what + " " + below, "nothing", actual[name].dump());
            } else if (!actual.contains(name)) {
                add(what + " " + below, expected[name].dump(), "not there");
            } else {
                compare_json(what, below, expected[name], actual[name]);
            }
        }
    } else if (expected.is_array() && actual.is_array() && expected.size() == actual.size()) {
        for (std::size_t i = 0; i < expected.size(); ++i)
            compare_json(what, at + "/" + std::to_string(i), expected[i], actual[i]);
    } else {
        add(place, expected.dump(), actual.dump());
    }
}

void compare_text(Differences& found, const std::string& what, const std::optional<std::string>& expected,
                  const std::optional<std::string>& actual) {
    if (!expected || !actual) return found.compare(what, expected, actual);
    const json left = json::parse(*expected, nullptr, false);
    const json right = json::parse(*actual, nullptr, false);
    if (left.is_discarded() || right.is_discarded()) return found.compare(what, expected, actual);
    found.compare_json(what, "", left, right);
}

std::vector<std::string> values_of(const Record& record, const std::string& name) {
    std::vector<std::string> values;
    for (const Header& header : record.headers)
        if (header.name == name) values.push_back(Differences::shown(header.value));
    return values;
}

std::string joined(const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : ", ") + value;
    return values.empty() ? "not there" : text;
}

void compare_headers(Differences& found, const Record& expected, const Record& actual) {
    std::set<std::string> names;
    for (const Record* each : {&expected, &actual})
        for (const Header& header : each->headers) names.insert(header.name);
    for (const std::string& name : names) {
        const auto wanted = values_of(expected, name);
        const auto got = values_of(actual, name);
        if (wanted != got && !found.ignores(name)) found.add("header \"" + name + "\"", joined(wanted), joined(got));
    }
}

}  // namespace

std::string json_difference(std::string_view expected, std::string_view actual,
                            const std::vector<std::string>& ignored) {
    Differences found{ignored};
    compare_text(found, "json", std::string{expected}, std::string{actual});
    return std::move(found).text();
}

std::string difference(const Record& expected, const Record& actual, const std::vector<std::string>& ignored) {
    Differences found{ignored};
    found.compare("topic", expected.topic, actual.topic);
    found.compare("key", expected.key, actual.key);
    if (expected.partition && expected.partition != actual.partition)
        found.add("partition", std::to_string(*expected.partition),
                  actual.partition ? std::to_string(*actual.partition) : "not chosen");
    if (expected.timestamp && expected.timestamp != actual.timestamp)
        found.add("timestamp", format_timestamp(*expected.timestamp),
                  actual.timestamp ? format_timestamp(*actual.timestamp) : "not there");
    compare_headers(found, expected, actual);
    compare_text(found, "value", expected.value, actual.value);
    return std::move(found).text();
}

std::string difference(const std::vector<Record>& expected, const std::vector<Record>& actual,
                       const std::vector<std::string>& ignored) {
    std::string text;
    if (expected.size() != actual.size())
        text = "expected " + std::to_string(expected.size()) + " records, were " + std::to_string(actual.size());
    for (std::size_t i = 0; i < std::min(expected.size(), actual.size()); ++i) {
        const std::string lines = difference(expected[i], actual[i], ignored);
        if (!lines.empty()) text += (text.empty() ? "" : "\n") + ("record " + std::to_string(i) + ":\n") + lines;
    }
    return text;
}

std::string difference(const Envelope& expected, const Envelope& actual) {
    const std::vector<std::string> none;
    Differences found{none};
    found.compare("event_id", expected.event_id, actual.event_id);
    found.compare("type", expected.type, actual.type);
    found.compare("schema_version", std::to_string(expected.schema_version), std::to_string(actual.schema_version));
    found.compare("aggregate_id", expected.aggregate_id, actual.aggregate_id);
    const auto number = [](const std::optional<std::int64_t>& value) {
        return value ? std::optional{std::to_string(*value)} : std::nullopt;
    };
    found.compare("revision", number(expected.revision), number(actual.revision));
    found.compare("occurred_at", format_timestamp(expected.occurred_at), format_timestamp(actual.occurred_at));
    found.compare("correlation_id", expected.correlation_id, actual.correlation_id);
    found.compare("causation_id", expected.causation_id, actual.causation_id);
    found.compare("traceparent", expected.traceparent, actual.traceparent);
    found.compare("tracestate", expected.tracestate, actual.tracestate);
    found.compare("source", expected.source, actual.source);
    for (const auto& [name, value] : expected.extensions) {
        const auto same = [&name = name](const auto& other) { return other.first == name; };
        const auto other = std::find_if(actual.extensions.begin(), actual.extensions.end(), same);
        found.compare("extension " + name, value,
                      other == actual.extensions.end() ? std::nullopt : std::optional{other->second});
    }
    for (const auto& [name, value] : actual.extensions) {
        const auto same = [&name = name](const auto& other) { return other.first == name; };
        if (std::none_of(expected.extensions.begin(), expected.extensions.end(), same))
            found.add("extension " + name, "nothing", Differences::shown(value));
    }
    return std::move(found).text();
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
