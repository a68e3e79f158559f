#pragma once

#include <eventsdk/broker/record.hpp>
#include <eventsdk/core/result.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

enum class CleanupPolicy : std::uint8_t { remove, compact, compact_and_remove };

/// What a topic should be.
struct TopicSpec {
    std::string name{};
    std::int32_t partitions = 1;          ///< 1…10,000
    std::int16_t replication = -1;        ///< replicas, or -1 for the broker's default
    std::optional<Duration> retention{};  ///< absent: the broker's default; Duration::max(): for ever
    CleanupPolicy cleanup = CleanupPolicy::remove;
    std::optional<int> min_in_sync_replicas{};
    std::optional<std::size_t> max_record_bytes{};  ///< Kafka's max.message.bytes
    std::map<std::string, std::string> config{};    ///< further Kafka topic settings by name
};

/// A topic as the broker has it.
struct TopicDescription {
    std::string name{};
    std::string id{};  ///< Kafka's topic id when known (tells a recreated topic), else empty
    std::int32_t partitions = 0;
    std::int16_t replication = 0;
    bool internal = false;
    std::map<std::string, std::string> config{};  ///< settings in force, when asked for
};

/// The bounds of a partition's log.
struct Watermarks {
    std::int64_t low = 0;          ///< first offset kept
    std::int64_t high = 0;         ///< next offset to be written
    std::int64_t last_stable = 0;  ///< end for read_committed readers; below `high` while a transaction is open
};

/// A consumer group as the broker has it.
struct GroupDescription {
    std::string group{};
    std::string state{};  ///< "Stable", "Empty", "Dead", …
    std::size_t members = 0;
};

/// Questions and changes about topics, offsets and groups. Every call answers or fails within its timeout.
///
/// @return of all: `unavailable` when no broker answers; `invalid_argument` "kafka.topic_unknown" and the like;
///   `permanent` when refused (authorisation, policy); `retriable` after a timeout; `closed`.
/// **Thread safety**: all members may be called from any thread.
class EVENTSDK_API Admin {
public:
    virtual ~Admin() = default;
    /// Creates a topic; an existing one is `conflict` "kafka.topic_exists". Waits until its partitions have leaders.
    [[nodiscard]] virtual Result<void> create_topic(const TopicSpec& spec, Duration timeout) = 0;
    [[nodiscard]] virtual Result<void> delete_topic(const std::string& topic, Duration timeout) = 0;
    /// All topics, internal ones included, without their settings.
    [[nodiscard]] virtual Result<std::vector<TopicDescription>> list_topics(Duration timeout) = 0;
    /// One topic with the settings in force.
    [[nodiscard]] virtual Result<TopicDescription> describe_topic(const std::string& topic, Duration timeout) = 0;
    [[nodiscard]] virtual Result<Watermarks> watermarks(const TopicPartition& partition, Duration timeout) = 0;
    /// First offset whose timestamp is at or after `time`, or the high watermark when there is none.
    [[nodiscard]] virtual Result<std::int64_t> offset_for_time(const TopicPartition& partition, Timestamp time,
                                                               Duration timeout) = 0;
    /// Deletes the records before `offset` of the partition (raises the low watermark).
    [[nodiscard]] virtual Result<void> delete_records_before(const TopicPartition& partition, std::int64_t offset,
                                                             Duration timeout) = 0;
    /// Every committed position of a group; empty when it has none.
    [[nodiscard]] virtual Result<std::vector<PartitionOffset>> group_offsets(const std::string& group,
                                                                             Duration timeout) = 0;
    [[nodiscard]] virtual Result<std::vector<GroupDescription>> list_groups(Duration timeout) = 0;
};

EVENTSDK_END_NAMESPACE
