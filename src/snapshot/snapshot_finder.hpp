#pragma once

#include "snapshot/log_reader.hpp"

#include <eventsdk/broker/partitioner.hpp>
#include <eventsdk/snapshot/event_index.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

/// Finds the snapshot records of an aggregate in one snapshot topic. Remembers where those of every aggregate are, so
/// that the next call reads only what is new and the records themselves.
///
/// **Thread safety**: all members may be called from any thread; calls on one topic wait for each other.
class SnapshotFinder {
public:
    struct Found {
        TopicPartition partition{};
        std::int64_t offset = -1;
        std::optional<std::string> value{};  ///< absent until it is loaded
    };

    struct Memory {
        std::size_t aggregates = 0;
        std::size_t bytes = 0;  ///< of values
        std::size_t kept = 1;   ///< how many of each aggregate's newest records
        bool deletions = true;  ///< a record without a value deletes those before it
    };
    /// @param index where it knows records of the topic, they are not read to be found; may be null
    SnapshotFinder(LogReader& log, std::string topic, Partitioner partitioner, Memory memory, EventIndex* index)
        : log_{log}, topic_{std::move(topic)}, partitioner_{std::move(partitioner)}, memory_{memory}, index_{index} {}

    /// The records that hold a value and are younger than the last deletion, in the order of the log. None when there is
    /// no such topic.
    [[nodiscard]] Result<std::vector<Found>> find(std::string_view id, ReadCost& cost);
    /// Reads the value; it stays absent when the record is gone by now.
    [[nodiscard]] Result<void> load(std::string_view id, Found& found, ReadCost& cost);
    [[nodiscard]] const std::string& topic() const noexcept { return topic_; }

private:
    struct Partition {
        std::int64_t next = 0;
        bool complete = true;      ///< false: more aggregates than may be remembered
        bool looked = false;       ///< into the index
        std::int64_t indexed = 0;  ///< records before it are in the index
        std::unordered_map<std::string, std::vector<std::int64_t>> offsets{};
        std::unordered_set<std::string> deleted{};  ///< whose records in the index are outdated
    };
    /// What was read of one aggregate.
    struct Fresh {
        std::vector<Found> found{};
        bool deleted = false;
    };

    [[nodiscard]] Result<std::int32_t> partition_of(std::string_view id, bool& there);
    [[nodiscard]] Result<void> catch_up(std::string_view id, const TopicPartition& place, Partition& partition,
                                        Fresh& fresh, ReadCost& cost);
    void look_into_index(const TopicPartition& place, Partition& partition);
    [[nodiscard]] Result<void> add_indexed(std::string_view id, const TopicPartition& place, Partition& partition,
                                           std::vector<Found>& found, ReadCost& cost);
    void add_known(std::string_view id, const TopicPartition& place, const Partition& partition, Fresh& fresh,
                   std::vector<Found>& found);
    void note(Partition& partition, const ReceivedRecord& record) const;
    [[nodiscard]] Result<void> fetch(std::string_view id, Found& found, ReadCost& cost);
    void remember(const Found& found);

    LogReader& log_;
    std::string topic_;
    Partitioner partitioner_;
    Memory memory_;
    EventIndex* index_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point described_{};
    std::string topic_id_;
    std::int32_t partitions_ = 0;
    std::map<std::int32_t, Partition> known_;
    std::map<std::pair<std::int32_t, std::int64_t>, std::string> values_;  // by partition and offset
    std::size_t value_bytes_ = 0;
};

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
