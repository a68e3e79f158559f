#pragma once

#include "memory/stored_record.hpp"

#include <eventsdk/broker/admin.hpp>
#include <eventsdk/broker/reader.hpp>

#include <algorithm>
#include <deque>
#include <map>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

using ProducerId = std::int64_t;

/// One partition: an append-only row of entries, each with an offset that never changes.
///
/// An entry is a record or a control record. A transaction's records enter the log at once, as `open`; its end
/// appends a control record, which occupies an offset like any other, and makes them `committed` or `aborted`.
/// Readers of committed data stop at the *last stable offset*: the first record of the oldest open transaction.
/// Nothing is ever moved: retention cuts the front off, compaction takes entries out and leaves gaps.
///
/// Not thread-safe; the cluster's lock guards it.
class Log {
public:
    enum class State : std::uint8_t { committed, open, aborted, control };

    struct Entry {
        std::int64_t offset = 0;
        State state = State::committed;
        ProducerId producer = -1;  ///< of transactional records and their control records
        StoredRecordRef record;    ///< of a control record: its timestamp only
        Timestamp cleaned{};       ///< when compaction first saw a tombstone or control record; epoch: never
    };

    /// Appends a record; one with a producer belongs to that producer's open transaction.
    /// @return its offset
    std::int64_t append(StoredRecordRef record, ProducerId producer = -1);
    /// Ends the producer's transaction here: one control record, if the transaction wrote to this partition.
    void end_transaction(ProducerId producer, bool commit, Timestamp now);

    [[nodiscard]] Watermarks watermarks() const;
    /// Reads from `position` on and moves it behind what was seen, to the end when there is nothing more.
    template <class Take>
    void read(std::int64_t& position, std::size_t max_records, Isolation isolation, Take&& take) const;
    /// True when `offset` is one that a reader may ask for: from the low to the high watermark, both included.
    [[nodiscard]] bool contains(std::int64_t offset) const { return offset >= low_ && offset <= high_; }
    /// First offset whose timestamp is at or after `time`, or the high watermark.
    [[nodiscard]] std::int64_t offset_for_time(Timestamp time) const;

    void delete_before(std::int64_t offset);
    /// Retention by time: cuts off the front as long as it is older than `oldest`, open transactions excepted.
    void delete_older_than(Timestamp oldest);
    /// Retention by size: cuts off the front while more than `bytes` follow it.
    void delete_beyond_size(std::int64_t bytes);
    /// Compaction: of each key only the newest committed record stays; tombstones and control records go once they
    /// have been seen by a compaction `tombstone_life` ago.
    void compact(Timestamp now, Duration tombstone_life);

private:
    using Entries = std::deque<Entry>;
    [[nodiscard]] Entries::const_iterator find(std::int64_t offset) const;
    [[nodiscard]] std::int64_t last_stable() const;

    Entries entries_;
    std::int64_t low_ = 0;
    std::int64_t high_ = 0;
    std::map<ProducerId, std::int64_t> open_;  ///< first offset of each open transaction
};

template <class Take>
void Log::read(std::int64_t& position, std::size_t max_records, Isolation isolation, Take&& take) const {
    const std::int64_t end = isolation == Isolation::read_committed ? last_stable() : high_;
    std::size_t taken = 0;
    auto entry = find(position);
    for (; entry != entries_.end() && entry->offset < end && taken < max_records; ++entry) {
        position = entry->offset + 1;
        const bool hidden = entry->state == State::aborted && isolation == Isolation::read_committed;
        if (hidden || entry->state == State::control) continue;
        take(*entry);
        ++taken;
    }
    if (entry == entries_.end() || entry->offset >= end) position = std::max(position, end);
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
