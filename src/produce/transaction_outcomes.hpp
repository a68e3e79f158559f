#pragma once

#include "produce/ticket.hpp"

#include <eventsdk/broker/writer.hpp>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>

EVENTSDK_BEGIN_NAMESPACE
namespace produce {

/// The outcomes of the records of one transaction at a time: keeps the first failure, passes over those of earlier
/// transactions.
/// **Thread safety**: all members may be called from any thread.
class TransactionOutcomes final : public WriteSink {
public:
    /// Begins anew; records are tagged with what it returns.
    std::uint64_t begin() {
        const std::lock_guard lock{mutex_};
        failure_.reset();
        records_ = 0;
        return ++transaction_;
    }
    void taken() {
        const std::lock_guard lock{mutex_};
        ++records_;
    }
    void fail(const Error& error) {
        const std::lock_guard lock{mutex_};
        if (!failure_) failure_ = error;
    }
    [[nodiscard]] std::optional<Error> failure() const {
        const std::lock_guard lock{mutex_};
        return failure_;
    }
    /// Records taken since begin().
    [[nodiscard]] std::size_t records() const {
        const std::lock_guard lock{mutex_};
        return records_;
    }
    /// Waits until outcomes have arrived, but not long: the writer frees their room a moment later.
    void wait_for_some(Deadline deadline) {
        std::unique_lock lock{mutex_};
        const std::uint64_t seen = arrivals_;
        const Deadline until = std::min(deadline, std::chrono::steady_clock::now() + std::chrono::milliseconds{10});
        arrived_.wait_until(lock, until, [&] { return arrivals_ != seen; });
    }

    void written(std::span<const WriteOutcome> outcomes) noexcept override {
        const std::lock_guard lock{mutex_};
        ++arrivals_;
        for (const WriteOutcome& outcome : outcomes)
            if (outcome.error != nullptr && outcome.tag == transaction_ && !failure_) failure_ = *outcome.error;
        arrived_.notify_all();
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::optional<Error> failure_;
    std::uint64_t transaction_ = 0;
    std::uint64_t arrivals_ = 0;
    std::size_t records_ = 0;
};

}  // namespace produce
EVENTSDK_END_NAMESPACE
