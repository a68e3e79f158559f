#pragma once

#include "snapshot/event_walk.hpp"
#include "snapshot/log_reader.hpp"
#include "snapshot/snapshot_finder.hpp"

#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

/// How far a walk came.
struct Walked {
    EventCursor cursor{};
    Place last{};               ///< of the aggregate's last event; offset -1 when there is none
    bool in_partition = false;  ///< it is in the partition that the aggregate's events go to now
    bool based = false;         ///< began with a snapshot that says which place it covers
};

/// Hands the events of an aggregate to a sink, beginning with the newest snapshot that holds.
///
/// **Thread safety**: all members may be called from any thread.
class Restorer {
public:
    Restorer(LogReader& log, const Catalogue& catalogue, const Runtime& runtime, const SnapshotOptions& options,
             std::string topic, std::string aggregate);

    [[nodiscard]] Result<Walked> walk(std::string_view id, const Wanted& wanted, EventSink& sink, ReadReport& report);

private:
    /// The event topic as it is now.
    struct Layout {
        std::string topic_id{};
        std::int32_t partitions = 0;
        TopicPartition partition{};  ///< of the aggregate
        Watermarks bounds{};
    };
    struct Call {
        const WalkContext& walk;
        Layout layout{};
        ReadCost cost{};  ///< of the event topic
        ReadCost snapshot_cost{};
        bool based = false;
    };
    using Found = SnapshotFinder::Found;
    using Outcome = Result<std::optional<Walked>>;  ///< nothing: the snapshot does not hold

    [[nodiscard]] Result<Layout> look(std::string_view id);
    [[nodiscard]] Error changed_partitions(std::int32_t before, std::int32_t now) const;
    [[nodiscard]] Outcome from_newest(Call& call);
    [[nodiscard]] Outcome from_history(Call& call);
    [[nodiscard]] Outcome try_snapshot(Call& call, const Found& found, const SnapshotRecord& snapshot);
    [[nodiscard]] Outcome from_place(Call& call, const Found& found, const SnapshotRecord& snapshot);
    [[nodiscard]] Outcome from_plain(Call& call, const Found& found, const SnapshotRecord& snapshot);
    [[nodiscard]] Result<Walked> from_first(Call& call);
    [[nodiscard]] Result<void> read_all_partitions(Call& call, EventWalk& walk);
    [[nodiscard]] Result<void> read_events(Call& call, const Stretch& stretch, EventWalk& walk);
    [[nodiscard]] Result<std::vector<IndexedRecord>> ask_index(const Call& call, const Stretch& stretch,
                                                               std::int64_t& end);
    [[nodiscard]] Result<void> read_indexed(Call& call, Stretch& rest, EventWalk& walk, bool& more);
    [[nodiscard]] Result<std::optional<SnapshotRecord>> read_snapshot(Call& call, SnapshotFinder& finder, Found& found);
    [[nodiscard]] static bool may_begin(const Wanted& wanted, const SnapshotRecord& snapshot);
    [[nodiscard]] Walked walked(const Call& call, const EventWalk& walk, Place last) const;
    void pass_over(Call& call, const Found& found, std::string_view reason);

    LogReader& log_;
    const Catalogue& catalogue_;
    const Runtime& runtime_;
    const SnapshotOptions& options_;
    std::string topic_;
    std::string aggregate_;
    SnapshotFinder newest_;
    SnapshotFinder history_;
    std::mutex mutex_;
    std::string topic_id_;         // the topic whose partitions were counted
    std::int32_t partitions_ = 0;  // as they were at first
    std::set<std::pair<TopicPartition, std::int64_t>> told_;
};

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
