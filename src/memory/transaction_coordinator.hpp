#pragma once

#include "memory/group_coordinator.hpp"
#include "memory/topics.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

/// What a writer knows of its transactional id; a newer epoch fences it.
struct ProducerHandle {
    std::string transactional_id{};
    ProducerId producer = -1;
    std::int32_t epoch = -1;
};

/// The transactions: one state for each transactional id.
///
/// initialise() raises the epoch, so that whoever held the id before is fenced, and aborts what he left open. A
/// transaction begins with its first record or offsets; its end writes a control record into every partition that it
/// wrote to and makes its offsets visible. One that stays open longer than its timeout is aborted by the coordinator,
/// which raises the epoch: its writer is fenced.
///
/// Time passes only in expire(). Not thread-safe; the cluster's lock guards it.
class TransactionCoordinator {
public:
    TransactionCoordinator(Topics& topics, GroupCoordinator& groups) : topics_{topics}, groups_{groups} {}

    [[nodiscard]] ProducerHandle initialise(const std::string& transactional_id, Duration timeout, Timestamp now);
    /// @return `fenced` when the handle's epoch is not the current one
    [[nodiscard]] Result<void> check(const ProducerHandle& handle) const;
    /// Makes a partition, or the offsets of a group, part of the transaction; starts its time.
    void add(const ProducerHandle& handle, const TopicPartition& partition, MonotonicTime now);
    void add_offsets(const ProducerHandle& handle, MonotonicTime now);
    void end(const ProducerHandle& handle, bool commit, Timestamp now);
    void expire(MonotonicTime now, Timestamp wall);

private:
    struct Transaction {
        ProducerId producer = -1;
        std::int32_t epoch = -1;
        Duration timeout{};
        bool timed_out = false;                   ///< why the last epoch was raised
        std::optional<MonotonicTime> deadline{};  ///< of the open transaction
        std::set<TopicPartition> partitions{};
    };

    void start(Transaction& transaction, MonotonicTime now);
    void end(Transaction& transaction, bool commit, Timestamp now);

    Topics& topics_;
    GroupCoordinator& groups_;
    std::map<std::string, Transaction> transactions_;
};

}  // namespace memory
EVENTSDK_END_NAMESPACE
