#include "consume/offset_tracker.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

bool OffsetTracker::finished_before(std::int64_t offset) {
    while (remembered_at_ < remembered_.size() && remembered_[remembered_at_].to <= offset) ++remembered_at_;
    return remembered_at_ < remembered_.size() && remembered_[remembered_at_].from <= offset;
}

OffsetTracker::Ticket OffsetTracker::deliver(std::int64_t offset) {
    Ticket ticket = free_;
    if (ticket == none) {
        ticket = static_cast<Ticket>(nodes_.size());
        nodes_.emplace_back();
    } else {
        free_ = nodes_[ticket].after;
    }
    nodes_[ticket] = {offset, tail_, none};
    (tail_ == none ? head_ : nodes_[tail_].after) = ticket;
    tail_ = ticket;
    next_ = offset + 1;
    ++unfinished_;
    return ticket;
}

void OffsetTracker::finish(Ticket ticket) {
    Node& node = nodes_[ticket];
    (node.before == none ? head_ : nodes_[node.before].after) = node.after;
    (node.after == none ? tail_ : nodes_[node.after].before) = node.before;
    node.after = free_;
    free_ = ticket;
    --unfinished_;
}

std::vector<OffsetRange> OffsetTracker::finished_beyond() const {
    std::vector<OffsetRange> ranges;
    for (Ticket at = head_; at != none; at = nodes_[at].after) {
        const Ticket after = nodes_[at].after;
        const OffsetRange range{nodes_[at].offset + 1, after == none ? next_ : nodes_[after].offset};
        if (range.from < range.to) ranges.push_back(range);
    }
    for (std::size_t index = remembered_at_; index < remembered_.size(); ++index) {
        const OffsetRange range{std::max(remembered_[index].from, next_), remembered_[index].to};
        if (range.from >= range.to) continue;
        if (!ranges.empty() && ranges.back().to == range.from) {
            ranges.back().to = range.to;
        } else {
            ranges.push_back(range);
        }
    }
    return ranges;
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
