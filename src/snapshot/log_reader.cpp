#include "snapshot/log_reader.hpp"

#include "broker/deadline.hpp"
#include "snapshot/errors.hpp"
#include "snapshot/read_ahead.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {
namespace {

constexpr std::size_t most_idle = 4;
constexpr std::int64_t few_records = 500;
constexpr std::size_t few_bytes = std::size_t{128} * 1024;  // fetched at once for them
constexpr std::int64_t long_stretch = 5'000;                // worth a thread

Error closed() { return failure(ErrorKind::closed, "snapshot.closed", "the snapshots are closed"); }

Error too_slow(const Stretch& stretch, std::int64_t position, Duration timeout) {
    return failure(ErrorKind::retriable, "snapshot.read_timeout",
                   place_text(stretch.partition.topic, stretch.partition.partition, position) + ": no record came in " +
                       std::to_string(timeout.count()) + " ms",
                   "try again, or raise SnapshotOptions::timeout");
}

}  // namespace

Result<std::shared_ptr<Admin>> LogReader::admin() {
    const std::lock_guard lock{mutex_};
    if (stopped_) return closed();
    if (admin_ == nullptr) {
        auto made = broker_.port().admin();
        if (!made) return std::move(made).error();
        admin_ = std::move(*made);
    }
    return admin_;
}

Result<TopicDescription> LogReader::describe(const std::string& topic) {
    auto asked = admin();
    if (!asked) return std::move(asked).error();
    return (*asked)->describe_topic(topic, timeout_);
}

Result<Watermarks> LogReader::bounds(const TopicPartition& partition) {
    auto asked = admin();
    if (!asked) return std::move(asked).error();
    return (*asked)->watermarks(partition, timeout_);
}

Result<std::unique_ptr<Reader>> LogReader::borrow(Readers& idle) {
    {
        const std::lock_guard lock{mutex_};
        if (stopped_) return closed();
        if (!idle.empty()) {
            auto reader = std::move(idle.back());
            idle.pop_back();
            return reader;
        }
    }
    ReaderOptions options;
    if (&idle == &idle_for_few_) {
        options.looks_up = true;
        options.prefetch_bytes = few_bytes;
    }
    return broker_.port().reader(options, nullptr);
}

void LogReader::give_back(Readers& idle, std::unique_ptr<Reader> reader) {
    if (!reader->assign({})) return;  // it would go on fetching
    const std::lock_guard lock{mutex_};
    if (idle.size() < most_idle && !stopped_) idle.push_back(std::move(reader));
}

Result<void> LogReader::read(const Stretch& stretch, ReadCost& cost, const Take& take) {
    if (stretch.from >= stretch.to) return {};
    Readers& idle = stretch.to - stretch.from <= few_records ? idle_for_few_ : idle_;
    auto reader = borrow(idle);
    if (!reader) return std::move(reader).error();
    auto done = read_with(**reader, stretch, cost, take);
    if (done) give_back(idle, std::move(*reader));
    return done;
}

Result<void> LogReader::read_with(Reader& reader, const Stretch& stretch, ReadCost& cost, const Take& take) {
    const TopicPartition& partition = stretch.partition;
    const PartitionOffset start{partition.topic, partition.partition, stretch.from, {}};
    if (auto assigned = reader.assign({&start, 1}); !assigned) return assigned;
    std::optional<ReadAhead> ahead;
    try {
        if (stretch.to - stretch.from > long_stretch) ahead.emplace(reader, partition, stretch.to, stretch.key);
    } catch (const std::system_error&) {  // no thread to be had: it goes slower without
    }
    auto deadline = deadline_after(timeout_);
    for (std::int64_t position = stretch.from; position < stretch.to;) {
        if (stopped_) return closed();
        const ReadBatch batch = ahead ? ahead->next(timeout_) : poll_batch(reader, partition, timeout_);
        position = std::max(position, batch.position);
        if (batch.error && batch.error->kind != ErrorKind::unavailable) return *batch.error;
        if (batch.records.empty()) {
            if (std::chrono::steady_clock::now() < deadline) continue;
            return batch.error ? *batch.error : too_slow(stretch, position, timeout_);
        }
        const auto more = hand_over(stretch, batch.records, cost, take);
        if (!more) return more.error();
        if (!*more) return {};
        deadline = deadline_after(timeout_);
    }
    return {};
}

Result<bool> LogReader::hand_over(const Stretch& stretch, const std::vector<ReceivedRecord>& records, ReadCost& cost,
                                  const Take& take) {
    ++cost.fetches;
    if (cost.progress != nullptr && *cost.progress) (*cost.progress)(static_cast<std::int64_t>(records.size()));
    for (const ReceivedRecord& record : records) {
        if (record.offset >= stretch.to) return false;
        ++cost.records;
        cost.bytes += static_cast<std::int64_t>(record.key.value_or("").size() + record.value.value_or("").size());
        auto more = take(record);
        if (!more || !*more) return more;
    }
    return true;
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
