#include "memory/log.hpp"

#include "core/mutation.hpp"

#include <algorithm>
#include <unordered_map>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {
namespace {

std::int64_t bytes_of(const Log::Entry& entry) {
    const StoredRecord& record = *entry.record;
    std::size_t bytes = (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
    for (const Header& header : record.headers) bytes += header.name.size() + (header.value ? header.value->size() : 0);
    return static_cast<std::int64_t>(bytes);
}

}  // namespace

std::int64_t Log::append(StoredRecordRef record, ProducerId producer) {
    const std::int64_t offset = high_++;
    const State state = producer < 0 ? State::committed : State::open;
    if (producer >= 0) open_.try_emplace(producer, offset);
    entries_.push_back({offset, state, producer, std::move(record), {}});
    return offset;
}

void Log::end_transaction(ProducerId producer, bool commit, Timestamp now) {
    const auto transaction = open_.find(producer);
    if (transaction == open_.end()) return;
    const auto first = entries_.begin() + (find(transaction->second) - entries_.cbegin());
    for (auto entry = first; entry != entries_.end(); ++entry) {
        if (entry->producer == producer && entry->state == State::open) {
            entry->state = commit || EVENTSDK_MUTATED(1) ? State::committed : State::aborted;
        }
    }
    open_.erase(transaction);
    if (EVENTSDK_MUTATED(2)) return;
    auto marker = std::make_unique<StoredRecord>();
    marker->timestamp = now;
    entries_.push_back({high_++, State::control, producer, StoredRecordRef{marker.release()}, {}});
}

Watermarks Log::watermarks() const { return {.low = low_, .high = high_, .last_stable = last_stable()}; }

std::int64_t Log::last_stable() const {
    std::int64_t stable = high_;
    if (EVENTSDK_MUTATED(3)) return stable;
    for (const auto& [producer, first] : open_) stable = std::min(stable, first);
    return std::max(stable, low_);
}

Log::Entries::const_iterator Log::find(std::int64_t offset) const {
    return std::lower_bound(entries_.begin(), entries_.end(), offset,
                            [](const Entry& entry, std::int64_t wanted) { return entry.offset < wanted; });
}

std::int64_t Log::offset_for_time(Timestamp time) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return EVENTSDK_MUTATED(4) ? entry.record->timestamp > time : entry.record->timestamp >= time;
    });
    return found == entries_.end() ? high_ : found->offset;
}

void Log::delete_before(std::int64_t offset) {
    low_ = std::clamp(offset, low_, high_);
    entries_.erase(entries_.begin(), find(low_));
}

void Log::delete_older_than(Timestamp oldest) {
    const std::int64_t stable = last_stable();
    std::int64_t cut = low_;
    for (const Entry& entry : entries_) {
        if (entry.offset >= stable || entry.record->timestamp >= oldest) break;
        cut = entry.offset + 1;
    }
    if (cut > low_) delete_before(cut);
}

void Log::delete_beyond_size(std::int64_t bytes) {
    const std::int64_t stable = last_stable();
    std::int64_t kept = 0;
    auto entry = entries_.rbegin();
    while (entry != entries_.rend() && kept + bytes_of(*entry) <= bytes) kept += bytes_of(*entry++);
    if (entry != entries_.rend()) delete_before(std::min(entry->offset + 1, stable));
}

void Log::compact(Timestamp now, Duration tombstone_life) {
    const std::int64_t stable = last_stable();
    std::unordered_map<std::string_view, std::int64_t> newest;
    for (const Entry& entry : entries_) {
        if (entry.offset < stable && entry.state == State::committed && entry.record->key) {
            newest[*entry.record->key] = entry.offset;
        }
    }
    const auto superfluous = [&](Entry& entry) {
        if (entry.offset >= stable) return false;
        if (entry.state == State::aborted) return true;
        if (entry.state == State::committed) {
            if (!entry.record->key) return false;
            if (newest[*entry.record->key] != entry.offset) return true;
            if (entry.record->value) return false;
        }
        if (entry.cleaned == Timestamp{}) entry.cleaned = now;
        return std::chrono::floor<Duration>(now - entry.cleaned) >= tombstone_life;
    };
    // The keys of `newest` are views into the entries, so nothing may be released before the last question.
    Entries kept;
    std::vector<StoredRecordRef> removed;
    for (Entry& entry : entries_) {
        if (superfluous(entry)) {
            removed.push_back(std::move(entry.record));
        } else {
            kept.push_back(std::move(entry));
        }
    }
    entries_ = std::move(kept);
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
