#pragma once

#include "kafka/admin_client.hpp"

#include <eventsdk/broker/reader.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// The commits of a group's member, one under way at a time: librdkafka sends failed ones again, each by a time of its
/// own, and an earlier one that comes last would bring the group back. One that its caller has given up is under way
/// until it is answered.
///
/// **Thread safety**: any thread.
class CommitLane {
public:
    /// Both must outlive it.
    CommitLane(rd_kafka_t* native, Context& context, const std::string& group);

    /// Waits for its turn and for the answer.
    [[nodiscard]] Result<void> commit(std::span<const PartitionOffset> positions, Duration timeout);
    /// Sent at its turn; of each partition only the newest.
    void commit_async(std::span<const PartitionOffset> positions);
    /// Takes the answer that has come and sends what waits. Never waits.
    void serve();
    /// What waits for these partitions is not sent any more.
    void forget(std::span<const TopicPartition> partitions);
    void log_failure(const Error& reason) const;

private:
    using Lock = std::unique_lock<std::mutex>;
    using Answer = std::optional<Result<void>>;

    void forget_one(const TopicPartition& partition);
    [[nodiscard]] Result<void> send(std::span<const PartitionOffset> positions, std::shared_ptr<Answer> caller);
    [[nodiscard]] bool take_answer(Lock& lock, const Deadline& deadline);
    void settle(rd_kafka_event_t* event);
    void serve_locked();
    [[nodiscard]] Error too_late(const Deadline& deadline, std::string_view behind) const;

    rd_kafka_t* const native_;
    Context& context_;
    const std::string subject_;
    const Queue answers_;

    std::mutex mutex_;  // guards the rest; never held while waiting
    bool under_way_ = false;
    std::shared_ptr<Answer> caller_;     // of the one under way; null where nobody waits
    std::vector<PartitionOffset> next_;  // without waiting, the newest of each partition
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
