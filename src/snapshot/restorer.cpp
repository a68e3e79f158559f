#include "snapshot/restorer.hpp"

#include "snapshot/errors.hpp"

#include <eventsdk/event/topic_name.hpp>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {
namespace {

constexpr std::size_t newest_kept = 4;
constexpr std::size_t history_kept = 100'000;
constexpr int most_tries = 8;
constexpr std::size_t most_told = 10'000;

/// What was counted by an attempt that came to nothing.
void forget_attempt(ReadReport& report) { report.events = report.duplicates = report.damage = 0; }

}  // namespace

Restorer::Restorer(LogReader& log, const Catalogue& catalogue, const Runtime& runtime, const SnapshotOptions& options,
                   std::string topic, std::string aggregate)
    : log_{log},
      catalogue_{catalogue},
      runtime_{runtime},
      options_{options},
      topic_{std::move(topic)},
      aggregate_{std::move(aggregate)},
      newest_{log,
              snapshot_topic(topic_),
              options.partitioner,
              {options.remembered_aggregates, options.remembered_bytes, newest_kept, true},
              options.index.get()},
      history_{log,
               snapshot_history_topic(topic_),
               options.partitioner,
               {options.remembered_aggregates, options.remembered_bytes, history_kept, false},
               options.index.get()} {}

Result<Walked> Restorer::walk(std::string_view id, const Wanted& wanted, EventSink& sink, ReadReport& report) {
    const MonotonicTime begun = runtime_.clock->monotonic();
    const WalkContext context{catalogue_, runtime_, options_.on_damage, id, wanted, report, sink};
    auto layout = look(id);
    if (!layout) return std::move(layout).error();
    Call call{context, std::move(*layout)};
    call.cost.progress = wanted.progress;
    Outcome found = from_newest(call);
    if (found && !*found && options_.history) found = from_history(call);
    if (!found) return std::move(found).error();
    Result<Walked> done = *found ? Result<Walked>{std::move(**found)} : from_first(call);
    report.records = call.cost.records;
    report.snapshot_records = call.snapshot_cost.records;
    report.fetches = call.cost.fetches + call.snapshot_cost.fetches;
    report.bytes = call.cost.bytes + call.snapshot_cost.bytes;
    report.took = std::chrono::duration_cast<std::chrono::microseconds>(runtime_.clock->monotonic() - begun);
    return done;
}

Result<Restorer::Layout> Restorer::look(std::string_view id) {
    const auto description = log_.describe(topic_);
    if (!description) return description.error();
    Layout layout{.topic_id = description->id, .partitions = description->partitions};
    {
        const std::lock_guard lock{mutex_};
        if (partitions_ == 0 || topic_id_ != layout.topic_id) {
            topic_id_ = layout.topic_id;
            partitions_ = options_.partitions.value_or(layout.partitions);
        }
        if (layout.partitions != partitions_ && options_.on_partition_change == PartitionChange::refuse)
            return changed_partitions(partitions_, layout.partitions);
    }
    layout.partition = {topic_, options_.partitioner.partition(id, layout.partitions).value_or(0)};
    auto bounds = log_.bounds(layout.partition);
    if (!bounds) return std::move(bounds).error();
    layout.bounds = *bounds;
    return layout;
}

Error Restorer::changed_partitions(std::int32_t before, std::int32_t now) const {
    return failure(ErrorKind::invalid_argument, "snapshot.partitions",
                   "topic '" + topic_ + "' had " + std::to_string(before) + " partitions and has " +
                       std::to_string(now) + ": the events of one aggregate may lie in two of them",
                   "read all of them by SnapshotOptions::on_partition_change, or move the events to a new topic");
}

bool Restorer::may_begin(const Wanted& wanted, const SnapshotRecord& snapshot) {
    if (snapshot.revision > wanted.greatest_snapshot) return false;
    if (wanted.revision && snapshot.revision > *wanted.revision) return false;
    return !wanted.time || (snapshot.covers && snapshot.occurred_at <= *wanted.time);
}

Result<std::optional<SnapshotRecord>> Restorer::read_snapshot(Call& call, SnapshotFinder& finder, Found& found) {
    if (auto loaded = finder.load(call.walk.id, found, call.snapshot_cost); !loaded) return std::move(loaded).error();
    if (!found.value) return std::optional<SnapshotRecord>{};
    auto decoded = decode_snapshot(aggregate_, call.walk.id, *found.value);
    if (decoded) return std::optional{std::move(*decoded)};
    pass_over(call, found, decoded.error().message);
    return std::optional<SnapshotRecord>{};
}

Restorer::Outcome Restorer::from_newest(Call& call) {
    auto all = newest_.find(call.walk.id, call.snapshot_cost);
    if (!all) return std::move(all).error();
    std::vector<std::pair<SnapshotRecord, const Found*>> usable;
    for (Found& found : *all) {
        auto snapshot = read_snapshot(call, newest_, found);
        if (!snapshot) return std::move(snapshot).error();
        if (*snapshot && may_begin(call.walk.wanted, **snapshot)) usable.emplace_back(std::move(**snapshot), &found);
    }
    std::stable_sort(usable.begin(), usable.end(),
                     [](const auto& a, const auto& b) { return a.first.revision > b.first.revision; });
    for (const auto& [snapshot, found] : usable) {
        Outcome tried = try_snapshot(call, *found, snapshot);
        if (!tried || *tried) return tried;
    }
    return std::optional<Walked>{};
}

Restorer::Outcome Restorer::from_history(Call& call) {
    auto all = history_.find(call.walk.id, call.snapshot_cost);
    if (!all) return std::move(all).error();
    // They were written in the order of revisions but for a late publisher's, which is merely not found then.
    std::size_t low = 0;
    std::size_t high = all->size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        auto snapshot = read_snapshot(call, history_, (*all)[middle]);
        if (!snapshot) return std::move(snapshot).error();
        const bool before = !*snapshot || may_begin(call.walk.wanted, **snapshot);
        (before ? low : high) = before ? middle + 1 : middle;
    }
    for (int tries = 0; low > 0 && tries < most_tries; ++tries) {
        Found& found = (*all)[--low];
        auto snapshot = read_snapshot(call, history_, found);
        if (!snapshot) return std::move(snapshot).error();
        if (!*snapshot || !may_begin(call.walk.wanted, **snapshot)) continue;
        Outcome tried = try_snapshot(call, found, **snapshot);
        if (!tried || *tried) return tried;
    }
    return std::optional<Walked>{};
}

Restorer::Outcome Restorer::try_snapshot(Call& call, const Found& found, const SnapshotRecord& snapshot) {
    const Layout& layout = call.layout;
    if (snapshot.covers) {
        const Place& place = *snapshot.covers;
        const bool other_log = !place.topic_id.empty() && !layout.topic_id.empty() && place.topic_id != layout.topic_id;
        if (place.topic != topic_ || other_log) {
            pass_over(call, found, "it was taken of another log: the topic was recreated or mirrored");
            return std::optional<Walked>{};
        }
        if (place.partitions != layout.partitions) {
            if (options_.on_partition_change == PartitionChange::refuse)
                return changed_partitions(place.partitions, layout.partitions);
            return std::optional<Walked>{};
        }
        if (place.partition != layout.partition.partition) return std::optional<Walked>{};
    }
    forget_attempt(call.walk.report);
    if (auto begun = call.walk.sink.begin(snapshot); !begun) {
        pass_over(call, found, begun.error().message);
        return std::optional<Walked>{};
    }
    return snapshot.covers ? from_place(call, found, snapshot) : from_plain(call, found, snapshot);
}

Restorer::Outcome Restorer::from_place(Call& call, const Found& found, const SnapshotRecord& snapshot) {
    const Layout& layout = call.layout;
    const Place& place = *snapshot.covers;
    EventWalk walk{call.walk, EventCursor{snapshot.revision, snapshot.occurred_at, snapshot.recent}};
    const bool cut = place.offset < layout.bounds.low;
    if (cut && (place.topic_id.empty() || place.topic_id != layout.topic_id)) {
        pass_over(call, found, "its last event is no longer in the log, so that it cannot be checked");
        return std::optional<Walked>{};
    }
    if (!cut) walk.expect(place);
    const Stretch stretch{layout.partition, std::max(place.offset, layout.bounds.low), layout.bounds.last_stable};
    auto read = read_events(call, stretch, walk);
    if (!read) return std::move(read).error();
    if (walk.mistaken()) {
        pass_over(call, found, "its last event is not where it says: the log is another one, or lost its end");
        return std::optional<Walked>{};
    }
    call.walk.report.snapshot_revision = snapshot.revision;
    call.walk.report.log_cut = cut;
    call.based = true;
    return std::optional{walked(call, walk, place)};
}

Restorer::Outcome Restorer::from_plain(Call& call, const Found& found, const SnapshotRecord& snapshot) {
    if (options_.on_partition_change == PartitionChange::read_all) return std::optional<Walked>{};
    EventWalk walk{call.walk, {}};
    walk.hand_on_above(snapshot.revision);
    const Stretch stretch{call.layout.partition, call.layout.bounds.low, call.layout.bounds.last_stable};
    auto read = read_events(call, stretch, walk);
    if (!read) return std::move(read).error();
    if (walk.cursor().revision() < snapshot.revision) {
        pass_over(call, found, "it is ahead of the log");
        return std::optional<Walked>{};
    }
    call.walk.report.snapshot_revision = snapshot.revision;
    call.walk.report.log_cut = call.layout.bounds.low > 0;
    return std::optional{walked(call, walk, {})};
}

Result<Walked> Restorer::from_first(Call& call) {
    call.walk.sink.reset();
    forget_attempt(call.walk.report);
    EventWalk walk{call.walk, {}};
    call.walk.report.log_cut = call.layout.bounds.low > 0;
    if (options_.on_partition_change == PartitionChange::read_all) {
        if (auto read = read_all_partitions(call, walk); !read) return std::move(read).error();
        return walked(call, walk, {});
    }
    const Stretch stretch{call.layout.partition, call.layout.bounds.low, call.layout.bounds.last_stable};
    auto read = read_events(call, stretch, walk);
    if (!read) return std::move(read).error();
    return walked(call, walk, {});
}

Walked Restorer::walked(const Call& call, const EventWalk& walk, Place last) const {
    if (walk.last())
        last = Place{topic_,
                     call.layout.topic_id,
                     call.layout.partitions,
                     walk.last()->partition,
                     walk.last()->offset,
                     walk.last_event_id()};
    const bool in_partition = last.partition == call.layout.partition.partition;
    return {walk.cursor(), std::move(last), in_partition, call.based};
}

void Restorer::pass_over(Call& call, const Found& found, std::string_view reason) {
    ++call.walk.report.snapshots_skipped;
    {
        const std::lock_guard lock{mutex_};
        if (told_.size() >= most_told) told_.clear();
        if (!told_.emplace(found.partition, found.offset).second) return;
    }
    runtime_.logger->log(LogLevel::warning, "a snapshot is passed over",
                         {{"topic", std::string_view{found.partition.topic}},
                          {"partition", std::int64_t{found.partition.partition}},
                          {"offset", found.offset},
                          {"aggregate", call.walk.id},
                          {"reason", reason}});
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
