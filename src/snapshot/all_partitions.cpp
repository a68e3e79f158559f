#include "snapshot/restorer.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {
namespace {

struct Gathered {
    ReceivedRecord record{};
    std::optional<std::int64_t> revision{};
};

/// By revision where all events have one, else by the time of their records.
void sort(std::vector<Gathered>& events) {
    const bool revised =
        std::all_of(events.begin(), events.end(), [](const Gathered& each) { return each.revision.has_value(); });
    std::stable_sort(events.begin(), events.end(), [revised](const Gathered& a, const Gathered& b) {
        return revised ? *a.revision < *b.revision : a.record.timestamp < b.record.timestamp;
    });
}

}  // namespace

Result<void> Restorer::read_all_partitions(Call& call, EventWalk& walk) {
    std::vector<Gathered> events;
    OpenScratch scratch;
    Opened opened;
    for (std::int32_t number = 0; number < call.layout.partitions; ++number) {
        const TopicPartition partition{topic_, number};
        const auto bounds = log_.bounds(partition);
        if (!bounds) return bounds.error();
        call.walk.report.log_cut = call.walk.report.log_cut || bounds->low > 0;
        auto read = log_.read({partition, bounds->low, bounds->last_stable}, call.cost,
                              [&](const ReceivedRecord& record) -> Result<bool> {
                                  if (record.key != call.walk.id || !record.value) return true;
                                  Gathered made{make_received(record.to_record(), number, record.offset)};
                                  if (catalogue_.open(made.record, scratch, opened))
                                      made.revision = opened.envelope.revision;
                                  events.push_back(std::move(made));
                                  return true;
                              });
        if (!read) return read;
    }
    sort(events);
    for (const Gathered& each : events) {
        const auto more = walk.take(each.record);
        if (!more) return more.error();
        if (!*more) return {};
    }
    return {};
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
