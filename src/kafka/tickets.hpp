#pragma once

#include <eventsdk/broker/writer.hpp>
#include <eventsdk/core/clock.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// One ticket for each record between write() and its outcome, so that every record ends exactly once and flush()
/// knows when those written before it have ended.
///
/// **Thread safety**: all members may be called from any thread.
class Tickets {
public:
    using Number = std::size_t;

    [[nodiscard]] Number take(std::uint64_t tag);
    /// The record was refused after all: no outcome follows.
    void give_back(Number number) noexcept;
    /// Replaces the ticket number in each outcome's `tag` by the tag that it was taken with.
    void resolve(std::span<WriteOutcome> outcomes) const noexcept;
    /// Their outcomes have been told.
    void finish(std::span<const Number> numbers) noexcept;

    [[nodiscard]] std::size_t pending() const noexcept;
    /// Begins a new generation of tickets and names it, for wait().
    [[nodiscard]] std::uint64_t mark();
    /// Waits until all tickets of the generations before `mark` are finished. @return false after `timeout`
    [[nodiscard]] bool wait(std::uint64_t mark, Duration timeout) const;
    /// The tickets still out; the caller tells their end.
    [[nodiscard]] std::vector<Number> outstanding() const;

private:
    struct Slot {
        std::uint64_t tag = 0;
        std::uint64_t generation = 0;
        bool taken = false;
    };
    void release(Number number) noexcept;

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::deque<Slot> slots_;  // stable while it grows
    std::vector<Number> free_;
    std::deque<std::size_t> open_{0};  // tickets out by generation, from first_generation_ on
    std::uint64_t first_generation_ = 0;
    std::size_t pending_ = 0;
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
