#include "consume/health_board.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

void HealthBoard::note(std::span<const Workload::Condition> conditions,
                       const std::function<Seen(const TopicPartition&)>& see, MonotonicTime now, Duration stuck_after) {
    std::map<TopicPartition, Known> still;
    ProjectorHealth made{.running = true};
    for (const Workload::Condition& one : conditions) {
        const Seen seen = see(one.partition);
        const auto before = known_.find(one.partition);
        Known known = before != known_.end() ? before->second : Known{-1, now, false};
        const bool nothing_to_do = one.unfinished == one.not_due;
        if (known.position != one.position || nothing_to_do) known.since = now;
        known.position = one.position;
        const std::int64_t end = seen.bounds.last_stable >= 0 ? seen.bounds.last_stable : seen.bounds.high;
        // Behind the last record there may be control records, which the reader passes and nobody finishes.
        const std::int64_t at = one.unfinished == 0 ? std::max(one.position, seen.read) : one.position;
        known.caught_up = known.caught_up || (end >= 0 && (nothing_to_do ? std::max(at, seen.read) : at) >= end);
        made.partitions.push_back({.topic = one.partition.topic,
                                   .partition = one.partition.partition,
                                   .position = one.position,
                                   .behind = end >= 0 ? std::max<std::int64_t>(end - at, 0) : -1,
                                   .caught_up = known.caught_up,
                                   .stuck = now - known.since >= stuck_after,
                                   .dead_letter_unwritable = one.blocked,
                                   .dependency_away = one.away});
        still.emplace(one.partition, known);
    }
    known_ = std::move(still);
    const std::lock_guard lock{mutex_};
    health_ = std::move(made);
}

void HealthBoard::stop() {
    known_.clear();
    const std::lock_guard lock{mutex_};
    health_ = {};
}

ProjectorHealth HealthBoard::get() const {
    const std::lock_guard lock{mutex_};
    return health_;
}

}  // namespace consume

Health ProjectorHealth::summary() const {
    Health health;
    const auto tell = [&](bool healthy, std::string what) {
        health.healthy = health.healthy && healthy;
        health.ready = false;
        health.problems.push_back(std::move(what));
    };
    if (!running) tell(true, "the projector does not run");
    if (running && partitions.empty()) tell(true, "no partition is assigned");
    for (const PartitionHealth& one : partitions) {
        const std::string name = one.topic + "/" + std::to_string(one.partition);
        if (one.dead_letter_unwritable) tell(false, "a dead letter of " + name + " cannot be written");
        if (one.stuck && !one.dependency_away)
            tell(false, name + " has been stuck at offset " + std::to_string(one.position));
        if (one.dependency_away) tell(true, "handlers of " + name + " find a dependency unavailable");
        if (!one.caught_up) tell(true, name + " has not caught up yet");
    }
    return health;
}

EVENTSDK_END_NAMESPACE
