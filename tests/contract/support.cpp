#include "contract/support.hpp"

#include <thread>

namespace contract {
namespace {

std::chrono::steady_clock::time_point patience_ends() { return std::chrono::steady_clock::now() + bound(); }

Seen keep(const ReceivedRecord& record) {
    return {std::string{record.topic}, record.partition, record.offset, record.to_record(), record.assignment};
}

/// One poll; errors that only say "not now" are waited out.
void poll_once(Reader& reader, std::vector<Seen>& seen, std::size_t most, Duration timeout) {
    std::vector<ReceivedRecord> records;
    const auto polled = reader.poll(records, most, timeout);
    if (!polled && polled.error().kind != ErrorKind::unavailable) polled.value();
    for (const ReceivedRecord& record : records) seen.push_back(keep(record));
}

}  // namespace

std::string fresh_topic(std::int32_t partitions) { return fresh_topic(TopicSpec{.partitions = partitions}); }

std::string fresh_topic(TopicSpec spec) {
    spec.name = fresh_name("topic");
    backend().create_topic(spec);
    return spec.name;
}

void CollectingSink::written(std::span<const WriteOutcome> outcomes) noexcept {
    const std::lock_guard lock{mutex_};
    for (const WriteOutcome& outcome : outcomes) {
        Seen& seen = seen_[outcome.tag];
        ++seen.times;
        seen.partition = outcome.partition;
        seen.offset = outcome.offset;
        if (outcome.error != nullptr) seen.error = *outcome.error;
    }
    changed_.notify_all();
}

std::map<std::uint64_t, CollectingSink::Seen> CollectingSink::seen() const {
    const std::lock_guard lock{mutex_};
    return seen_;
}

CollectingSink::Seen CollectingSink::of(std::uint64_t tag) const {
    const std::lock_guard lock{mutex_};
    const auto found = seen_.find(tag);
    return found == seen_.end() ? Seen{} : found->second;
}

bool CollectingSink::wait_for(std::size_t count) const {
    std::unique_lock lock{mutex_};
    return changed_.wait_until(lock, patience_ends(), [&] { return seen_.size() >= count; });
}

void RecordingListener::assigned(std::span<AssignedPartition> partitions) noexcept {
    if (on_assigned) on_assigned(partitions);
    for (const AssignedPartition& partition : partitions) {
        was_assigned.push_back(partition);
        owned.insert({partition.topic, partition.partition});
    }
}

void RecordingListener::revoked(std::span<const TopicPartition> partitions) noexcept {
    if (on_revoked) on_revoked(partitions);
    for (const TopicPartition& partition : partitions) {
        was_revoked.push_back(partition);
        owned.erase(partition);
    }
}

void RecordingListener::lost(std::span<const TopicPartition> partitions) noexcept {
    for (const TopicPartition& partition : partitions) {
        was_lost.push_back(partition);
        owned.erase(partition);
    }
}

WriterUnderTest::WriterUnderTest(Broker broker, WriterOptions options) {
    options.linger = Duration{0};
    writer = broker.port().writer(options, sink).value();
}

Result<Receipt> WriterUnderTest::write(const Record& record) {
    const std::uint64_t tag = next_tag++;
    if (auto accepted = writer->write(record, tag); !accepted) return accepted.error();
    if (auto flushed = writer->flush(bound()); !flushed) return flushed.error();
    const auto seen = sink.of(tag);
    if (seen.error) return *seen.error;
    return Receipt{record.topic, seen.partition, seen.offset};
}

std::vector<Receipt> WriterUnderTest::write_all(const std::vector<Record>& records) {
    const std::uint64_t first = next_tag;
    for (const Record& record : records) writer->write(record, next_tag++).value();
    writer->flush(bound()).value();
    std::vector<Receipt> receipts;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto seen = sink.of(first + i);
        if (seen.error) throw_bad_result(*seen.error);
        receipts.push_back({records[i].topic, seen.partition, seen.offset});
    }
    return receipts;
}

TransactionUnderTest::TransactionUnderTest(const std::string& id, Duration timeout, Broker broker) {
    TransactionalWriterOptions options{.transactional_id = id, .transaction_timeout = timeout, .init_timeout = bound()};
    options.writer.linger = Duration{0};
    writer = broker.port().transactional_writer(options, sink).value();
}

void TransactionUnderTest::write(const Record& record) { writer->write(record, next_tag++).value(); }

std::unique_ptr<Reader> make_reader(const ReaderOptions& options, RebalanceListener* listener) {
    return backend().make_broker().port().reader(options, listener).value();
}

std::unique_ptr<Reader> read_from_start(const std::string& topic, std::int32_t partitions, Isolation isolation) {
    auto reader = make_reader({.isolation = isolation});
    std::vector<PartitionOffset> positions;
    for (std::int32_t partition = 0; partition < partitions; ++partition) positions.push_back({topic, partition, -1});
    reader->assign(positions).value();
    return reader;
}

std::vector<Seen> read(Reader& reader, std::size_t count) {
    std::vector<Seen> seen;
    const auto end = patience_ends();
    do {
        poll_once(reader, seen, count - seen.size(), backend().step());
    } while (seen.size() < count && std::chrono::steady_clock::now() < end);
    return seen;
}

std::vector<Seen> read_quietly(Reader& reader) {
    std::vector<Seen> seen;
    const auto end = std::chrono::steady_clock::now() + backend().quiet();
    do {
        poll_once(reader, seen, 1'000, backend().step());
    } while (std::chrono::steady_clock::now() < end);
    return seen;
}

bool poll_until(const std::vector<Reader*>& readers, const std::function<bool()>& reached, std::vector<Seen>* records) {
    std::vector<Seen> ignored;
    const auto end = patience_ends();
    while (!reached()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        for (Reader* reader : readers)
            poll_once(*reader, records != nullptr ? *records : ignored, 1'000, backend().step());
    }
    return true;
}

std::optional<Error> poll_error(Reader& reader) {
    const auto end = patience_ends();
    do {
        std::vector<ReceivedRecord> records;
        const auto polled = reader.poll(records, 1'000, backend().step());
        if (!polled && polled.error().kind != ErrorKind::unavailable) return polled.error();
    } while (std::chrono::steady_clock::now() < end);
    return std::nullopt;
}

bool eventually(const std::function<bool()>& reached) {
    const auto end = patience_ends();
    while (!reached()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::yield();
    }
    return true;
}

std::vector<std::string> values(const std::vector<Seen>& records) {
    std::vector<std::string> result;
    for (const Seen& seen : records) result.push_back(seen.record.value.value_or("(null)"));
    return result;
}

std::vector<std::int64_t> offsets(const std::vector<Seen>& records) {
    std::vector<std::int64_t> result;
    for (const Seen& seen : records) result.push_back(seen.offset);
    return result;
}

Record text(const std::string& topic, const std::string& value, std::optional<std::int32_t> partition) {
    return {.topic = topic, .value = value, .partition = partition};
}

Watermarks watermarks(const std::string& topic, std::int32_t partition) {
    return admin()->watermarks({topic, partition}, bound()).value();
}

bool high_watermark_reaches(const std::string& topic, std::int64_t offset) {
    return eventually([&] { return watermarks(topic).high == offset; });
}

std::unique_ptr<Admin> admin() { return backend().make_broker().port().admin().value(); }

}  // namespace contract
