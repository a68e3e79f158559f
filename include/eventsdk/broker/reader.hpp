#pragma once

#include <eventsdk/broker/admin.hpp>
#include <eventsdk/broker/record.hpp>
#include <eventsdk/broker/writer.hpp>
#include <eventsdk/core/result.hpp>

#include <span>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

enum class Isolation : std::uint8_t { read_committed, read_uncommitted };

/// Where to begin in a partition for which the group has no committed offset.
struct StartPosition {
    enum class Kind : std::uint8_t { earliest, latest, time, fail } kind = Kind::earliest;
    Timestamp time{};  ///< with Kind::time: the first record at or after it
};

/// How a reader joins its group and fetches.
struct ReaderOptions {
    /// Consumer group; empty for a reader that is only given partitions by Reader::assign().
    std::string group{};
    /// Topics to subscribe to; one beginning with `^` is a regular expression over topic names. Needs a group.
    std::vector<std::string> topics{};
    Isolation isolation = Isolation::read_committed;  ///< whether open and aborted transactions are seen
    StartPosition start{};                            ///< without a committed offset: earliest, latest, a time, or fail
    /// Static membership (group.instance.id): a restart within the session time-out causes no rebalance.
    std::string instance_id{};
    /// Silence after which the group takes the member for dead, 6 s…30 min.
    Duration session_timeout{45'000};
    /// Longest pause between two poll() calls before the member is put out of the group, 1 s…24 h.
    Duration max_poll_interval{300'000};
    /// Records fetched ahead per partition, 1…10,000,000: speed against memory.
    int prefetch_records = 5'000;
    /// Bytes fetched ahead per partition, at least 64 KiB; the first of both bounds to be reached counts.
    std::size_t prefetch_bytes = std::size_t{16} * 1024 * 1024;
    /// Revoke only what moves (KIP-429) where the client library is sound for it; else whole assignments.
    bool cooperative = true;
    /// Those of `topics` in which the group begins at the earliest record, whatever `start` says.
    std::vector<std::string> from_earliest{};
    /// For a few records at a time at given places: answers at once and fetches next to nothing ahead. Without topics.
    bool looks_up = false;
};

/// A partition just given to the member. `offset` is where reading starts: the committed one, or the one that
/// StartPosition gave; the listener may change it (a checkpoint in a database wins over the group's offset).
struct AssignedPartition {
    std::string topic{};
    std::int32_t partition = 0;
    std::int64_t offset = -1;
    std::string metadata{};        ///< what was committed with the offset
    bool committed = false;        ///< the group had a committed offset
    std::uint64_t assignment = 0;  ///< epoch: grows with every assignment of the partition to this reader
};

/// Told of rebalances, inside Reader::poll() and Reader::close(), on the polling thread.
class EVENTSDK_API RebalanceListener {
public:
    virtual ~RebalanceListener() = default;
    virtual void assigned(std::span<AssignedPartition> partitions) noexcept = 0;
    /// Still owned during the call: finish or abandon work in a bounded time and commit what is done.
    virtual void revoked(std::span<const TopicPartition> partitions) noexcept = 0;
    /// Already somebody else's: drop work, commit nothing.
    virtual void lost(std::span<const TopicPartition> partitions) noexcept = 0;
};

/// Reads records, as a member of a consumer group or from given partitions.
///
/// **Ordering**: records of one partition come in offset order; offsets have gaps. Aborted records and control
/// records are never handed out under read_committed.
/// **Thread safety**: poll, pause, resume, seek, assign and close belong to one thread; commit and the queries may
/// be called from any.
class EVENTSDK_API Reader {
public:
    virtual ~Reader() = default;
    /// Appends up to `max_records` records to `out`, waiting up to `timeout` for the first. Serves rebalances and
    /// liveness; must be called at least every max_poll_interval, paused partitions or not.
    /// @return the number appended; `fatal`; `permanent` "reader.offset_out_of_range" naming topic, partition and
    ///   offset (never jumps silently); `unavailable` while no broker answers (records may still come later);
    ///   `invalid_argument` "reader.topic_unknown", "reader.unauthorized"; `closed`.
    [[nodiscard]] virtual Result<std::size_t> poll(std::vector<ReceivedRecord>& out, std::size_t max_records,
                                                   Duration timeout) = 0;
    /// Reads these partitions from these offsets from now on; for readers without topics. Offset -1 is earliest,
    /// -2 is the end.
    [[nodiscard]] virtual Result<void> assign(std::span<const PartitionOffset> positions) = 0;
    /// Stops handing out records of the partitions until resume(); records already fetched are kept. Both are cheap
    /// and may be called often; a rebalance forgets the pause of what it takes away.
    virtual void pause(std::span<const TopicPartition> partitions) = 0;
    virtual void resume(std::span<const TopicPartition> partitions) = 0;
    /// Continues an assigned partition at `offset`; records read before and still buffered are dropped.
    [[nodiscard]] virtual Result<void> seek(const TopicPartition& partition, std::int64_t offset) = 0;
    /// The next offset poll() would hand out, or -1.
    [[nodiscard]] virtual std::int64_t position(const TopicPartition& partition) const = 0;
    [[nodiscard]] virtual std::vector<TopicPartition> assignment() const = 0;
    /// The bounds of an assigned partition as the last fetch showed them; -1 for what is not known. Never waits.
    [[nodiscard]] virtual Watermarks known_bounds(const TopicPartition& /*partition*/) const { return {-1, -1, -1}; }

    /// Commits positions for the group and waits for the answer.
    /// @return `retriable` (time-out, coordinator moving), `fenced` "reader.not_owner" (rebalanced away; nothing
    ///   was committed), `invalid_argument`, `closed`.
    [[nodiscard]] virtual Result<void> commit(std::span<const PartitionOffset> positions, Duration timeout) = 0;
    /// The same without waiting; a failure is logged and the next commit repairs it.
    virtual void commit_async(std::span<const PartitionOffset> positions) = 0;
    /// The group's committed positions; offset -1 where there is none.
    [[nodiscard]] virtual Result<std::vector<PartitionOffset>> committed(std::span<const TopicPartition> partitions,
                                                                         Duration timeout) = 0;
    /// For TransactionalWriter::add_offsets(); take it fresh for each transaction.
    [[nodiscard]] virtual Result<GroupMetadata> group_metadata() = 0;
    /// Leaves the group (revoked() is called) within `timeout`. Idempotent.
    virtual void close(Duration timeout) noexcept = 0;
};

EVENTSDK_END_NAMESPACE
