#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/snapshot/snapshot_options.hpp>
#include <eventsdk/snapshot/state_fold.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// What a fold came to.
struct FoldReport {
    std::int64_t revision = 0;  ///< as Restored::revision
    Timestamp occurred_at{};
    ReadReport report{};
};

/// A record of a snapshot topic.
struct SnapshotEntry {
    const ReceivedRecord& record;
    std::optional<StoredSnapshot> snapshot{};  ///< absent: a deletion, or not readable
    std::optional<Error> problem{};            ///< why it cannot be read: torn, corrupt, of another aggregate
};

/// Aggregates whose C++ type the program does not know: what tools use. Finds, checks and passes over snapshots as
/// Snapshots<T> does, and gives the events to a StateFold instead of `apply`.
///
/// @return of all: what Snapshots<T> returns, and what the fold returns
/// **Thread safety**: all members may be called from any thread. **Blocking**: all wait for the broker.
class EVENTSDK_API UntypedAggregates {
public:
    /// @param topic of the events
    /// @param aggregate its name, as in AggregateType::aggregate; snapshots are of the type "<aggregate>.snapshot"
    /// @param catalogue may be one without event types: payloads are then not checked and not upcast
    /// @param options policies have no effect
    [[nodiscard]] static Result<UntypedAggregates> create(Broker broker, Catalogue catalogue, std::string topic,
                                                          std::string aggregate, SnapshotOptions options = {});
    UntypedAggregates(UntypedAggregates&&) noexcept;
    UntypedAggregates& operator=(UntypedAggregates&&) noexcept;
    ~UntypedAggregates();

    /// Gives the aggregate's nearest snapshot at or before the moment, then the events after it up to the moment.
    /// @return also `invalid_argument` "snapshot.revision" when the aggregate has not got so far
    [[nodiscard]] Result<FoldReport> fold(std::string_view aggregate_id, const Moment& moment, StateFold& fold);
    /// Takes a snapshot of the newest state, which the fold makes, unless one of the same revision is there.
    [[nodiscard]] Result<PublishedSnapshot> publish(std::string_view aggregate_id, StateFold& fold);
    /// Hands over the records of the snapshot topic that are there when the call begins, partition by partition, until
    /// `take` returns false.
    /// @param history those of the history topic instead
    [[nodiscard]] Result<void> visit_snapshots(bool history, const std::function<bool(const SnapshotEntry&)>& take);

private:
    class Impl;
    explicit UntypedAggregates(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

EVENTSDK_END_NAMESPACE
