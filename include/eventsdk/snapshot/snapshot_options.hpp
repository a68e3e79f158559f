#pragma once

#include <eventsdk/broker/writer.hpp>
#include <eventsdk/catalogue/registration.hpp>
#include <eventsdk/snapshot/event_index.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// A state that is offered for a snapshot, as a policy sees it.
struct SnapshotOffer {
    std::string_view aggregate_id{};
    std::int64_t revision = 0;
    /// Of the newest snapshot that is known to hold; nothing when there is none.
    std::optional<std::int64_t> snapshot_revision{};
    Duration load_time{0};        ///< what restoring the aggregate took, 0 when it is not known
    const void* state = nullptr;  ///< the T of Snapshots<T>; null when the policy is asked before the state is known

    template <class T>
    [[nodiscard]] const T* state_as() const noexcept {
        return static_cast<const T*>(state);
    }
};

/// What to do with an event log that is not whole: a record that cannot be decoded, missing revisions.
enum class Damage : std::uint8_t {
    refuse,    ///< a restore ends `permanent`, naming topic, partition and offset
    tolerate,  ///< it goes on, counts the damage in ReadReport::damage and logs a warning
};

/// What to do when the number of partitions of the event topic has changed: the events of one aggregate may then lie in
/// two partitions, between which Kafka keeps no order.
enum class PartitionChange : std::uint8_t {
    refuse,    ///< a restore ends `invalid_argument` "snapshot.partitions"
    read_all,  ///< all partitions are read; events are ordered by revision, or by their records' time without revisions
};

/// How snapshots are taken and read. A snapshot is taken when one of the policies says so, or, with `all_policies`, when
/// each of those given does. Without a policy only publish() takes them.
struct SnapshotOptions {
    /// Policy: at least so many revisions after the newest snapshot, at least 1; absent: not by revisions.
    std::optional<std::int64_t> every_revisions{};
    /// Policy: when restoring took longer than this; absent: not by time.
    std::optional<Duration> after_load_time{};
    /// Policy of your own; called from offer() and from the background thread; must not block. Absent: none.
    std::function<bool(const SnapshotOffer&)> when{};
    bool all_policies = false;  ///< take one when every given policy says so, not any

    /// Also keep every snapshot in `{topic}.snapshot.history`, for states at older revisions and times.
    bool history = false;
    /// By source version of the state: `{{1, v1_to_v2}}` turns 1 into 2. Without gaps up to the state's version; a
    /// snapshot of a version that no upcaster leads from is passed over.
    std::map<std::int32_t, Upcaster> upcasters{};

    /// Partitions of the event topic since its creation, when you know it; a topic with another number is treated as
    /// `on_partition_change` says. Absent: the number found when the first snapshot was taken.
    std::optional<std::int32_t> partitions{};
    PartitionChange on_partition_change = PartitionChange::refuse;  ///< of the event topic
    Damage on_damage = Damage::refuse;                              ///< of the event log
    /// The partitioner of the event topic and of the snapshot topics.
    Partitioner partitioner = Partitioner::murmur2_random();

    /// Bound of one question to the broker, and of waiting for the next record, 1 ms…1 h. A long replay may take
    /// longer in all, as long as records come.
    Duration timeout{30'000};
    /// Offers that wait for the background thread, one for each aggregate, 1…1,000,000; more are dropped.
    std::size_t queued_offers = 1'000;
    /// Aggregates whose newest snapshot's place is remembered, 0…100,000,000 (about 150 bytes each). What is beyond
    /// costs reading the partition of the snapshot topic at each restore.
    std::size_t remembered_aggregates = 1'000'000;
    /// Bytes of snapshots that are kept in memory, of the newest and of the history topic each; 0: none. What is beyond
    /// is read at each restore.
    std::size_t remembered_bytes = std::size_t{32} * 1024 * 1024;
    /// Where the aggregates' events are in the log. Absent: the partition is scanned from the snapshot's place on. An
    /// index that cannot be read, or is of another topic, is passed over with a warning; what it has not got to yet is
    /// scanned.
    std::shared_ptr<EventIndex> index{};

    /// The options, or `invalid_argument` "options.invalid" naming the first that is out of range.
    [[nodiscard]] EVENTSDK_API Result<SnapshotOptions> validated() const;
};

EVENTSDK_END_NAMESPACE
