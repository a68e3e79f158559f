#include "consume/dead_letter_log.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr std::size_t poll_records = 500;
constexpr Duration poll_patience{200};

}  // namespace

Result<TopicExtent> TopicExtent::measure(const Broker& broker, Admin& admin, const std::string& topic,
                                         Duration timeout) {
    TopicExtent extent{broker, topic, timeout};
    const auto described = admin.describe_topic(topic, timeout);
    if (!described) return described.error();
    for (std::int32_t partition = 0; partition < described->partitions; ++partition) {
        const auto marks = admin.watermarks({topic, partition}, timeout);
        if (!marks) return marks.error();
        extent.bounds_[partition] = *marks;
    }
    return extent;
}

Error TopicExtent::no_progress(std::string_view cause) const {
    Error error{.kind = ErrorKind::unavailable, .code = "redrive.no_progress"};
    error.message.append("no record of \"").append(topic_).append("\" came within the time-out");
    if (!cause.empty()) error.message.append(": ").append(cause);
    error.hint = "run it again when the broker answers, or give a longer time-out";
    return error;
}

Result<std::unique_ptr<Reader>> TopicExtent::start() const {
    auto reader = broker_.port().reader({}, nullptr);
    if (!reader) return reader;
    std::vector<PartitionOffset> from;
    for (const auto& [partition, marks] : bounds_) from.push_back({topic_, partition, marks.low, {}});
    if (auto assigned = (*reader)->assign(from); !assigned) return std::move(assigned).error();
    return reader;
}

Result<void> TopicExtent::read(const std::function<Result<bool>(const ReceivedRecord&)>& visit,
                               const std::stop_token& stop) const {
    auto reader = start();
    if (!reader) return std::move(reader).error();
    const auto at_end = [&](const auto& bound) {
        return (*reader)->position({topic_, bound.first}) >= bound.second.last_stable ||
               bound.second.low >= bound.second.last_stable;
    };
    auto last_progress = std::chrono::steady_clock::now();
    std::vector<ReceivedRecord> records;
    while (!stop.stop_requested() && !std::all_of(bounds_.begin(), bounds_.end(), at_end)) {
        records.clear();
        const auto polled = (*reader)->poll(records, poll_records, poll_patience);
        if (!polled && polled.error().kind != ErrorKind::unavailable) return polled.error();
        for (const ReceivedRecord& record : records) {
            if (record.offset >= bounds_.at(record.partition).last_stable) continue;
            const auto go_on = visit(record);
            if (!go_on) return go_on.error();
            if (!*go_on || stop.stop_requested()) return {};
        }
        const auto now = std::chrono::steady_clock::now();
        if (!records.empty()) last_progress = now;
        if (now - last_progress > timeout_) return no_progress(polled ? "" : polled.error().message);
    }
    return {};
}

Result<std::optional<Record>> read_one(const Broker& broker, Admin& admin, const PartitionOffset& place,
                                       Duration timeout) {
    const auto marks = admin.watermarks({place.topic, place.partition}, timeout);
    if (!marks && marks.error().kind == ErrorKind::invalid_argument) return std::optional<Record>{};
    if (!marks) return marks.error();
    if (place.offset < marks->low || place.offset >= marks->last_stable) return std::optional<Record>{};
    auto reader = broker.port().reader({}, nullptr);
    if (!reader) return std::move(reader).error();
    if (auto assigned = (*reader)->assign({&place, 1}); !assigned) return std::move(assigned).error();
    const auto end = std::chrono::steady_clock::now() + timeout;
    std::vector<ReceivedRecord> records;
    while (records.empty() && std::chrono::steady_clock::now() < end) {
        const auto polled = (*reader)->poll(records, 1, poll_patience);
        if (!polled && polled.error().kind != ErrorKind::unavailable) return polled.error();
        if ((*reader)->position({place.topic, place.partition}) > place.offset && records.empty()) break;
    }
    if (records.empty() || records.front().offset != place.offset) return std::optional<Record>{};
    return std::optional{records.front().to_record()};
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
