#include <eventsdk/snapshot/event_index.hpp>

#include "snapshot/errors.hpp"
#include "snapshot/log_reader.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

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

std::size_t digest(std::string_view bytes) { return std::hash<std::string_view>{}(bytes); }

/// What the log has of each key, as far as the index goes, is taken out of what the index says.
Result<void> compare(LogReader& log, EventIndex& index, const TopicPartition& place, const std::string& topic_id,
                     IndexReport& report, ReadCost& cost) {
    const auto bounds = log.bounds(place);
    if (!bounds) return bounds.error();
    const auto known = index.partition(place);
    if (!known) return known.error();
    const std::int64_t end = known->topic_id == topic_id ? std::min(known->next, bounds->last_stable) : 0;
    std::map<std::string, std::map<std::int64_t, std::size_t>> there;
    auto read = log.read({place, bounds->low, end}, cost, [&](const ReceivedRecord& record) -> Result<bool> {
        if (record.key) there[std::string{*record.key}][record.offset] = digest(record.value.value_or(""));
        return true;
    });
    if (!read) return read;
    for (auto& [key, log_has] : there) {
        const auto found = index.find(place, key, bounds->low, end);
        if (!found) return found.error();
        for (const IndexedRecord& each : *found) {
            const auto same = log_has.find(each.offset);
            const bool differs =
                same == log_has.end() || (each.record && digest(each.record->value.value_or("")) != same->second);
            report.differences += differs ? 1 : 0;
            log_has.erase(each.offset);
        }
        report.differences += static_cast<std::int64_t>(log_has.size());
    }
    return {};
}

Result<void> update_topic(LogReader& log, EventIndex& index, const std::string& topic, ReadCost& cost) {
    const auto description = log.describe(topic);
    if (!description) return description.error();
    for (std::int32_t number = 0; number < description->partitions; ++number)
        if (auto done = update(log, index, {topic, number}, description->id, cost); !done) return done;
    return {};
}

Result<void> check(const KeepIndexOptions& options) {
    const auto refuse = [](std::string_view option, std::string_view range) {
        return snapshot::failure(ErrorKind::invalid_argument, codes::options_invalid,
                                 "KeepIndexOptions::" + std::string{option} + " is out of range",
                                 "give " + std::string{range});
    };
    constexpr Duration most = std::chrono::hours{1};
    if (options.topics.empty()) return refuse("topics", "one or more");
    if (options.poll < Duration{1} || options.poll > most) return refuse("poll", "1 ms to 1 h");
    if (options.timeout < Duration{1} || options.timeout > most) return refuse("timeout", "1 ms to 1 h");
    return {};
}

/// Whether the next look may go better.
bool passes(const Error& error) {
    return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::retriable ||
           error.code == codes::topic_unknown;
}

}  // namespace

Result<IndexReport> update_index(const Broker& broker, EventIndex& index, const std::string& topic, Duration timeout) {
    LogReader log{broker, timeout};
    ReadCost cost;
    if (auto done = update_topic(log, index, topic, cost); !done) return done.error();
    return IndexReport{.records = cost.records};
}

Result<void> keep_index(const Broker& broker, EventIndex& index, const KeepIndexOptions& options,
                        std::stop_token stop) {
    if (auto checked = check(options); !checked) return checked;
    LogReader log{broker, options.timeout};
    const std::stop_callback ends{stop, [&log] { log.stop(); }};
    std::mutex mutex;
    std::condition_variable_any pause;
    std::set<std::string> failing;  // each failure is told once
    ReadCost cost;
    while (!stop.stop_requested()) {
        for (const std::string& topic : options.topics) {
            auto done = update_topic(log, index, topic, cost);
            if (done) failing.erase(topic);
            if (done || stop.stop_requested()) continue;
            if (!passes(done.error())) return done;
            if (failing.insert(topic).second)
                broker.runtime().logger->log(
                    LogLevel::warning, "a topic cannot be indexed for the time being",
                    {{"topic", std::string_view{topic}}, {"reason", std::string_view{done.error().message}}});
        }
        std::unique_lock lock{mutex};
        pause.wait_for(lock, stop, options.poll, [] { return false; });
    }
    return {};
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
