#pragma once

#include "memory/transaction_coordinator.hpp"

#include <eventsdk/broker/partitioner.hpp>
#include <eventsdk/core/runtime.hpp>
#include <eventsdk/memory/broker.hpp>

#include <condition_variable>
#include <mutex>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

/// What one broker process would hold, behind one lock. Every port goes through enter(), which first does what time
/// has brought about: dead members leave, transactions time out.
class Cluster {
public:
    using Lock = std::unique_lock<std::mutex>;

    Cluster(const Options& options, Runtime runtime) : options_{options}, runtime_{std::move(runtime)} {}

    [[nodiscard]] Lock enter();
    /// Gives the lock up until something was written, committed or joined, or until `deadline`, then does what
    /// enter() does.
    /// @return false when the deadline has passed
    bool wait(Lock& lock, std::chrono::steady_clock::time_point deadline);
    void notify() { changed_.notify_all(); }

    // The members below may be used under the lock only.
    [[nodiscard]] Topics& topics() { return topics_; }
    [[nodiscard]] GroupCoordinator& groups() { return groups_; }
    [[nodiscard]] TransactionCoordinator& transactions() { return transactions_; }
    [[nodiscard]] Result<void> create_topic(const TopicSpec& spec);
    [[nodiscard]] Result<void> delete_topic(const std::string& topic);
    /// Chooses the partition and appends; with a handle the record belongs to that transaction.
    [[nodiscard]] Result<Receipt> append(const Record& record, const Partitioner& partitioner,
                                         const ProducerHandle* transaction);

    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] const Runtime& runtime() const { return runtime_; }
    [[nodiscard]] Timestamp now() const;
    [[nodiscard]] MonotonicTime monotonic() const { return runtime_.clock->monotonic(); }

private:
    void let_time_pass();
    [[nodiscard]] Result<Topic*> topic_for_write(const std::string& name);
    [[nodiscard]] Result<Timestamp> timestamp_for(const Record& record, const Topic& topic) const;

    const Options options_;
    const Runtime runtime_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Topics topics_;
    GroupCoordinator groups_{topics_};
    TransactionCoordinator transactions_{topics_, groups_};
};

}  // namespace memory
EVENTSDK_END_NAMESPACE
