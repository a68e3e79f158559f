#include "kafka/reader.hpp"

#include "kafka/errors.hpp"
#include "kafka/positions.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

constexpr std::size_t batch = 10'000;  // messages taken from a queue in one go
constexpr Duration serve_interval{100};
constexpr Duration wait_slice{250};

std::string partition_subject(const TopicPartition& partition) {
    return fmt::format("topic '{}' partition {}", partition.topic, partition.partition);
}

}  // namespace

ReadPartition::~ReadPartition() {
    if (queue) rd_kafka_queue_cb_event_enable(queue.get(), nullptr, nullptr);
}

Result<void> KafkaReader::check_usable() const {
    if (closed_) return make_error(ErrorKind::closed, codes::reader_closed, "the reader is closed");
    return {};
}

Result<std::size_t> KafkaReader::poll(std::vector<ReceivedRecord>& out, std::size_t max_records, Duration timeout) {
    if (auto usable = check_usable(); !usable) return usable.error();
    const Deadline deadline{timeout};
    while (true) {
        // Also counts as the poll that group membership asks for.
        if (events_ready_ || std::chrono::steady_clock::now() - served_ >= serve_interval) serve_events();
        if (pending_) complete_assignment();
        if (const std::size_t count = collect(out, max_records); count > 0) return count;
        if (auto error = pending_error()) return *error;
        if (deadline.over()) return std::size_t{0};
        waker_.wait(std::min(deadline.left(), wait_slice));
    }
}

std::size_t KafkaReader::collect(std::vector<ReceivedRecord>& out, std::size_t max_records) {
    std::size_t total = 0;
    const std::size_t count = partitions_.size();
    for (std::size_t i = 0; i < count && total < max_records; ++i) {
        ReadPartition& partition = *partitions_[(turn_ + i) % count];
        if (partition.paused || partition.error || !partition.ready.load(std::memory_order_relaxed)) continue;
        total += take_from(partition, out, max_records - total);
    }
    ++turn_;
    return total;
}

std::size_t KafkaReader::take_from(ReadPartition& partition, std::vector<ReceivedRecord>& out,
                                   std::size_t max_records) {
    const std::size_t wanted = std::min(max_records, batch);
    if (messages_.size() < wanted) messages_.resize(wanted);
    partition.ready = false;  // before looking: what comes later sets it again
    const ssize_t taken = rd_kafka_consume_batch_queue(partition.queue.get(), 0, messages_.data(), wanted);
    if (taken <= 0) return 0;
    const auto count = static_cast<std::size_t>(taken);
    if (count == wanted) partition.ready = true;
    out.reserve(out.size() + count);
    const rd_kafka_topic_t* topic = nullptr;
    std::string_view name;
    std::size_t good = 0;
    std::int64_t end = -1;
    owner_->retain(count);
    for (std::size_t i = 0; i < count; ++i) {
        rd_kafka_message_t* message = messages_[i];
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {  // behind what is never handed out, too
            end = message->offset;
            rd_kafka_message_destroy(message);
            owner_->release();
            continue;
        }
        end = -1;
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            take_partition_error(partition, *message);
            rd_kafka_message_destroy(message);
            owner_->release();
            continue;
        }
        if (message->rkt != topic) {
            topic = message->rkt;
            name = rd_kafka_topic_name(topic);
        }
        out.push_back(make_record(message, name, partition.assignment));
        ++good;
    }
    if (good > 0 && unreachable_) {
        context().causes.clear();
        unreachable_ = false;
    }
    if (good > 0) partition.position.store(out.back().offset + 1, std::memory_order_relaxed);
    if (end >= 0) partition.position.store(end, std::memory_order_relaxed);
    return good;
}

std::optional<Error> KafkaReader::pending_error() {
    if (fatal_) return fatal_;
    for (const auto& partition : partitions_) {
        if (partition->error) return partition->error;
    }
    if (errors_.empty()) return std::nullopt;
    Error error = std::move(errors_.front());
    errors_.pop_front();
    return error;
}

std::shared_ptr<ReadPartition> KafkaReader::find(const TopicPartition& partition) const {
    const std::lock_guard lock{mutex_};
    const auto found = std::find_if(partitions_.begin(), partitions_.end(),
                                    [&](const auto& candidate) { return candidate->id == partition; });
    return found != partitions_.end() ? *found : nullptr;
}

void KafkaReader::pause(std::span<const TopicPartition> partitions) {
    for (const TopicPartition& id : partitions) {
        if (const auto partition = find(id)) partition->paused = true;
    }
}

void KafkaReader::resume(std::span<const TopicPartition> partitions) {
    for (const TopicPartition& id : partitions) {
        if (const auto partition = find(id)) partition->paused = false;
    }
    waker_.wake();
}

std::int64_t KafkaReader::position(const TopicPartition& partition) const {
    const auto found = find(partition);
    return found ? found->position.load(std::memory_order_relaxed) : -1;
}

std::vector<TopicPartition> KafkaReader::assignment() const {
    const std::lock_guard lock{mutex_};
    std::vector<TopicPartition> ids;
    for (const auto& partition : partitions_) ids.push_back(partition->id);
    return ids;
}

Result<void> KafkaReader::seek(const TopicPartition& partition, std::int64_t offset) {
    if (auto usable = check_usable(); !usable) return usable;
    const auto found = find(partition);
    if (!found) {
        return make_error(ErrorKind::invalid_argument, codes::not_assigned,
                          fmt::format("{} is not assigned to this reader", partition_subject(partition)));
    }
    if (offset < 0) {
        return make_error(ErrorKind::invalid_argument, codes::options_invalid,
                          fmt::format("{}: offset {} is negative", partition_subject(partition), offset));
    }
    const PartitionList list = to_native(std::span{&partition, 1});
    list->elems[0].offset = offset;
    const NativeError failed{rd_kafka_seek_partitions(native(), list.get(), milliseconds(request_timeout_))};
    if (failed != nullptr) return make_error(failed.get(), partition_subject(partition));
    if (list->elems[0].err == RD_KAFKA_RESP_ERR__STATE) return reassign_at(partition, offset);
    if (list->elems[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return make_error(list->elems[0].err, partition_subject(partition));
    }
    found->error.reset();
    found->position = offset;
    found->ready = true;
    return {};
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
