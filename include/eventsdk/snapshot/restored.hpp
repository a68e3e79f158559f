#pragma once

#include <eventsdk/catalogue/opened.hpp>
#include <eventsdk/core/clock.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

EVENTSDK_BEGIN_NAMESPACE

/// What a restore read, and what it cost.
struct ReadReport {
    std::optional<std::int64_t> snapshot_revision{};  ///< of the snapshot it began with; nothing: with the first event
    std::int64_t events = 0;                          ///< folded into the state
    std::int64_t records = 0;                         ///< read from the event topic, those of other aggregates included
    std::int64_t snapshot_records = 0;                ///< read from the snapshot topics
    std::int64_t fetches = 0;                         ///< reads that brought records
    std::int64_t bytes = 0;                           ///< of keys and values read
    std::int64_t duplicates = 0;                      ///< events dropped because the aggregate had them already
    std::int64_t snapshots_skipped = 0;               ///< torn, corrupt, of an unknown version, or of another log
    std::int64_t damage = 0;                          ///< with Damage::tolerate: records and revisions that are missing
    /// The beginning of the event log was deleted, by retention or by hand: events before it may be missing.
    bool log_cut = false;
    std::chrono::microseconds took{0};
};

/// An aggregate's state at some point, and how it was found.
template <class T>
struct Restored {
    T state{};
    /// Of the last event folded: the envelope's, or the ordinal (1 for the first) where envelopes have none. 0: the
    /// aggregate has no events, `state` is T{}.
    std::int64_t revision = 0;
    Timestamp occurred_at{};  ///< the latest time at which an event in the state occurred
    ReadReport report{};
};

/// One event of an aggregate, in the order of its log. The views live for the call only.
struct HistoryEvent {
    const Opened& opened;
    std::int64_t revision = 0;
    std::int32_t partition = -1;
    std::int64_t offset = -1;
    Timestamp timestamp{};  ///< of the record
    const ReceivedRecord* record = nullptr;

    [[nodiscard]] const EnvelopeView& envelope() const noexcept { return opened.envelope; }
    [[nodiscard]] std::string_view payload_text() const { return opened.payload_text(); }
};

/// What Snapshots::publish() did.
struct PublishedSnapshot {
    std::int64_t revision = 0;  ///< the aggregate's
    bool written = false;       ///< false: a snapshot of this revision was there already, or there are no events
};

EVENTSDK_END_NAMESPACE
