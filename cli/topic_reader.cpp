#include "topic_reader.hpp"

#include "exit_status.hpp"
#include "terminal.hpp"

#include <chrono>

namespace cli {
namespace {

using namespace std::chrono_literals;

constexpr eventsdk::Duration poll_wait = 200ms;
constexpr std::size_t poll_records = 500;

}  // namespace

TopicReader::TopicReader(const eventsdk::Broker& broker, const std::string& topic, const From& from,
                         eventsdk::Duration timeout)
    : topic_{topic}, timeout_{timeout} {
    auto admin = value_or_stop(broker.port().admin());
    const auto described = value_or_stop(admin->describe_topic(topic, timeout));
    if (from.partition && *from.partition >= described.partitions)
        throw Failure{no, "topic '" + topic + "' has no partition " + std::to_string(*from.partition), {}};
    reader_ = value_or_stop(broker.port().reader({}, nullptr));
    std::vector<eventsdk::PartitionOffset> positions;
    for (std::int32_t partition = 0; partition < described.partitions; ++partition) {
        if (from.partition && *from.partition != partition) continue;
        const auto marks = value_or_stop(admin->watermarks({topic, partition}, timeout));
        const std::int64_t start = start_of(*admin, {topic, partition}, marks, from);
        positions.push_back({topic, partition, start});
        next_[partition] = start;
        ends_[partition] = marks.last_stable;
    }
    succeed_or_stop(reader_->assign(positions));
}

std::int64_t TopicReader::start_of(eventsdk::Admin& admin, const eventsdk::TopicPartition& partition,
                                   const eventsdk::Watermarks& marks, const From& from) const {
    switch (from.kind) {
        case From::Kind::beginning: return marks.low;
        case From::Kind::end: return marks.high;
        case From::Kind::time: return value_or_stop(admin.offset_for_time(partition, from.time, timeout_));
        case From::Kind::offset: break;
    }
    if (from.offset < marks.low || from.offset > marks.high)
        throw Failure{no,
                      "partition " + std::to_string(partition.partition) + " of '" + topic_ + "' holds offsets " +
                          std::to_string(marks.low) + " to " + std::to_string(marks.high - 1) + ", not " +
                          std::to_string(from.offset),
                      {}};
    return from.offset;
}

bool TopicReader::at_end() const {
    for (const auto& [partition, end] : ends_) {
        const std::int64_t position = reader_->position({topic_, partition});
        if (next_.at(partition) < end && position < end) return false;
    }
    return true;
}

void TopicReader::run(bool to_end, const std::function<bool(const eventsdk::ReceivedRecord&)>& take,
                      const std::function<void()>& idle) {
    auto last_progress = std::chrono::steady_clock::now();
    bool told = false;
    std::vector<eventsdk::ReceivedRecord> records;
    while (!to_end || !at_end()) {
        check_interrupted();
        records.clear();
        auto polled = reader_->poll(records, poll_records, poll_wait);
        if (!polled && (to_end || polled.error().kind != eventsdk::ErrorKind::unavailable))
            throw failure_of(polled.error());
        if (!polled && !told) diagnose(polled.error().message + "; waiting for it");
        told = !polled;
        for (const eventsdk::ReceivedRecord& record : records) {
            if (to_end && record.offset >= ends_.at(record.partition)) continue;
            next_[record.partition] = record.offset + 1;
            if (!take(record)) return idle();
        }
        idle();
        const auto now = std::chrono::steady_clock::now();
        if (!records.empty()) last_progress = now;
        if (to_end && now - last_progress > timeout_)
            throw Failure{unreachable, "no record of '" + topic_ + "' came within the time-out", "give --timeout"};
    }
}

}  // namespace cli
