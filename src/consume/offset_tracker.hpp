#pragma once

#include "consume/finished_ranges.hpp"

#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// What a partition may commit: the position below which everything delivered is finished, and what is finished
/// beyond it. Offsets may have gaps; memory and work depend on the unfinished records alone.
class OffsetTracker {
public:
    using Ticket = std::uint32_t;

    OffsetTracker() = default;
    /// @param start where reading begins
    /// @param finished what an earlier run finished beyond `start` (decode_finished())
    explicit OffsetTracker(std::int64_t start, std::vector<OffsetRange> finished = {})
        : next_{start}, remembered_{std::move(finished)} {}

    /// True when an earlier run finished this offset: skip() it.
    [[nodiscard]] bool finished_before(std::int64_t offset);
    /// A record begins. Offsets ascend.
    [[nodiscard]] Ticket deliver(std::int64_t offset);
    /// A record that needs no work.
    void skip(std::int64_t offset) { next_ = offset + 1; }
    void finish(Ticket ticket);

    /// The next offset to read after a restart: everything before it is finished.
    [[nodiscard]] std::int64_t position() const { return head_ == none ? next_ : nodes_[head_].offset; }
    /// One after the last record delivered or skipped.
    [[nodiscard]] std::int64_t next() const { return next_; }
    [[nodiscard]] std::size_t unfinished() const { return unfinished_; }
    /// What is finished beyond position(), ascending.
    [[nodiscard]] std::vector<OffsetRange> finished_beyond() const;

private:
    static constexpr Ticket none = ~Ticket{0};
    struct Node {
        std::int64_t offset = 0;
        Ticket before = none;
        Ticket after = none;
    };

    std::int64_t next_ = 0;
    std::vector<OffsetRange> remembered_;
    std::size_t remembered_at_ = 0;  // ranges before it are passed
    std::vector<Node> nodes_;        // unfinished ones, linked in the order of offsets
    Ticket head_ = none;
    Ticket tail_ = none;
    Ticket free_ = none;
    std::size_t unfinished_ = 0;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
