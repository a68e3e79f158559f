#include "snapshot/snapshot_finder.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {
namespace {

constexpr auto described_for = std::chrono::seconds{60};

void keep_newest(std::vector<std::int64_t>& offsets, std::size_t count) {
    if (offsets.size() > count) offsets.erase(offsets.begin(), offsets.end() - static_cast<std::ptrdiff_t>(count));
}

}  // namespace

Result<std::vector<SnapshotFinder::Found>> SnapshotFinder::find(std::string_view id, ReadCost& cost) {
    const std::lock_guard lock{mutex_};
    bool there = true;
    const auto number = partition_of(id, there);
    if (!number) return number.error();
    if (!there) return std::vector<Found>{};
    const TopicPartition place{topic_, *number};
    Partition& partition = known_[*number];
    look_into_index(place, partition);
    Fresh fresh;
    if (auto done = catch_up(id, place, partition, fresh, cost); !done) {
        partitions_ = 0;  // look again
        if (done.error().code != codes::topic_unknown) return done.error();
        return std::vector<Found>{};
    }
    std::vector<Found> found;
    if (partition.indexed > 0 && !fresh.deleted && !partition.deleted.contains(std::string{id}))
        if (auto added = add_indexed(id, place, partition, found, cost); !added) return added.error();
    add_known(id, place, partition, fresh, found);
    if (found.size() > memory_.kept)
        found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(memory_.kept));
    return found;
}

void SnapshotFinder::look_into_index(const TopicPartition& place, Partition& partition) {
    if (index_ == nullptr || partition.looked) return;
    partition.looked = true;
    const auto known = index_->partition(place);
    if (known && known->topic_id == topic_id_) partition.next = partition.indexed = known->next;
}

// What cannot be found by the index is not worth failing for: an older snapshot or the events will do.
Result<void> SnapshotFinder::add_indexed(std::string_view id, const TopicPartition& place, Partition& partition,
                                         std::vector<Found>& found, ReadCost& cost) {
    const auto rows = index_->find(place, id, 0, partition.indexed);
    if (!rows) {
        partition = Partition{};
        partition.looked = true;  // the next call reads all of the partition
        return {};
    }
    for (auto row = rows->rbegin(); row != rows->rend() && found.size() < memory_.kept; ++row) {
        Found each{place, row->offset, row->record ? row->record->value : std::nullopt};
        if (const auto kept = values_.find({place.partition, row->offset}); kept != values_.end())
            each.value = kept->second;
        if (memory_.deletions && !each.value) {
            if (auto done = fetch(id, each, cost); !done) return done;
            if (!each.value) break;  // deleted, or compacted away by a later one
            remember(each);
        }
        found.push_back(std::move(each));
    }
    std::reverse(found.begin(), found.end());
    return {};
}

void SnapshotFinder::add_known(std::string_view id, const TopicPartition& place, const Partition& partition,
                               Fresh& fresh, std::vector<Found>& found) {
    if (!partition.complete) {
        for (Found& each : fresh.found) found.push_back(std::move(each));
        return;
    }
    const auto offsets = partition.offsets.find(std::string{id});
    if (offsets == partition.offsets.end()) return;
    for (const std::int64_t offset : offsets->second) {
        const auto same = [&](const Found& each) { return each.offset == offset; };
        const auto read = std::find_if(fresh.found.begin(), fresh.found.end(), same);
        found.push_back(read != fresh.found.end() ? std::move(*read) : Found{place, offset, {}});
        if (found.back().value) remember(found.back());
        if (const auto kept = values_.find({place.partition, offset}); kept != values_.end())
            found.back().value = kept->second;
    }
}

Result<std::int32_t> SnapshotFinder::partition_of(std::string_view id, bool& there) {
    // A topic that is another one by now is noticed late, which costs reading and nothing else.
    const auto now = std::chrono::steady_clock::now();
    if (partitions_ > 0 && now - described_ < described_for) return partitioner_.partition(id, partitions_).value_or(0);
    const auto description = log_.describe(topic_);
    described_ = now;
    if (!description) {
        partitions_ = 0;
        there = false;
        if (description.error().code == codes::topic_unknown) return 0;
        return description.error();
    }
    if (description->id != topic_id_ || description->partitions != partitions_) {
        known_.clear();
        values_.clear();
        value_bytes_ = 0;
    }
    topic_id_ = description->id;
    partitions_ = description->partitions;
    return partitioner_.partition(id, partitions_).value_or(0);
}

Result<void> SnapshotFinder::catch_up(std::string_view id, const TopicPartition& place, Partition& partition,
                                      Fresh& fresh, ReadCost& cost) {
    const auto bounds = log_.bounds(place);
    if (!bounds) return bounds.error();
    if (partition.next > bounds->last_stable) {  // the log is another one
        partition = Partition{};
        partition.looked = true;
    }
    if (!partition.complete) partition.next = partition.indexed;
    const Stretch stretch{place, std::max(partition.next, bounds->low), bounds->last_stable};
    auto done = log_.read(stretch, cost, [&](const ReceivedRecord& record) -> Result<bool> {
        if (record.key == id) {
            std::vector<Found>& found = fresh.found;
            if (!record.value) {
                fresh.deleted = true;
                found.clear();
            }
            if (record.value) found.push_back({place, record.offset, std::string{*record.value}});
            if (found.size() > memory_.kept) found.erase(found.begin());
        }
        note(partition, record);
        return true;
    });
    if (done) partition.next = bounds->last_stable;
    return done;
}

void SnapshotFinder::note(Partition& partition, const ReceivedRecord& record) const {
    partition.next = record.offset + 1;
    if (!partition.complete || !record.key) return;
    std::string key{*record.key};
    if (!record.value) {
        partition.offsets.erase(key);
        if (partition.indexed > 0) partition.deleted.insert(std::move(key));
        return;
    }
    std::vector<std::int64_t>& offsets = partition.offsets[std::move(key)];
    offsets.push_back(record.offset);
    keep_newest(offsets, memory_.kept);
    if (partition.offsets.size() <= memory_.aggregates) return;
    partition.complete = false;
    partition.offsets.clear();
    partition.deleted.clear();
}

void SnapshotFinder::remember(const Found& found) {
    if (found.value->size() > memory_.bytes) return;
    if (value_bytes_ + found.value->size() > memory_.bytes) {
        values_.clear();
        value_bytes_ = 0;
    }
    const bool added = values_.emplace(std::pair{found.partition.partition, found.offset}, *found.value).second;
    if (added) value_bytes_ += found.value->size();
}

Result<void> SnapshotFinder::fetch(std::string_view id, Found& found, ReadCost& cost) {
    auto done = log_.read({found.partition, found.offset, found.offset + 1}, cost,
                          [&](const ReceivedRecord& record) -> Result<bool> {
                              if (record.key == id && record.value) found.value.emplace(*record.value);
                              return false;
                          });
    if (!done && done.error().code == codes::offset_out_of_range) return {};  // deleted meanwhile
    return done;
}

Result<void> SnapshotFinder::load(std::string_view id, Found& found, ReadCost& cost) {
    if (found.value) return {};
    auto done = fetch(id, found, cost);
    if (done && found.value) {
        const std::lock_guard lock{mutex_};
        remember(found);
    }
    return done;
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
