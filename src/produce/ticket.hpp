#pragma once

#include <eventsdk/broker/record.hpp>
#include <eventsdk/core/result.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace produce {

using Deadline = std::chrono::steady_clock::time_point;

/// The deadline of a call, read from the clock when it is first asked for: most calls never wait.
class Until {
public:
    explicit Until(Duration timeout) : timeout_{timeout} {}
    explicit Until(Deadline deadline) : deadline_{deadline} {}
    [[nodiscard]] Deadline deadline() {
        if (!deadline_) deadline_ = std::chrono::steady_clock::now() + timeout_;
        return *deadline_;
    }

private:
    Duration timeout_{};
    std::optional<Deadline> deadline_{};
};

/// Where the callers of publish() and publish_all() wait for their outcomes; shared with the records in flight, so that
/// a caller whose time is up may leave.
class Ticket {
public:
    explicit Ticket(std::size_t records) : outcomes_(records), missing_{records} {}

    /// The outcome of one record, once. The last one wakes the waiting caller.
    void settle(std::size_t index, const Result<Receipt>& outcome) {
        const std::lock_guard lock{mutex_};
        if (outcomes_[index]) return;
        outcomes_[index] = outcome;
        if (--missing_ == 0) all_here_.notify_all();
    }
    /// Takes all outcomes; `late` where there is none at the deadline.
    std::vector<Result<Receipt>> wait(Deadline deadline, const Error& late) {
        std::unique_lock lock{mutex_};
        all_here_.wait_until(lock, deadline, [this] { return missing_ == 0; });
        std::vector<Result<Receipt>> taken;
        taken.reserve(outcomes_.size());
        for (auto& outcome : outcomes_) {
            if (!outcome) outcome.emplace(late);
            taken.push_back(*outcome);
        }
        return taken;
    }

private:
    std::mutex mutex_;
    std::condition_variable all_here_;
    std::vector<std::optional<Result<Receipt>>> outcomes_;
    std::size_t missing_;
};

}  // namespace produce
EVENTSDK_END_NAMESPACE
