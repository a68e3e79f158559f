#include <eventsdk/broker/topics.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <limits>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using nlohmann::json;

Error refuse(const std::string& topic, const std::string& what, std::string hint = {}) {
    return {ErrorKind::invalid_argument, "topics.file", "topic '" + topic + "': " + what, std::move(hint)};
}

template <class Number>
Result<Number> number(const std::string& topic, const std::string& member, const json& value, std::int64_t least) {
    constexpr auto most = std::numeric_limits<Number>::max();
    const bool whole = value.is_number_integer() || value.is_number_unsigned();
    if (!whole || value.get<std::int64_t>() < least || std::cmp_greater(value.get<std::int64_t>(), most))
        return refuse(topic, "\"" + member + "\" is " + value.dump(),
                      "give a whole number of at least " + std::to_string(least));
    return static_cast<Number>(value.get<std::int64_t>());
}

Result<Duration> retention(const std::string& topic, const json& value) {
    constexpr std::string_view hint = "give milliseconds, \"7d\" (s, m, h, d, y) or \"forever\"";
    if (value.is_number()) {
        auto given = number<std::int64_t>(topic, "retention", value, 1);
        if (!given) return std::move(given).error();
        return Duration{*given};
    }
    const Error bad = refuse(topic, "\"retention\" is " + value.dump(), std::string{hint});
    if (!value.is_string()) return bad;
    const std::string& text = value.get_ref<const std::string&>();
    if (text == "forever") return Duration::max();
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || end + 1 != text.data() + text.size() || count < 1 || count > 1'000'000) return bad;
    switch (*end) {
        case 's': return std::chrono::seconds{count};
        case 'm': return std::chrono::minutes{count};
        case 'h': return std::chrono::hours{count};
        case 'd': return std::chrono::days{count};
        case 'y': return std::chrono::days{365 * count};
        default: return bad;
    }
}

Result<CleanupPolicy> cleanup(const std::string& topic, const json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (text == "delete") return CleanupPolicy::remove;
    if (text == "compact") return CleanupPolicy::compact;
    if (text == "compact,delete" || text == "delete,compact") return CleanupPolicy::compact_and_remove;
    return refuse(topic, "\"cleanup\" is \"" + text + "\"", "give delete, compact or compact,delete");
}

/// Puts a parsed member into the spec, or gives its error.
template <class Value, class Member>
Result<void> put(Member& to, Result<Value> value) {
    if (!value) return std::move(value).error();
    to = *value;
    return {};
}

Result<void> config(TopicSpec& spec, const json& value) {
    if (!value.is_object()) return refuse(spec.name, "\"config\" is no object");
    for (const auto& [name, setting] : value.items())
        spec.config[name] = setting.is_string() ? setting.get<std::string>() : setting.dump();
    return {};
}

Result<void> member(TopicSpec& spec, const std::string& name, const json& value) {
    if (name == "name") return {};
    if (name == "partitions") return put(spec.partitions, number<std::int32_t>(spec.name, name, value, 1));
    if (name == "replication") return put(spec.replication, number<std::int16_t>(spec.name, name, value, -1));
    if (name == "retention") return put(spec.retention, retention(spec.name, value));
    if (name == "cleanup") return put(spec.cleanup, cleanup(spec.name, value));
    if (name == "minInSyncReplicas") return put(spec.min_in_sync_replicas, number<int>(spec.name, name, value, 1));
    if (name == "maxRecordBytes") return put(spec.max_record_bytes, number<std::int64_t>(spec.name, name, value, 1));
    if (name == "config") return config(spec, value);
    return refuse(spec.name, "\"" + name + "\" is no member of a topic",
                  "name, partitions, replication, retention, cleanup, minInSyncReplicas, maxRecordBytes, config");
}

Result<TopicSpec> topic(const json& value) {
    const auto name = value.is_object() ? value.find("name") : value.end();
    if (!value.is_object() || name == value.end() || !name->is_string() || name->get_ref<const std::string&>().empty())
        return refuse("?", "an entry of \"topics\" has no \"name\"");
    TopicSpec spec;
    spec.name = name->get<std::string>();
    for (const auto& [key, setting] : value.items())
        if (auto put_in = member(spec, key, setting); !put_in) return std::move(put_in).error();
    return spec;
}

}  // namespace

Result<std::vector<TopicSpec>> parse_topic_specs(std::string_view text) {
    const json file = json::parse(text, nullptr, false);
    const Error bad{ErrorKind::invalid_argument, "topics.file", "the topics file is not {\"topics\": [{\"name\": …}]}"};
    if (!file.is_object()) return bad;
    const auto list = file.find("topics");
    if (list == file.end() || !list->is_array()) return bad;
    std::vector<TopicSpec> specs;
    for (const json& entry : *list) {
        auto spec = topic(entry);
        if (!spec) return std::move(spec).error();
        specs.push_back(std::move(*spec));
    }
    return specs;
}

EVENTSDK_END_NAMESPACE
