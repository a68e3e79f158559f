#pragma once

#include "kafka/rdkafka.hpp"

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

/// What a record is known by between write() and its outcome.
struct Ticket {
    std::uint64_t tag = 0;    ///< the caller's
    std::uint64_t order = 0;  ///< its place among all
    /// Headers of an earlier record. Whoever takes the ticket frees them just before it makes new ones, which then get
    /// the same memory at once; freed by the hundred, as librdkafka does it, they cost more than the rest of a write.
    HeaderList spent{};
    bool keeps_headers = false;  ///< few enough tickets do
    // Of Tickets.
    std::uint64_t generation = 0;
    Ticket* next_free = nullptr;
    bool taken = false;
};

/// One ticket for each record on its way, so that every record ends exactly once and flush() knows when those written
/// before it have ended. A lock is held for a few steps only, however many tickets come back at once.
///
/// **Thread safety**: all members may be called from any thread, but for outstanding().
class Tickets {
public:
    /// The ticket is the caller's until it is given back or finished.
    [[nodiscard]] Ticket* take(std::uint64_t tag);
    /// The record was refused after all: no outcome follows.
    void give_back(Ticket* ticket) noexcept { finish({&ticket, 1}); }
    /// Their outcomes have been told.
    void finish(std::span<Ticket* const> tickets) noexcept;

    [[nodiscard]] std::size_t pending() const noexcept;
    /// Begins a new generation of tickets and names it, for wait().
    [[nodiscard]] std::uint64_t mark();
    /// Waits until all tickets of the generations before `mark` are finished. @return false after `timeout`
    [[nodiscard]] bool wait(std::uint64_t mark, Duration timeout) const;
    /// The tickets still out, when nobody else takes or finishes any; the caller tells their end.
    [[nodiscard]] std::vector<Ticket*> outstanding();
    /// Frees the memory of all tickets; none is out, and none is taken any more.
    void clear() noexcept;

private:
    static constexpr std::size_t most_with_headers = 16'384;

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::deque<Ticket> tickets_;  // addresses stay
    Ticket* free_ = nullptr;
    std::deque<std::size_t> open_{0};  // tickets out by generation, from first_generation_ on
    std::uint64_t first_generation_ = 0;
    std::uint64_t order_ = 0;
    std::size_t pending_ = 0;
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
