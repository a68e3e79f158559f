#pragma once

#include <eventsdk/snapshot/detail/snapshot_core.hpp>

#include <utility>

EVENTSDK_BEGIN_NAMESPACE

/// Restores aggregates from their events, and takes snapshots so that this stays fast.
///
///     auto snapshots = Snapshots<Assignment>::create(broker, catalogue, {.every_revisions = 100}).value();
///     auto now  = snapshots.restore(assignment_id);           // newest snapshot + the events after it
///     auto then = snapshots.restore_at(assignment_id, time);
///     snapshots.offer(assignment_id, revision, state);        // takes a snapshot when the policy says so
///
/// An aggregate's events are the records of its topic whose key is its id. They are folded in the order of the log,
/// those of committed transactions only; an event that the aggregate has already (a revision not above the last one, or
/// without revisions one of the last 128 event ids) is dropped.
///
/// **A restored state is always right**, whatever snapshots exist: it is what folding all events gives. A snapshot holds
/// the place and id of the last event in it and is used only while that event is found there; one that is torn, corrupt,
/// of an unknown version, ahead of the log or of another log (the topic was recreated or mirrored) is passed over with
/// one warning, for an older one or all events. Snapshots are made by folding the log, never of the state that is offered.
/// Events still in an outbox are not in the log: they are no part of a restored state.
///
/// The topics `{topic}.snapshot` (compacted) and, with SnapshotOptions::history, `{topic}.snapshot.history` are made
/// beforehand (snapshot_spec(), snapshot_history_spec()); without them restoring reads all events.
///
/// @return of all: `unavailable`, `retriable` "snapshot.read_timeout"; `permanent` "snapshot.bad_event" (a record that
///   cannot be decoded), "snapshot.gap" (missing revisions), "aggregate.apply" (apply() threw), each naming topic,
///   partition and offset; `invalid_argument` "snapshot.partitions" (the number of partitions changed); `closed`.
/// **Thread safety**: all members may be called from any thread. **Blocking**: all but offer() wait for the broker.
template <Aggregate T>
class Snapshots {
public:
    /// @return `invalid_argument` naming the option; "snapshot.topics" when the events are on several topics or a type is
    ///   not in the catalogue
    [[nodiscard]] static Result<Snapshots> create(Broker broker, Catalogue catalogue, SnapshotOptions options = {}) {
        static_assert(describe_aggregate<T>().state != nullptr,
                      "the state cannot be written: give AggregateTraits<T> `fields`, or the state nlohmann "
                      "to_json/from_json and include <eventsdk/event/json.hpp>");
        auto core = detail::SnapshotCore::create(std::move(broker), std::move(catalogue), describe_aggregate<T>(),
                                                 std::move(options));
        if (!core) return std::move(core).error();
        return Snapshots{std::move(*core)};
    }

    /// The state after all events that were in the log when the call began: those of a transaction once Kafka has marked it
    /// committed, which it does a little after it answers the commit. An aggregate without events has revision 0.
    [[nodiscard]] Result<Restored<T>> restore(std::string_view aggregate_id) { return restored(aggregate_id, {}); }
    /// The state just after the event of that revision.
    /// @param revision at least 0
    /// @return also `invalid_argument` "snapshot.revision" when the aggregate has not got so far
    [[nodiscard]] Result<Restored<T>> restore_at(std::string_view aggregate_id, std::int64_t revision) {
        return restored(aggregate_id, {.revision = revision});
    }
    /// The state that the events make which had occurred by `time` (their occurredAt is at or before it), in the order of
    /// the log. An event that was written late counts from the time at which it occurred, so that an answer about the
    /// past may change when one comes in. Reads to the end of the log for that reason.
    [[nodiscard]] Result<Restored<T>> restore_at(std::string_view aggregate_id, Timestamp time) {
        return restored(aggregate_id, {.time = time});
    }
    /// Hands the aggregate's events of the revisions `from` to `to`, both included, to `take`, in order, until it returns
    /// false. Begins at the nearest snapshot before `from`.
    /// @param take may throw; the exception passes through
    [[nodiscard]] Result<ReadReport> history(std::string_view aggregate_id, std::int64_t from, std::int64_t to,
                                             const std::function<bool(const HistoryEvent&)>& take) {
        return core_.history(aggregate_id, from, to, take);
    }

    /// Tells that the aggregate has come to `revision`; when the policies say so, a snapshot is taken in the background.
    /// Never waits and never fails the caller: what goes wrong is logged and counted
    /// (`eventsdk_snapshots_total{outcome="failed"}`). An event that is not yet in the log (an outbox) is waited for by
    /// the next offer.
    /// @param state for SnapshotOptions::when only; used during the call
    /// @return whether a snapshot will be tried
    bool offer(std::string_view aggregate_id, std::int64_t revision, const T& state) noexcept {
        return core_.offer(aggregate_id, revision, &state);
    }
    /// Takes a snapshot now, whatever the policies say, unless one of the same revision is there.
    /// @return also the kinds of Producer::publish()
    Result<PublishedSnapshot> publish(std::string_view aggregate_id) { return core_.publish(aggregate_id); }
    /// Deletes the newest snapshot and, once the topic is compacted, all others in it; those in the history topic go by
    /// retention. The events stay.
    Result<void> remove(std::string_view aggregate_id) { return core_.remove(aggregate_id); }

    /// Waits until everything offered before is taken care of.
    /// @return `retriable` "snapshot.flush_timeout"
    Result<void> flush(Duration timeout) { return core_.flush(timeout); }
    /// Drops what is still offered and refuses further work. Idempotent; the destructor closes with 1 s.
    /// @param timeout how long records under way may take; a question to the broker that is under way ends first, at most
    ///   SnapshotOptions::timeout
    void close(Duration timeout) noexcept { core_.close(timeout); }

private:
    explicit Snapshots(detail::SnapshotCore core) : core_{std::move(core)} {}

    Result<Restored<T>> restored(std::string_view id, const detail::RestoreTarget& target) {
        Restored<T> made;
        auto found = core_.restore(id, target, &made.state);
        if (!found) return std::move(found).error();
        made.revision = found->revision;
        made.occurred_at = found->occurred_at;
        made.report = found->report;
        return made;
    }

    detail::SnapshotCore core_;
};

EVENTSDK_END_NAMESPACE
