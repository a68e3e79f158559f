#include "memory/transaction_coordinator.hpp"

#include "core/mutation.hpp"
#include "memory/errors.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

ProducerHandle TransactionCoordinator::initialise(const std::string& id, Duration timeout, Timestamp now) {
    Transaction& transaction = transactions_[id];
    if (transaction.producer < 0) transaction.producer = static_cast<ProducerId>(transactions_.size());
    end(transaction, false, now);
    if (!EVENTSDK_MUTATED(11) || transaction.epoch < 0) ++transaction.epoch;
    transaction.timeout = timeout;
    transaction.timed_out = false;
    return {id, transaction.producer, transaction.epoch};
}

Result<void> TransactionCoordinator::check(const ProducerHandle& handle) const {
    const Transaction& transaction = transactions_.at(handle.transactional_id);
    if (transaction.epoch == handle.epoch) return {};
    const std::string name = "transactional id \"" + handle.transactional_id + "\"";
    return transaction.timed_out
               ? make_error(ErrorKind::fenced, codes::writer_fenced,
                            "the transaction of " + name + " outlived its timeout and was aborted",
                            "raise TransactionalWriterOptions::transaction_timeout")
               : make_error(ErrorKind::fenced, codes::writer_fenced, "a newer instance has taken over " + name,
                            "stop this instance: only the newest may write");
}

void TransactionCoordinator::start(Transaction& transaction, MonotonicTime now) {
    if (!transaction.deadline) transaction.deadline = now + transaction.timeout;
}

void TransactionCoordinator::add(const ProducerHandle& handle, const TopicPartition& partition, MonotonicTime now) {
    Transaction& transaction = transactions_.at(handle.transactional_id);
    start(transaction, now);
    transaction.partitions.insert(partition);
}

void TransactionCoordinator::add_offsets(const ProducerHandle& handle, MonotonicTime now) {
    start(transactions_.at(handle.transactional_id), now);
}

void TransactionCoordinator::end(const ProducerHandle& handle, bool commit, Timestamp now) {
    end(transactions_.at(handle.transactional_id), commit, now);
}

void TransactionCoordinator::end(Transaction& transaction, bool commit, Timestamp now) {
    for (const TopicPartition& partition : transaction.partitions) {
        if (auto log = topics_.log(partition)) (*log)->end_transaction(transaction.producer, commit, now);
    }
    groups_.end_transaction(transaction.producer, commit);
    transaction.partitions.clear();
    transaction.deadline.reset();
}

void TransactionCoordinator::expire(MonotonicTime now, Timestamp wall) {
    for (auto& [id, transaction] : transactions_) {
        if (!transaction.deadline || *transaction.deadline > now || EVENTSDK_MUTATED(12)) continue;
        end(transaction, false, wall);
        ++transaction.epoch;
        transaction.timed_out = true;
    }
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
