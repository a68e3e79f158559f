#include "snapshot/restorer.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {
namespace {

/// Records that lie so close are read together: a fetch brings whole batches anyway.
constexpr std::int64_t close_together = 500;

}  // namespace

Result<void> Restorer::read_events(Call& call, const Stretch& stretch, EventWalk& walk) {
    bool more = true;
    Stretch rest = stretch;
    rest.key = call.walk.id;
    if (options_.index != nullptr)
        if (auto read = read_indexed(call, rest, walk, more); !read) return read;
    if (!more) return {};
    return log_.read(rest, call.cost, [&](const ReceivedRecord& record) { return walk.take(record); });
}

Result<std::vector<IndexedRecord>> Restorer::ask_index(const Call& call, const Stretch& stretch, std::int64_t& end) {
    const auto known = options_.index->partition(stretch.partition);
    if (!known) return known.error();
    end = known->topic_id == call.layout.topic_id ? std::min(known->next, stretch.to) : stretch.from;
    if (end <= stretch.from) return std::vector<IndexedRecord>{};
    return options_.index->find(stretch.partition, call.walk.id, stretch.from, end);
}

// Leaves in `rest` what is still to be read from the log.
Result<void> Restorer::read_indexed(Call& call, Stretch& rest, EventWalk& walk, bool& more) {
    std::int64_t end = 0;
    const auto found = ask_index(call, rest, end);
    if (!found) {
        runtime_.logger->log(
            LogLevel::warning, "the index of events cannot be used; the log is scanned",
            {{"topic", std::string_view{topic_}}, {"reason", std::string_view{found.error().message}}});
        return {};
    }
    for (std::size_t i = 0; more && i < found->size();) {
        const IndexedRecord& first = (*found)[i];
        std::int64_t last = first.offset;
        if (first.record) {
            const auto taken = walk.take(make_received(*first.record, rest.partition.partition, first.offset));
            if (!taken) return taken.error();
            more = *taken;
            ++i;
        } else {
            while (++i < found->size() && !(*found)[i].record && (*found)[i].offset - last <= close_together)
                last = (*found)[i].offset;
            auto read = log_.read({rest.partition, first.offset, last + 1}, call.cost,
                                  [&](const ReceivedRecord& record) -> Result<bool> {
                                      auto taken = walk.take(record);
                                      if (taken) more = *taken;
                                      return taken;
                                  });
            if (!read) return read;
        }
        rest.from = last + 1;
    }
    rest.from = std::max(rest.from, end);
    return {};
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
