#include "consume/stored_positions.hpp"

#include <algorithm>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr Duration retry_pause{1'000};
constexpr Duration purge_interval{60'000};
constexpr Duration broker_timeout{5'000};
constexpr Duration poll_patience{100};
constexpr int most_quiet_polls = 50;

bool passes(const Error& error) {
    return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::retriable ||
           error.kind == ErrorKind::conflict || error.kind == ErrorKind::indeterminate;
}

std::string name_of(const Checkpoint& stored) { return stored.topic + "/" + std::to_string(stored.partition); }

Error other_log(const std::string& projection, const Checkpoint& stored, const std::string& found) {
    Error error{.kind = ErrorKind::permanent, .code = "effects.other_log"};
    error.message.append("projection \"").append(projection).append("\" is at offset ");
    error.message.append(std::to_string(stored.position)).append(" of ").append(name_of(stored)).append(", but ");
    error.message.append(found).append(": the topic was created anew, cut off or mirrored");
    error.hint = "rebuild the projection; or, when it is right as it is, forget() its stored positions";
    return error;
}

Error log_unread(const std::string& projection, const Checkpoint& stored) {
    Error error{.kind = ErrorKind::unavailable, .code = "effects.log_unread"};
    error.message.append("the event at offset ").append(std::to_string(stored.event_offset)).append(" of ");
    error.message.append(name_of(stored)).append(", which projection \"").append(projection);
    error.message.append("\" handled last, cannot be read: the stored position is not checked yet");
    error.hint = "the projector tries on; look at the partition's leader";
    return error;
}

}  // namespace

Result<Stores> stores_of(const Projection& projection) {
    Stores stores;
    const auto add = [&](const std::shared_ptr<EffectStore>& store) {
        if (std::find(stores.all.begin(), stores.all.end(), store) == stores.all.end()) stores.all.push_back(store);
    };
    for (const Projection::Entry& entry : projection.entries()) {
        if (entry.inbox) add(entry.inbox);
        if (!entry.store) continue;
        add(entry.store);
        if (stores.positions && stores.positions != entry.store) {
            return Error{
                .kind = ErrorKind::invalid_argument,
                .code = "projection.two_stores",
                .message = "projection \"" + projection.name() + "\" has exactly-once handlers of two databases",
                .hint = "give each database a projection of its own"};
        }
        stores.positions = entry.store;
    }
    return stores;
}

void StoredPositions::wait(const AssignedPartition& partition, MonotonicTime at) {
    forget({partition.topic, partition.partition});
    waiting_.push_back(partition);
    next_try_ = at;
}

void StoredPositions::forget(const TopicPartition& partition) {
    const auto same = [&](const auto& each) {
        return each.partition == partition.partition && each.topic == partition.topic;
    };
    std::erase_if(waiting_, same);
    std::erase_if(unsaved_, same);
}

void StoredPositions::report(const Error* error, const char* what) {
    const std::string code = error != nullptr ? error->code : std::string{};
    if (code == trouble_) return;
    trouble_ = code;
    Logger& logger = *broker_.runtime().logger;
    if (error == nullptr) {
        logger.log(LogLevel::info, "the projection's store answers again", {{"group", projection_}});
    } else {
        logger.log(LogLevel::warning, what,
                   {{"group", projection_}, {"code", error->code}, {"message", error->message}, {"hint", error->hint}});
    }
}

Result<void> StoredPositions::find_stored(std::vector<Checkpoint>& found) {
    auto all = stores_.positions->load(projection_);
    if (!all) return std::move(all).error();
    for (Checkpoint& stored : *all) {
        const bool wanted = std::any_of(waiting_.begin(), waiting_.end(), [&](const AssignedPartition& partition) {
            return partition.partition == stored.partition && partition.topic == stored.topic;
        });
        if (wanted && stored.position >= 0) found.push_back(std::move(stored));
    }
    return {};
}

Result<void> StoredPositions::check_event(const ReceivedRecord& record, const Checkpoint& stored) {
    if (record.offset != stored.event_offset) return {};  // compacted away: nothing to compare
    const auto opened = catalogue_.open(record, scratch_, opened_);
    const std::string_view id = opened ? opened_.envelope.event_id : std::string_view{};
    if (opened && (id.empty() || id == stored.event_id)) return {};
    return other_log(projection_, stored,
                     "offset " + std::to_string(stored.event_offset) + " holds event \"" + std::string{id} +
                         "\" where \"" + stored.event_id + "\" was handled");
}

Result<void> StoredPositions::check_logs(std::span<const Checkpoint> stored) {
    if (stored.empty()) return {};
    auto admin = broker_.port().admin();
    if (!admin) return std::move(admin).error();
    std::vector<PartitionOffset> to_read;
    std::vector<const Checkpoint*> expected;
    for (const Checkpoint& each : stored) {
        const auto bounds = (*admin)->watermarks({each.topic, each.partition}, broker_timeout);
        if (!bounds) return bounds.error();
        if (each.position > bounds->high)
            return other_log(projection_, each, "its log ends at " + std::to_string(bounds->high));
        if (each.event_offset < bounds->low || each.event_offset >= bounds->last_stable) continue;
        to_read.push_back({each.topic, each.partition, each.event_offset});
        expected.push_back(&each);
    }
    if (to_read.empty()) return {};
    ReaderOptions options;
    options.looks_up = true;
    auto reader = broker_.port().reader(options, nullptr);
    if (!reader) return std::move(reader).error();
    if (auto assigned = (*reader)->assign(to_read); !assigned) return assigned;
    const auto deadline = std::chrono::steady_clock::now() + broker_timeout;
    std::vector<ReceivedRecord> records;
    int quiet_polls = 0;
    while (!expected.empty()) {
        if (quiet_polls == most_quiet_polls || std::chrono::steady_clock::now() >= deadline)
            return log_unread(projection_, *expected.front());
        auto polled = (*reader)->poll(records, 100, poll_patience);
        if (!polled) return std::move(polled).error();
        if (*polled == 0) ++quiet_polls;
        for (const ReceivedRecord& record : records) {
            const auto of = std::find_if(expected.begin(), expected.end(), [&](const Checkpoint* each) {
                return each->partition == record.partition && each->topic == record.topic;
            });
            if (of == expected.end()) continue;
            if (auto same = check_event(record, **of); !same) return same;
            expected.erase(of);
        }
        if (*polled == 0 && records.empty() &&
            (*reader)->position({expected.front()->topic, expected.front()->partition}) >
                expected.front()->event_offset)
            expected.erase(expected.begin());  // it was compacted away, and nothing is behind it
        records.clear();
    }
    return {};
}

Result<std::vector<AssignedPartition>> StoredPositions::place(MonotonicTime at) {
    std::vector<AssignedPartition> placed;
    if (waiting_.empty() || at < next_try_) return placed;
    std::vector<Checkpoint> stored;
    auto ready = find_stored(stored);
    if (ready) ready = check_logs(stored);
    if (!ready) {
        if (!passes(ready.error())) return std::move(ready).error();
        report(&ready.error(), "stored positions cannot be read now; their partitions wait");
        next_try_ = at + retry_pause;
        return placed;
    }
    report(nullptr, "");
    placed = std::exchange(waiting_, {});
    for (AssignedPartition& partition : placed) {
        partition.metadata.clear();  // the inbox says better what was handled beyond the position
        for (const Checkpoint& each : stored) {
            if (each.partition == partition.partition && each.topic == partition.topic)
                partition.offset = each.position;
        }
    }
    return placed;
}

void StoredPositions::save(std::span<const PartitionOffset> positions, MonotonicTime at) {
    if (!active()) return;
    for (const PartitionOffset& position : positions) {
        std::erase_if(unsaved_, [&](const PartitionOffset& each) {
            return each.partition == position.partition && each.topic == position.topic;
        });
        unsaved_.push_back(position);
    }
    if (unsaved_.empty() || at < next_save_) return;
    if (auto saved = stores_.positions->save(projection_, unsaved_); saved) {
        unsaved_.clear();
        report(nullptr, "");
    } else {
        report(&saved.error(), "positions cannot be stored now; they are stored with the next event or later");
        next_save_ = at + retry_pause;
    }
}

void StoredPositions::purge(MonotonicTime at) {
    if (stores_.all.empty()) return;
    const bool due = next_purge_ && at >= *next_purge_;
    if (!next_purge_ || due) next_purge_ = at + purge_interval;
    if (!due) return;
    for (const auto& store : stores_.all) {
        if (auto purged = store->purge(projection_); !purged) report(&purged.error(), "an inbox cannot be purged now");
    }
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
