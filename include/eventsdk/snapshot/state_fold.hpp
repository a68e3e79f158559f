#pragma once

#include <eventsdk/snapshot/restored.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

EVENTSDK_BEGIN_NAMESPACE

/// A snapshot as it is stored.
struct StoredSnapshot {
    std::string aggregate_id{};
    std::int32_t state_version = 1;
    std::int64_t revision = 0;
    Timestamp occurred_at{};                  ///< not before any event in it
    std::string state{};                      ///< JSON text, an object
    std::optional<std::int64_t> offset{};     ///< of the last event in it; absent in the plain snapshots of others
    std::optional<std::int32_t> partition{};  ///< of that event
};

/// A state as JSON.
struct FoldedState {
    std::int32_t version = 1;  ///< of the state, as AggregateTraits::state_version
    std::string text{};        ///< a JSON object
};

/// Makes a state of events for a program that does not know the aggregate's C++ type: UntypedAggregates calls it as
/// Snapshots<T> calls `apply`.
class EVENTSDK_API StateFold {
public:
    virtual ~StateFold() = default;
    /// Forgets everything and begins with the snapshot or, when it is null, with the state without events. Called
    /// before the first event, and again when a snapshot turns out not to hold.
    /// @return an error: this snapshot cannot be used; it is passed over
    [[nodiscard]] virtual Result<void> begin(const StoredSnapshot* snapshot) = 0;
    /// The next event. @return false: enough
    [[nodiscard]] virtual Result<bool> take(const HistoryEvent& event) = 0;
    /// The state after the events taken.
    [[nodiscard]] virtual Result<FoldedState> finish() = 0;
};

/// Which state of an aggregate: the newest, or with one of the two set that at a revision or a time.
struct Moment {
    std::optional<std::int64_t> revision{};
    std::optional<Timestamp> time{};
    /// Begin with no snapshot above this revision; -1: with none, so that all events are folded.
    std::int64_t greatest_snapshot = std::numeric_limits<std::int64_t>::max();
    /// Told after every fetch how many records of the event topic it brought, those of other aggregates included. May
    /// throw; the exception passes through.
    std::function<void(std::int64_t)> progress{};
};

EVENTSDK_END_NAMESPACE
