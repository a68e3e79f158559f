#include "snapshot/read_ahead.hpp"

#include <algorithm>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {
namespace {

constexpr Duration poll_wait{10};
constexpr std::size_t poll_records = 1'000;
constexpr std::size_t most_batches = 4;

}  // namespace

ReadBatch poll_batch(Reader& reader, const TopicPartition& partition, Duration most_wait) {
    ReadBatch batch;
    const auto polled = reader.poll(batch.records, poll_records, std::min(poll_wait, most_wait));
    if (!polled) batch.error = polled.error();
    batch.position = reader.position(partition);
    return batch;
}

ReadAhead::ReadAhead(Reader& reader, const TopicPartition& partition, std::int64_t end, std::string_view key)
    : reader_{reader}, partition_{partition}, end_{end}, key_{key}, thread_{[this] { run(); }} {}

ReadAhead::~ReadAhead() {
    {
        const std::lock_guard lock{mutex_};
        stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void ReadAhead::run() {
    std::int64_t position = -1;
    while (position < end_) {
        ReadBatch batch = poll_batch(reader_, partition_, poll_wait);
        for (const ReceivedRecord& record : batch.records)
            if (record.key == key_) static_cast<void>(record.header_count());
        const bool news = !batch.records.empty() || batch.error || batch.position != position;
        position = batch.position;
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return stopped_ || batches_.size() < most_batches; });
        if (stopped_) return;
        if (!news) continue;
        batches_.push_back(std::move(batch));
        changed_.notify_all();
    }
}

ReadBatch ReadAhead::next(Duration most_wait) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::min(poll_wait, most_wait), [this] { return !batches_.empty(); });
    if (batches_.empty()) return {.position = position_};
    ReadBatch batch = std::move(batches_.front());
    batches_.pop_front();
    position_ = batch.position;
    changed_.notify_all();
    return batch;
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
