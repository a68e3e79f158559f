#include "memory/topics.hpp"

#include "broker/check_options.hpp"
#include "memory/errors.hpp"

#include <algorithm>
#include <charconv>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {
namespace {

using Config = std::map<std::string, std::string>;

/// Apache Kafka's topic settings with its defaults. Those that the model obeys: cleanup.policy, delete.retention.ms,
/// max.message.bytes, message.timestamp.*, retention.*; the others are kept and described.
const Config& defaults() {
    static const Config settings{{"cleanup.policy", "delete"},
                                 {"compression.type", "producer"},
                                 {"delete.retention.ms", "86400000"},
                                 {"file.delete.delay.ms", "60000"},
                                 {"flush.messages", "9223372036854775807"},
                                 {"flush.ms", "9223372036854775807"},
                                 {"index.interval.bytes", "4096"},
                                 {"max.compaction.lag.ms", "9223372036854775807"},
                                 {"max.message.bytes", "1048588"},
                                 {"message.timestamp.after.max.ms", "3600000"},
                                 {"message.timestamp.before.max.ms", "9223372036854775807"},
                                 {"message.timestamp.type", "CreateTime"},
                                 {"min.cleanable.dirty.ratio", "0.5"},
                                 {"min.compaction.lag.ms", "0"},
                                 {"min.insync.replicas", "1"},
                                 {"preallocate", "false"},
                                 {"retention.bytes", "-1"},
                                 {"retention.ms", "604800000"},
                                 {"segment.bytes", "1073741824"},
                                 {"segment.index.bytes", "10485760"},
                                 {"segment.jitter.ms", "0"},
                                 {"segment.ms", "604800000"},
                                 {"unclean.leader.election.enable", "false"}};
    return settings;
}

bool parse_number(std::string_view text, std::int64_t& number) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc{} && end == text.data() + text.size();
}

Error invalid(const std::string& topic, const std::string& what, std::string hint = {}) {
    return make_error(ErrorKind::invalid_argument, codes::topic_invalid, "topic \"" + topic + "\": " + what,
                      std::move(hint));
}

std::string collision_form(std::string name) {
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}

Config config_of(const TopicSpec& spec, std::size_t max_record_bytes) {
    Config config = defaults();
    config["max.message.bytes"] = std::to_string(spec.max_record_bytes.value_or(max_record_bytes));
    if (spec.cleanup == CleanupPolicy::compact) config["cleanup.policy"] = "compact";
    if (spec.cleanup == CleanupPolicy::compact_and_remove) config["cleanup.policy"] = "compact,delete";
    if (spec.min_in_sync_replicas) config["min.insync.replicas"] = std::to_string(*spec.min_in_sync_replicas);
    if (spec.retention) {
        const bool for_ever = *spec.retention == Duration::max();
        config["retention.ms"] = for_ever ? "-1" : std::to_string(spec.retention->count());
    }
    for (const auto& [name, value] : spec.config) config[name] = value;
    return config;
}

Result<void> check_config(const std::string& topic, const Config& config) {
    for (const auto& [name, value] : config) {
        const auto known = defaults().find(name);
        if (known == defaults().end()) return invalid(topic, "unknown setting \"" + name + "\"");
        std::int64_t number = 0;
        if (parse_number(known->second, number) && !parse_number(value, number)) {
            return invalid(topic, "setting \"" + name + "\" is not a number: \"" + value + "\"");
        }
    }
    const std::string& policy = config.at("cleanup.policy");
    if (policy != "delete" && policy != "compact" && policy != "compact,delete" && policy != "delete,compact") {
        return invalid(topic, "setting \"cleanup.policy\" is \"" + policy + "\"", "delete, compact or compact,delete");
    }
    const std::string& type = config.at("message.timestamp.type");
    if (type != "CreateTime" && type != "LogAppendTime") {
        return invalid(topic, "setting \"message.timestamp.type\" is \"" + type + "\"", "CreateTime or LogAppendTime");
    }
    return {};
}

}  // namespace

TopicSettings TopicSettings::from(const Config& config) {
    const auto number = [&](const char* setting) {
        std::int64_t value = 0;
        parse_number(config.at(setting), value);
        return value;
    };
    const std::string& policy = config.at("cleanup.policy");
    TopicSettings settings{.max_record_bytes = static_cast<std::size_t>(number("max.message.bytes")),
                           .remove = policy.find("delete") != std::string::npos,
                           .compact = policy.find("compact") != std::string::npos,
                           .log_append_time = config.at("message.timestamp.type") == "LogAppendTime",
                           .timestamp_ahead = Duration{number("message.timestamp.after.max.ms")},
                           .tombstone_life = Duration{number("delete.retention.ms")}};
    if (number("retention.ms") >= 0) settings.retention = Duration{number("retention.ms")};
    if (number("retention.bytes") >= 0) settings.retention_bytes = number("retention.bytes");
    return settings;
}

TopicDescription Topic::describe(bool with_config) const {
    TopicDescription description{.name = *name, .id = id, .partitions = partitions(), .replication = replication};
    if (with_config) description.config = config;
    return description;
}

void Topic::clean(Timestamp now) {
    const auto age = std::chrono::floor<Duration>(now.time_since_epoch());
    for (Log& log : logs) {
        if (settings.compact) log.compact(now, settings.tombstone_life);
        if (!settings.remove) continue;
        if (settings.retention && *settings.retention < age) log.delete_older_than(now - *settings.retention);
        if (settings.retention_bytes) log.delete_beyond_size(*settings.retention_bytes);
    }
}

Topic* Topics::find(const std::string& name) {
    const auto found = topics_.find(name);
    return found == topics_.end() ? nullptr : &found->second;
}

Result<Log*> Topics::log(const TopicPartition& partition) {
    Topic* topic = find(partition.topic);
    if (topic == nullptr) return topic_unknown(partition.topic);
    if (partition.partition < 0 || partition.partition >= topic->partitions()) {
        return partition_unknown(partition.topic, partition.partition);
    }
    return &topic->logs[static_cast<std::size_t>(partition.partition)];
}

Result<void> Topics::create(const TopicSpec& spec, std::size_t max_record_bytes) {
    if (auto named = check_broker_topic(spec.name); !named) return named;
    if (spec.partitions < 1 || spec.partitions > 10'000) {
        return invalid(spec.name, std::to_string(spec.partitions) + " partitions", "1…10,000");
    }
    if (spec.replication == 0 || spec.replication < -1) {
        return invalid(spec.name, "replication " + std::to_string(spec.replication), "at least 1, or -1");
    }
    for (const auto& [name, topic] : topics_) {
        if (name == spec.name) {
            return make_error(ErrorKind::conflict, codes::topic_exists, "topic \"" + name + "\" exists already");
        }
        if (collision_form(name) == collision_form(spec.name)) {
            return invalid(spec.name, "differs from topic \"" + name + "\" only by '.' and '_'");
        }
    }
    const Config config = config_of(spec, max_record_bytes);
    if (auto checked = check_config(spec.name, config); !checked) return checked;
    Topic topic{.name = std::make_shared<const std::string>(spec.name),
                .id = "memory-" + std::to_string(++created_),
                .replication = std::max<std::int16_t>(spec.replication, 1),
                .config = config,
                .settings = TopicSettings::from(config),
                .logs = std::vector<Log>(static_cast<std::size_t>(spec.partitions))};
    topics_.emplace(spec.name, std::move(topic));
    return {};
}

PartitionCounts Topics::partition_counts() const {
    PartitionCounts counts;
    for (const auto& [name, topic] : topics_) counts.emplace(name, topic.partitions());
    return counts;
}

void Topics::clean(Timestamp now) {
    for (auto& [name, topic] : topics_) topic.clean(now);
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
