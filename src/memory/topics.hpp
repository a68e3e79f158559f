#pragma once

#include "memory/log.hpp"

#include <eventsdk/broker/admin.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

/// The settings that the model obeys, read once from a topic's configuration.
struct TopicSettings {
    std::size_t max_record_bytes = 0;
    bool remove = true;
    bool compact = false;
    bool log_append_time = false;
    Duration timestamp_ahead{};           ///< how far a record's timestamp may lie in the future
    std::optional<Duration> retention{};  ///< absent: for ever
    std::optional<std::int64_t> retention_bytes{};
    Duration tombstone_life{};

    static TopicSettings from(const std::map<std::string, std::string>& config);
};

/// A topic: its settings by Kafka's names, and one log for each partition.
struct Topic {
    std::shared_ptr<const std::string> name;
    std::string id;
    std::int16_t replication = 1;
    std::map<std::string, std::string> config;
    TopicSettings settings;
    std::vector<Log> logs;
    std::int32_t next_any = 0;  ///< where the next record without a key goes

    [[nodiscard]] std::int32_t partitions() const { return static_cast<std::int32_t>(logs.size()); }
    [[nodiscard]] TopicDescription describe(bool with_config) const;
    /// Retention by time and size, and compaction, as the settings say.
    void clean(Timestamp now);
};

/// Partitions of every topic.
using PartitionCounts = std::map<std::string, std::int32_t>;

/// Every topic by name.
class Topics {
public:
    [[nodiscard]] Topic* find(const std::string& name);
    [[nodiscard]] const Topic* find(const std::string& name) const { return const_cast<Topics*>(this)->find(name); }
    /// The log of a partition, or the error that names what is missing.
    [[nodiscard]] Result<Log*> log(const TopicPartition& partition);
    [[nodiscard]] Result<void> create(const TopicSpec& spec, std::size_t max_record_bytes);
    bool remove(const std::string& name) { return topics_.erase(name) != 0; }
    [[nodiscard]] const std::map<std::string, Topic>& all() const { return topics_; }
    [[nodiscard]] PartitionCounts partition_counts() const;
    void clean(Timestamp now);

private:
    std::map<std::string, Topic> topics_;
    std::int64_t created_ = 0;
};

}  // namespace memory
EVENTSDK_END_NAMESPACE
