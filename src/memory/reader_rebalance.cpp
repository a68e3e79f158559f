#include "core/mutation.hpp"
#include "memory/errors.hpp"
#include "memory/reader.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

// Each step that calls the listener gives the lock up, so the question where the member stands is asked anew after it.
Result<void> MemoryReader::follow_group(Cluster::Lock& lock) {
    if (!subscribed()) return {};
    while (!closed_) {
        if (member_.empty()) join();
        if (auto alive = cluster_->groups().heartbeat(options_.group, member_, MonotonicTime::max()); !alive) {
            lose_everything(lock);
            if (alive.error().kind == ErrorKind::fatal) return alive;
            member_.clear();
            continue;
        }
        const std::vector<TopicPartition> moving = cluster_->groups().to_revoke(options_.group, member_);
        if (!moving.empty()) {
            give_back(lock, moving);
            continue;
        }
        if (!take_over(lock, cluster_->groups().acquire(options_.group, member_))) break;
    }
    return {};
}

void MemoryReader::join() {
    member_ = cluster_->groups().join({.group = options_.group,
                                       .instance = options_.instance_id,
                                       .topics = options_.topics,
                                       .cooperative = options_.cooperative,
                                       .session_timeout = options_.session_timeout,
                                       .max_poll_interval = options_.max_poll_interval});
    cluster_->notify();
}

void MemoryReader::lose_everything(Cluster::Lock& lock) {
    std::vector<TopicPartition> partitions;
    for (const auto& [partition, place] : places_) partitions.push_back(partition);
    places_.clear();
    problems_.clear();
    if (partitions.empty() || listener_ == nullptr) return;
    lock.unlock();
    if (EVENTSDK_MUTATED(19)) {
        listener_->revoked(partitions);
    } else {
        listener_->lost(partitions);
    }
    lock.lock();
}

void MemoryReader::give_back(Cluster::Lock& lock, const std::vector<TopicPartition>& partitions) {
    if (listener_ != nullptr) {
        lock.unlock();
        listener_->revoked(partitions);
        lock.lock();
    }
    for (const TopicPartition& partition : partitions) places_.erase(partition);
    cluster_->groups().release(options_.group, member_, partitions);
    cluster_->notify();
}

bool MemoryReader::take_over(Cluster::Lock& lock, const std::vector<TopicPartition>& owned) {
    std::vector<AssignedPartition> added;
    for (const TopicPartition& partition : owned) {
        if (places_.count(partition) != 0) continue;
        added.push_back(start_of(partition));
        install(added.back());
    }
    if (added.empty()) return false;
    if (listener_ == nullptr) return true;
    const std::vector<AssignedPartition> offered = added;
    lock.unlock();
    listener_->assigned(added);
    lock.lock();
    for (std::size_t i = 0; i < added.size(); ++i) {
        const auto place = places_.find({offered[i].topic, offered[i].partition});
        if (place != places_.end() && added[i].offset != offered[i].offset) place->second.position = added[i].offset;
    }
    return true;
}

AssignedPartition MemoryReader::start_of(const TopicPartition& partition) {
    AssignedPartition assigned{.topic = partition.topic, .partition = partition.partition};
    assigned.assignment = ++assignments_;
    const Committed committed = cluster_->groups().committed(options_.group, partition);
    if (committed.offset >= 0 && !EVENTSDK_MUTATED(20)) {
        assigned.offset = committed.offset;
        assigned.metadata = committed.metadata;
        assigned.committed = true;
        return assigned;
    }
    const auto log = cluster_->topics().log(partition);
    if (!log) return assigned;
    const Watermarks marks = (*log)->watermarks();
    const std::int64_t end = options_.isolation == Isolation::read_committed ? marks.last_stable : marks.high;
    const auto& all = options_.from_earliest;
    const bool earliest = std::find(all.begin(), all.end(), partition.topic) != all.end();
    switch (earliest ? StartPosition::Kind::earliest : options_.start.kind) {
        case StartPosition::Kind::earliest: assigned.offset = marks.low; break;
        case StartPosition::Kind::latest: assigned.offset = end; break;
        case StartPosition::Kind::time:
            assigned.offset = std::min(end, (*log)->offset_for_time(options_.start.time));
            break;
        case StartPosition::Kind::fail: break;
    }
    return assigned;
}

void MemoryReader::install(const AssignedPartition& assigned) {
    const Topic* topic = cluster_->topics().find(assigned.topic);
    places_[{assigned.topic, assigned.partition}] = {.position = assigned.offset,
                                                     .assignment = assigned.assignment,
                                                     .topic = topic != nullptr ? topic->name : nullptr};
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
