#include "memory/reader.hpp"

#include "broker/deadline.hpp"
#include "core/mutation.hpp"
#include "memory/errors.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace memory {
namespace {

Error reader_closed() { return make_error(ErrorKind::closed, codes::reader_closed, "the reader is closed"); }

std::string name_of(const TopicPartition& partition) {
    return partition.topic + "/" + std::to_string(partition.partition);
}

Error unknown_topic(const std::string& topic, const std::string& what) {
    return make_error(ErrorKind::invalid_argument, codes::reader_topic_unknown, "topic \"" + topic + "\" " + what);
}

Error out_of_range(const TopicPartition& partition, std::int64_t offset, const Watermarks& marks) {
    return make_error(ErrorKind::permanent, codes::offset_out_of_range,
                      "offset " + std::to_string(offset) + " of " + name_of(partition) + " is not in the log (" +
                          std::to_string(marks.low) + "…" + std::to_string(marks.high) + ")",
                      "decide where to go on and seek() there");
}

}  // namespace

Result<std::size_t> MemoryReader::poll(std::vector<ReceivedRecord>& out, std::size_t max_records, Duration timeout) {
    const auto deadline = deadline_after(timeout);
    Cluster::Lock lock = cluster_->enter();
    std::size_t count = 0;
    do {
        if (closed_) return reader_closed();
        alive(MonotonicTime::max());
        if (auto followed = follow_group(lock); !followed) return followed.error();
        count = problems_.empty() ? read(out, max_records) : 0;
    } while (count == 0 && problems_.empty() && cluster_->wait(lock, deadline));
    alive(cluster_->monotonic() + options_.max_poll_interval);
    if (count > 0 || problems_.empty()) return count;
    Error problem = std::move(problems_.front());
    problems_.pop_front();
    return problem;
}

void MemoryReader::alive(MonotonicTime until) {
    if (!member_.empty()) (void)cluster_->groups().heartbeat(options_.group, member_, until);
}

std::size_t MemoryReader::read(std::vector<ReceivedRecord>& out, std::size_t max_records) {
    const std::size_t before = out.size();
    report_unknown_topics();
    auto place = places_.lower_bound(next_first_);
    for (std::size_t visited = 0; visited < places_.size() && out.size() - before < max_records; ++visited) {
        if (place == places_.end()) place = places_.begin();
        if (!place->second.paused && !place->second.stopped) {
            read_place(place->first, place->second, max_records - (out.size() - before), out);
        }
        ++place;
    }
    next_first_ = place == places_.end() ? TopicPartition{} : place->first;
    return out.size() - before;
}

void MemoryReader::read_place(const TopicPartition& partition, Place& place, std::size_t max_records,
                              std::vector<ReceivedRecord>& out) {
    const auto log = cluster_->topics().log(partition);
    if (!log) return stop(place, unknown_topic(partition.topic, "does not exist"));
    if (cluster_->topics().find(partition.topic)->name != place.topic) {
        return stop(place, unknown_topic(partition.topic, "was deleted and created again"));
    }
    if (place.position < 0) {
        return stop(place,
                    make_error(ErrorKind::permanent, codes::no_position,
                               "group \"" + options_.group + "\" has no committed offset of " + name_of(partition),
                               "commit one, seek(), or choose another ReaderOptions::start"));
    }
    if (!(*log)->contains(place.position)) {
        if (!EVENTSDK_MUTATED(17)) return stop(place, out_of_range(partition, place.position, (*log)->watermarks()));
        place.position = (*log)->watermarks().low;
    }
    (*log)->read(place.position, max_records, options_.isolation, [&](const Log::Entry& entry) {
        out.push_back(received(entry.record, partition.partition, entry.offset, place.assignment));
    });
}

void MemoryReader::stop(Place& place, Error problem) {
    place.stopped = true;
    problems_.push_back(std::move(problem));
}

void MemoryReader::report_unknown_topics() {
    for (const std::string& topic : options_.topics) {
        if (topic.front() == '^') continue;
        if (cluster_->topics().find(topic) != nullptr) {
            reported_topics_.erase(topic);
        } else if (reported_topics_.insert(topic).second) {
            problems_.push_back(unknown_topic(topic, "does not exist"));
        }
    }
}

Result<void> MemoryReader::assign(std::span<const PartitionOffset> positions) {
    const Cluster::Lock lock = cluster_->enter();
    if (closed_) return reader_closed();
    if (subscribed()) {
        return make_error(ErrorKind::invalid_argument, codes::subscribed, "assign() on a reader that has topics",
                          "leave ReaderOptions::topics empty");
    }
    Places places;
    for (const PartitionOffset& position : positions) {
        const TopicPartition partition{position.topic, position.partition};
        const auto log = cluster_->topics().log(partition);
        if (!log) return unknown_topic(position.topic, "has no partition " + std::to_string(position.partition));
        const Watermarks marks = (*log)->watermarks();
        const std::int64_t end = options_.isolation == Isolation::read_committed ? marks.last_stable : marks.high;
        const std::int64_t offset = position.offset == -1 ? marks.low : position.offset == -2 ? end : position.offset;
        places[partition] = {
            .position = offset, .assignment = ++assignments_, .topic = cluster_->topics().find(position.topic)->name};
    }
    places_ = std::move(places);
    problems_.clear();
    return {};
}

void MemoryReader::set_paused(std::span<const TopicPartition> partitions, bool paused) {
    const Cluster::Lock lock = cluster_->enter();
    for (const TopicPartition& partition : partitions) {
        const auto place = places_.find(partition);
        if (place != places_.end()) place->second.paused = paused && !EVENTSDK_MUTATED(18);
    }
}

void MemoryReader::pause(std::span<const TopicPartition> partitions) { set_paused(partitions, true); }
void MemoryReader::resume(std::span<const TopicPartition> partitions) { set_paused(partitions, false); }

Result<void> MemoryReader::seek(const TopicPartition& partition, std::int64_t offset) {
    const Cluster::Lock lock = cluster_->enter();
    if (closed_) return reader_closed();
    const auto place = places_.find(partition);
    if (place == places_.end()) {
        return make_error(ErrorKind::invalid_argument, codes::not_assigned,
                          name_of(partition) + " is not assigned to this reader");
    }
    if (offset < 0) {
        return make_error(ErrorKind::invalid_argument, codes::options_invalid,
                          "offset of " + name_of(partition) + " is negative");
    }
    place->second.position = offset;
    place->second.stopped = false;
    return {};
}

std::int64_t MemoryReader::position(const TopicPartition& partition) const {
    const Cluster::Lock lock = cluster_->enter();
    const auto place = places_.find(partition);
    return place == places_.end() ? -1 : place->second.position;
}

std::vector<TopicPartition> MemoryReader::assignment() const {
    const Cluster::Lock lock = cluster_->enter();
    std::vector<TopicPartition> partitions;
    for (const auto& [partition, place] : places_) partitions.push_back(partition);
    return partitions;
}

Watermarks MemoryReader::known_bounds(const TopicPartition& partition) const {
    const Cluster::Lock lock = cluster_->enter();
    const auto log = cluster_->topics().log(partition);
    return log ? (*log)->watermarks() : Watermarks{-1, -1, -1};
}

Result<void> MemoryReader::check_commit(std::span<const PartitionOffset> positions) {
    if (closed_) return reader_closed();
    if (options_.group.empty()) {
        return make_error(ErrorKind::invalid_argument, codes::no_group, "commit() on a reader without a group",
                          "set ReaderOptions::group");
    }
    if (subscribed() && member_.empty()) {
        return make_error(ErrorKind::fenced, codes::not_owner, "the reader has no partitions yet");
    }
    for (const PartitionOffset& position : positions) {
        if (auto log = cluster_->topics().log({position.topic, position.partition}); !log) return log.error();
    }
    return {};
}

Result<void> MemoryReader::commit(std::span<const PartitionOffset> positions, Duration) {
    const Cluster::Lock lock = cluster_->enter();
    if (auto checked = check_commit(positions); !checked) return checked;
    auto committed = cluster_->groups().commit(options_.group, member_, positions);
    cluster_->notify();
    return committed;
}

void MemoryReader::commit_async(std::span<const PartitionOffset> positions) {
    if (auto committed = commit(positions, Duration{0}); !committed) {
        cluster_->runtime().logger->log(LogLevel::warning, "commit failed",
                                        {{"group", options_.group}, {"code", committed.error().code}});
    }
}

Result<std::vector<PartitionOffset>> MemoryReader::committed(std::span<const TopicPartition> partitions,
                                                             Duration timeout) {
    const auto deadline = deadline_after(timeout);
    Cluster::Lock lock = cluster_->enter();
    if (closed_) return reader_closed();
    if (options_.group.empty()) {
        return make_error(ErrorKind::invalid_argument, codes::no_group, "committed() on a reader without a group");
    }
    std::vector<PartitionOffset> positions;
    for (const TopicPartition& partition : partitions) {
        while (!cluster_->groups().stable(options_.group, partition)) {
            if (cluster_->wait(lock, deadline)) continue;
            return make_error(ErrorKind::retriable, codes::timeout,
                              "an open transaction is about to commit " + name_of(partition));
        }
        const Committed found = cluster_->groups().committed(options_.group, partition);
        positions.push_back({partition.topic, partition.partition, found.offset, found.metadata});
    }
    return positions;
}

Result<GroupMetadata> MemoryReader::group_metadata() {
    const Cluster::Lock lock = cluster_->enter();
    if (closed_) return reader_closed();
    if (options_.group.empty()) {
        return make_error(ErrorKind::invalid_argument, codes::no_group, "group_metadata() on a reader without a group");
    }
    return GroupMetadata{.group = options_.group,
                         .generation = cluster_->groups().generation(options_.group, member_),
                         .member = member_,
                         .instance = options_.instance_id};
}

void MemoryReader::close(Duration) noexcept {
    Cluster::Lock lock = cluster_->enter();
    if (closed_) return;
    if (!member_.empty()) {
        if (cluster_->groups().heartbeat(options_.group, member_, MonotonicTime::max())) {
            const std::vector<TopicPartition> owned = cluster_->groups().owned(options_.group, member_);
            if (!owned.empty()) give_back(lock, owned);
            cluster_->groups().leave(options_.group, member_, cluster_->monotonic());
        } else {
            lose_everything(lock);
        }
        cluster_->notify();
    }
    closed_ = true;
    places_.clear();
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
