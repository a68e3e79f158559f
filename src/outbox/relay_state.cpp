#include "outbox/relay_state.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {
namespace {

constexpr Duration poll_wait{100};
constexpr std::size_t poll_records = 500;
constexpr std::int64_t first_look_back = 256;  // a transaction takes two offsets
constexpr std::int64_t earliest = -1;

Error bad_state(std::string message) {
    return {.kind = ErrorKind::fatal,
            .code = "relay.state",
            .message = std::move(message),
            .hint = "the relay-state topic belongs to the relays of one outbox alone"};
}

/// Reads partitions up to their fences.
class StateReader {
public:
    StateReader(std::string topic, const std::map<int, std::int64_t>& fences)
        : topic_{std::move(topic)}, fences_{fences} {}

    Result<void> run(BrokerPort& broker, std::span<const PartitionOffset> from, MonotonicTime deadline) {
        auto reader = broker.reader({}, nullptr);
        if (!reader) return std::move(reader).error();
        if (auto assigned = (*reader)->assign(from); !assigned) return assigned;
        std::set<int> open;
        for (const PartitionOffset& each : from) open.insert(each.partition);
        std::vector<ReceivedRecord> records;
        while (!open.empty()) {
            records.clear();
            auto polled = (*reader)->poll(records, poll_records, poll_wait);
            if (!polled && polled.error().kind != ErrorKind::unavailable) return std::move(polled).error();
            for (const ReceivedRecord& record : records) take(record, open);
            if (!open.empty() && std::chrono::steady_clock::now() >= deadline) return too_late(open);
        }
        (*reader)->close(Duration{0});
        return {};
    }
    [[nodiscard]] const std::map<int, std::string>& states() const noexcept { return states_; }

private:
    void take(const ReceivedRecord& record, std::set<int>& open) {
        const std::int64_t fence = fences_.at(record.partition);
        if (record.offset >= fence) open.erase(record.partition);
        else if (record.key == state_key(record.partition) && record.value) states_[record.partition] = *record.value;
    }
    [[nodiscard]] Error too_late(const std::set<int>& open) const {
        return {.kind = ErrorKind::unavailable,
                .code = "relay.state_timeout",
                .message = fmt::format("{} partition(s) of {} could not be read in time", open.size(), topic_),
                .hint = "the relay tries again; lengthen the lease when this does not end"};
    }

    std::string topic_;
    const std::map<int, std::int64_t>& fences_;
    std::map<int, std::string> states_;
};

}  // namespace

std::string format_state(std::span<const OutboxRow* const> rows) {
    std::string text = "{\"rows\":[";
    for (const OutboxRow* row : rows) {
        const std::string_view comma = row == rows.front() ? "" : ",";
        fmt::format_to(std::back_inserter(text), "{}[{},{}]", comma, row->seq,
                       nlohmann::json(row->record.event_id).dump());
    }
    return text + "]}";
}

Result<std::vector<OutboxRow>> parse_state(std::string_view text) {
    const auto state = nlohmann::json::parse(text, nullptr, false);
    if (!state.is_object() || !state.contains("rows") || !state["rows"].is_array()) {
        return bad_state("a record of the relay-state topic holds no rows");
    }
    std::vector<OutboxRow> rows;
    for (const auto& pair : state["rows"]) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_integer() || !pair[1].is_string()) {
            return bad_state("a row of the relay-state topic is no [number, event id]");
        }
        OutboxRow row;
        row.seq = pair[0].get<std::int64_t>();
        row.record.event_id = pair[1].get<std::string>();
        rows.push_back(std::move(row));
    }
    return rows;
}

Result<std::vector<OutboxRow>> read_states(BrokerPort& broker, const std::string& topic,
                                           const std::map<int, std::int64_t>& fences, MonotonicTime deadline) {
    StateReader reader{topic, fences};
    std::vector<PartitionOffset> from;
    for (const auto& [group, fence] : fences) {
        from.push_back({topic, group, fence > first_look_back ? fence - first_look_back : earliest, {}});
    }
    if (auto done = reader.run(broker, from, deadline); !done) return std::move(done).error();
    // Only fences and aborted transactions so near to the end: read it all.
    std::erase_if(from, [&reader](const PartitionOffset& each) {
        return each.offset == earliest || reader.states().contains(each.partition);
    });
    for (PartitionOffset& each : from) each.offset = earliest;
    if (!from.empty()) {
        if (auto done = reader.run(broker, from, deadline); !done) return std::move(done).error();
    }
    std::vector<OutboxRow> rows;
    for (const auto& [group, text] : reader.states()) {
        auto parsed = parse_state(text);
        if (!parsed) return parsed;
        std::move(parsed->begin(), parsed->end(), std::back_inserter(rows));
    }
    return rows;
}

}  // namespace outbox
EVENTSDK_END_NAMESPACE
