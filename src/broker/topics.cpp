#include <eventsdk/broker/error_codes.hpp>
#include <eventsdk/broker/topics.hpp>

#include <algorithm>
#include <chrono>
#include <set>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using Deadline = std::chrono::steady_clock::time_point;

Duration left_until(Deadline deadline) {
    const auto left = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    return std::max(left, Duration{1});
}

/// "delete,compact" and "compact, delete" are one policy.
std::string in_order(const std::string& list) {
    std::set<std::string> words;
    std::string word;
    for (const char c : list + ",") {
        if (c == ',') {
            words.insert(word);
            word.clear();
        } else if (c != ' ') {
            word.push_back(c);
        }
    }
    std::string made;
    for (const std::string& each : words) made += each + ",";
    return made;
}

void compare(const TopicSpec& spec, const TopicDescription& actual, std::vector<TopicDifference>& differences) {
    const auto differs = [&](std::string setting, std::string wanted, std::string is) {
        differences.push_back({spec.name, std::move(setting), std::move(wanted), std::move(is)});
    };
    if (actual.partitions != spec.partitions)
        differs("partitions", std::to_string(spec.partitions), std::to_string(actual.partitions));
    if (spec.replication >= 1 && actual.replication != spec.replication)
        differs("replication", std::to_string(spec.replication), std::to_string(actual.replication));
    for (const auto& [name, wanted] : settings_of(spec)) {
        const auto found = actual.config.find(name);
        const std::string is = found == actual.config.end() ? std::string{} : found->second;
        const bool same = name == "cleanup.policy" ? in_order(is) == in_order(wanted) : is == wanted;
        if (!same) differs(name, wanted, is);
    }
}

Result<void> check_names(std::span<const TopicSpec> specs) {
    std::set<std::string_view> names;
    for (const TopicSpec& spec : specs)
        if (!names.insert(spec.name).second)
            return Error{ErrorKind::invalid_argument, "topics.duplicate",
                         "topic '" + spec.name + "' is specified twice", "keep one of the two"};
    return {};
}

Result<TopicReport> walk(Admin& admin, std::span<const TopicSpec> specs, Duration timeout, bool create) {
    if (auto checked = check_names(specs); !checked) return std::move(checked).error();
    const Deadline deadline = std::chrono::steady_clock::now() + timeout;
    const auto present = admin.list_topics(left_until(deadline));
    if (!present) return present.error();
    TopicReport report;
    for (const TopicSpec& spec : specs) {
        const bool there = std::any_of(present->begin(), present->end(),
                                       [&](const TopicDescription& topic) { return topic.name == spec.name; });
        if (!there && !create) {
            report.missing.push_back(spec.name);
            continue;
        }
        if (!there) {
            auto made = admin.create_topic(spec, left_until(deadline));
            if (made) {
                report.created.push_back(spec.name);
                continue;
            }
            if (made.error().code != codes::topic_exists) return std::move(made).error();
        }
        const auto actual = admin.describe_topic(spec.name, left_until(deadline));
        if (!actual) return actual.error();
        compare(spec, *actual, report.differences);
    }
    return report;
}

}  // namespace

std::map<std::string, std::string> settings_of(const TopicSpec& spec) {
    std::map<std::string, std::string> settings = spec.config;
    switch (spec.cleanup) {
        case CleanupPolicy::remove: settings.try_emplace("cleanup.policy", "delete"); break;
        case CleanupPolicy::compact: settings["cleanup.policy"] = "compact"; break;
        case CleanupPolicy::compact_and_remove: settings["cleanup.policy"] = "compact,delete"; break;
    }
    if (spec.retention) {
        const bool for_ever = *spec.retention == Duration::max();
        settings["retention.ms"] = for_ever ? "-1" : std::to_string(spec.retention->count());
    }
    if (spec.min_in_sync_replicas) settings["min.insync.replicas"] = std::to_string(*spec.min_in_sync_replicas);
    if (spec.max_record_bytes) settings["max.message.bytes"] = std::to_string(*spec.max_record_bytes);
    return settings;
}

Result<TopicReport> compare_topics(Admin& admin, std::span<const TopicSpec> specs, Duration timeout) {
    return walk(admin, specs, timeout, false);
}

Result<TopicReport> ensure_topics(Admin& admin, std::span<const TopicSpec> specs, Duration timeout) {
    return walk(admin, specs, timeout, true);
}

EVENTSDK_END_NAMESPACE
