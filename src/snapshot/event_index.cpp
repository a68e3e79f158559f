#include <eventsdk/snapshot/event_index.hpp>

#include "snapshot/log_reader.hpp"

#include <algorithm>
#include <map>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using snapshot::LogReader;
using snapshot::ReadCost;

constexpr std::size_t records_at_once = 5'000;

Result<void> update(LogReader& log, EventIndex& index, const TopicPartition& place, const std::string& topic_id,
                    ReadCost& cost) {
    const auto bounds = log.bounds(place);
    if (!bounds) return bounds.error();
    const auto known = index.partition(place);
    if (!known) return known.error();
    const bool same = known->topic_id == topic_id && known->next <= bounds->last_stable;
    std::int64_t from = same ? known->next : 0;
    std::vector<ReceivedRecord> records;
    const auto add = [&](std::int64_t next) {
        auto added = index.add(place, topic_id, from, records, next);
        records.clear();
        from = next;
        return added;
    };
    auto read = log.read({place, std::max(from, bounds->low), bounds->last_stable}, cost,
                         [&](const ReceivedRecord& record) -> Result<bool> {
                             records.push_back(make_received(record.to_record(), record.partition, record.offset));
                             if (records.size() < records_at_once) return true;
                             if (auto added = add(record.offset + 1); !added) return added.error();
                             return true;
                         });
    if (!read) return read;
    return from < bounds->last_stable || !records.empty() ? add(bounds->last_stable) : Result<void>{};
}

/// What the log has of each key, as far as the index goes, is taken out of what the index says.
Result<void> compare(LogReader& log, EventIndex& index, const TopicPartition& place, const std::string& topic_id,
                     IndexReport& report, ReadCost& cost) {
    const auto bounds = log.bounds(place);
    if (!bounds) return bounds.error();
    const auto known = index.partition(place);
    if (!known) return known.error();
    const std::int64_t end = known->topic_id == topic_id ? std::min(known->next, bounds->last_stable) : 0;
    std::map<std::string, std::vector<std::int64_t>> there;
    auto read = log.read({place, bounds->low, end}, cost, [&](const ReceivedRecord& record) -> Result<bool> {
        if (record.key && record.value) there[std::string{*record.key}].push_back(record.offset);
        return true;
    });
    if (!read) return read;
    for (const auto& [key, offsets] : there) {
        const auto found = index.find(place, key, bounds->low, end);
        if (!found) return found.error();
        std::vector<std::int64_t> indexed;
        for (const IndexedRecord& each : *found) indexed.push_back(each.offset);
        std::vector<std::int64_t> differ;
        std::set_symmetric_difference(offsets.begin(), offsets.end(), indexed.begin(), indexed.end(),
                                      std::back_inserter(differ));
        report.differences += static_cast<std::int64_t>(differ.size());
    }
    return {};
}

}  // namespace

Result<IndexReport> update_index(const Broker& broker, EventIndex& index, const std::string& topic, Duration timeout) {
    LogReader log{broker, timeout};
    const auto description = log.describe(topic);
    if (!description) return description.error();
    ReadCost cost;
    for (std::int32_t number = 0; number < description->partitions; ++number)
        if (auto done = update(log, index, {topic, number}, description->id, cost); !done) return done.error();
    return IndexReport{.records = cost.records};
}

Result<IndexReport> check_index(const Broker& broker, EventIndex& index, const std::string& topic, Duration timeout) {
    LogReader log{broker, timeout};
    const auto description = log.describe(topic);
    if (!description) return description.error();
    IndexReport report;
    ReadCost cost;
    for (std::int32_t number = 0; number < description->partitions; ++number)
        if (auto done = compare(log, index, {topic, number}, description->id, report, cost); !done) return done.error();
    report.records = cost.records;
    return report;
}

EVENTSDK_END_NAMESPACE
