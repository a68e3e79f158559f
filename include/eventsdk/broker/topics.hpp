#pragma once

#include <eventsdk/broker/admin.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// One setting of an existing topic that is not what its TopicSpec says.
struct TopicDifference {
    std::string topic{};
    std::string setting{};  ///< "partitions", "replication", or Kafka's name: "retention.ms", "cleanup.policy"
    std::string wanted{};
    std::string actual{};

    friend bool operator==(const TopicDifference&, const TopicDifference&) = default;
};

/// How the topics of a cluster stand to what they should be.
struct TopicReport {
    std::vector<std::string> missing{};  ///< not there; only compare_topics() leaves it so
    std::vector<std::string> created{};  ///< by this call
    std::vector<TopicDifference> differences{};

    /// Nothing is missing and nothing differs; what was just created agrees.
    [[nodiscard]] bool agrees() const noexcept { return missing.empty() && differences.empty(); }
};

/// The Kafka settings (name, value) that a spec asks for; what it leaves open is not in it.
[[nodiscard]] EVENTSDK_API std::map<std::string, std::string> settings_of(const TopicSpec& spec);

/// Compares the cluster's topics with the specs; changes nothing.
/// @param timeout of the whole call
/// @return `invalid_argument` "topics.duplicate" for two specs of one name; the errors of Admin.
[[nodiscard]] EVENTSDK_API Result<TopicReport> compare_topics(Admin& admin, std::span<const TopicSpec> specs,
                                                              Duration timeout);

/// Creates the topics that are missing and compares the others, every setting of each. An existing topic is never
/// changed: what to do with data that is there is a decision for people. Safe to call from many instances at once.
/// @param timeout of the whole call
/// @return as compare_topics(); `invalid_argument` or `permanent` when a topic cannot be created, naming it.
[[nodiscard]] EVENTSDK_API Result<TopicReport> ensure_topics(Admin& admin, std::span<const TopicSpec> specs,
                                                             Duration timeout);

/// Reads specs from JSON:
///
///     {"topics": [{"name": "prod.orders", "partitions": 6, "replication": 3, "retention": "30d",
///                  "cleanup": "delete", "minInSyncReplicas": 2, "maxRecordBytes": 1048588, "config": {}}]}
///
/// Only `name` is required. `retention`: milliseconds, or text with a unit (`s`, `m`, `h`, `d`, `y` = 365 days), or
/// "forever". `cleanup`: "delete", "compact" or "compact,delete".
/// @return `invalid_argument` "topics.file" naming the topic and the member.
[[nodiscard]] EVENTSDK_API Result<std::vector<TopicSpec>> parse_topic_specs(std::string_view json);

EVENTSDK_END_NAMESPACE
