#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/core/result.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// A record of the log as an index knows it.
struct IndexedRecord {
    std::int64_t offset = -1;
    std::optional<Record> record{};  ///< when the index keeps the bytes
};

/// How far a partition is indexed.
struct IndexedPartition {
    std::string topic_id{};  ///< of the topic that it was made of
    std::int64_t next = 0;   ///< every record before it is in the index; 0 when there is nothing
};

/// Where each aggregate's events are in the log: what restoring needs so that it reads them and no others. A copy that
/// can be made again at any time; what it says is read from the log, or, where it keeps the bytes, was. With the snapshot
/// topics in it too, the snapshots are found by it as well.
///
/// `sqlite::open_event_index()` makes one in a file beside the service.
/// @return of all: `unavailable` when the store cannot be read or written
/// **Thread safety**: all members may be called from any thread.
class EVENTSDK_API EventIndex {
public:
    virtual ~EventIndex() = default;
    [[nodiscard]] virtual Result<IndexedPartition> partition(const TopicPartition& partition) = 0;
    /// The key's records from the offset `from` up to, not including, `to`, in order.
    [[nodiscard]] virtual Result<std::vector<IndexedRecord>> find(const TopicPartition& partition, std::string_view key,
                                                                  std::int64_t from, std::int64_t to) = 0;
    /// Adds records that follow each other and moves the end of the index from `from` to `next`, all or nothing. Records
    /// without a key are passed over; of those without a value the place alone is kept. A topic id other than before
    /// begins the partition anew.
    /// @return `conflict` "index.moved" when the index does not end at `from`: somebody else builds it too
    [[nodiscard]] virtual Result<void> add(const TopicPartition& partition, std::string_view topic_id,
                                           std::int64_t from, std::span<const ReceivedRecord> records,
                                           std::int64_t next) = 0;
    /// Forgets all of a topic.
    [[nodiscard]] virtual Result<void> clear(std::string_view topic) = 0;
};

/// What update_index() or check_index() did.
struct IndexReport {
    std::int64_t records = 0;  ///< read from the log
    /// check_index(): records of the log's keys that the index lacks, has and the log has not, or keeps other bytes of. What
    /// was compacted away counts, too.
    std::int64_t differences = 0;
};

/// Brings the index to the end of the topic: reads what is new (only what committed transactions wrote) and adds it.
/// Call it now and then, from one thread or process, or after each restore that scanned much. A topic that was recreated
/// is indexed anew.
/// @param timeout of one question to the broker, and of waiting for the next record
/// @return `unavailable`, `retriable` "snapshot.read_timeout", `conflict` "index.moved"
[[nodiscard]] EVENTSDK_API Result<IndexReport> update_index(const Broker& broker, EventIndex& index,
                                                            const std::string& topic, Duration timeout);
/// Reads the whole topic and compares it with the index, as far as that goes. Costs a scan; for doubts, and after a crash
/// of the machine that holds the index. Differences: EventIndex::clear() and update_index().
[[nodiscard]] EVENTSDK_API Result<IndexReport> check_index(const Broker& broker, EventIndex& index,
                                                           const std::string& topic, Duration timeout);

/// What keep_index() keeps up, and how often it looks.
struct KeepIndexOptions {
    /// Event topics, and `snapshot_topic()`s of them so that snapshots are found by the index, too. One that is missing
    /// is looked for again.
    std::vector<std::string> topics{};
    Duration poll{1'000};      ///< between two looks for what is new, 1 ms…1 h
    Duration timeout{30'000};  ///< as that of update_index(), 1 ms…1 h
};

/// The projector of an index: update_index() for all topics, again and again until `stop`. How far it came is in the index
/// itself, in one transaction with what it added, so that it goes on there after a crash. Brokers that are away are waited
/// for, with a warning.
/// @return nothing after `stop`; `invalid_argument` naming the option; `conflict` "index.moved" when somebody else builds
///   it, too; what the index returns
/// **Blocking**: until `stop`; ends soon after it.
[[nodiscard]] EVENTSDK_API Result<void> keep_index(const Broker& broker, EventIndex& index,
                                                   const KeepIndexOptions& options, std::stop_token stop);

EVENTSDK_END_NAMESPACE
