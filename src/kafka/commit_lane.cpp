#include "kafka/commit_lane.hpp"

#include "kafka/errors.hpp"
#include "kafka/positions.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

constexpr Duration answer_slice{100};  // another thread may take the answer that this one waits for

Result<void> result_of(rd_kafka_event_t* event, std::string_view subject) {
    if (const auto failed = rd_kafka_event_error(event)) return make_error(failed, subject);
    const auto* answered = rd_kafka_event_topic_partition_list(event);
    for (int i = 0; answered != nullptr && i < answered->cnt; ++i) {
        if (answered->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return make_error(answered->elems[i].err, subject);
    }
    return {};
}

}  // namespace

CommitLane::CommitLane(rd_kafka_t* native, Context& context, const std::string& group)
    : native_{native},
      context_{context},
      subject_{fmt::format("commit of group '{}'", group)},
      answers_{rd_kafka_queue_new(native)} {}

Result<void> CommitLane::commit(std::span<const PartitionOffset> positions, Duration timeout) {
    const Deadline deadline{timeout};
    Lock lock{mutex_};
    for (const PartitionOffset& position : positions) forget_one({position.topic, position.partition});
    while (under_way_) {
        if (!take_answer(lock, deadline)) return too_late(deadline, ", behind an earlier one");
    }
    const auto answer = std::make_shared<Answer>();
    if (auto sent = send(positions, answer); !sent) return sent;
    while (!answer->has_value()) {
        if (take_answer(lock, deadline) || answer->has_value()) continue;
        caller_.reset();
        return too_late(deadline, "");
    }
    serve_locked();
    return std::move(**answer);
}

void CommitLane::commit_async(std::span<const PartitionOffset> positions) {
    const Lock lock{mutex_};
    for (const PartitionOffset& position : positions) {
        forget_one({position.topic, position.partition});
        next_.push_back(position);
    }
    serve_locked();
}

void CommitLane::serve() {
    const Lock lock{mutex_};
    serve_locked();
}

void CommitLane::forget(std::span<const TopicPartition> partitions) {
    const Lock lock{mutex_};
    for (const TopicPartition& partition : partitions) forget_one(partition);
}

void CommitLane::forget_one(const TopicPartition& partition) {
    std::erase_if(next_, [&](const PartitionOffset& waiting) {
        return waiting.partition == partition.partition && waiting.topic == partition.topic;
    });
}

void CommitLane::serve_locked() {
    if (under_way_) {
        const Event event{rd_kafka_queue_poll(answers_.get(), 0)};
        if (event == nullptr) return;
        settle(event.get());
    }
    if (next_.empty()) return;
    const std::vector<PartitionOffset> positions = std::exchange(next_, {});
    if (auto sent = send(positions, nullptr); !sent) log_failure(sent.error());
}

Result<void> CommitLane::send(std::span<const PartitionOffset> positions, std::shared_ptr<Answer> caller) {
    const PartitionList list = to_native(positions);
    const auto refused = rd_kafka_commit_queue(native_, list.get(), answers_.get(), nullptr, nullptr);
    if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) return make_error(refused, subject_);
    under_way_ = true;
    caller_ = std::move(caller);
    return {};
}

bool CommitLane::take_answer(Lock& lock, const Deadline& deadline) {
    lock.unlock();
    const Event event{rd_kafka_queue_poll(answers_.get(), deadline.slice_ms(answer_slice))};
    lock.lock();
    if (event != nullptr) settle(event.get());
    return event != nullptr || !deadline.over();
}

void CommitLane::settle(rd_kafka_event_t* event) {
    Result<void> result = result_of(event, subject_);
    under_way_ = false;
    if (const auto caller = std::exchange(caller_, nullptr)) *caller = std::move(result);
    else if (!result) log_failure(result.error());
}

void CommitLane::log_failure(const Error& reason) const {
    context_.runtime.logger->log(LogLevel::warning, "a commit without waiting failed; the next one repairs it",
                                 {{"reason", reason.message}});
}

Error CommitLane::too_late(const Deadline& deadline, std::string_view behind) const {
    Error error = context_.causes.explain_timeout(fmt::format("{}{}", subject_, behind), deadline.timeout());
    error.kind = ErrorKind::retriable;
    error.code = codes::timeout;
    return error;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
