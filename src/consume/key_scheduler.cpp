#include "consume/key_scheduler.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

std::uint32_t KeyScheduler::lane_of(std::uint64_t key) {
    std::uint32_t& place = table_.place(key);
    if (place != none) return place;
    if (free_lanes_.empty()) {
        place = static_cast<std::uint32_t>(lanes_.size());
        lanes_.emplace_back();
    } else {
        place = free_lanes_.back();
        free_lanes_.pop_back();
    }
    lanes_[place] = Lane{};
    lanes_[place].key = key;
    return place;
}

void KeyScheduler::make_ready(std::uint32_t lane) {
    lanes_[lane].state = State::ready;
    lanes_[lane].next_ready = none;
    (ready_tail_ == none ? ready_head_ : lanes_[ready_tail_].next_ready) = lane;
    ready_tail_ = lane;
}

bool KeyScheduler::push(std::uint64_t key, Task task, Gate gate) {
    if (task >= links_.size()) links_.resize(std::size_t{task} + 1);
    if (gate >= gates_.size()) gates_.resize(std::size_t{gate} + 1, 0);
    const std::uint32_t index = lane_of(key);
    Lane& lane = lanes_[index];
    links_[task] = {none, index, gate};
    (lane.tail == none ? lane.head : links_[lane.tail].next) = task;
    lane.tail = task;
    if (lane.state == State::idle) make_ready(index);
    return lane.state == State::ready || lane.state == State::running;
}

std::size_t KeyScheduler::take_from(std::uint32_t index, std::vector<Task>& out, std::size_t limit) {
    Lane& lane = lanes_[index];
    if (!passes(lane, links_[lane.head].gate)) {
        lane.state = State::gated;
        return 0;
    }
    if (lane.probing) limit = 1;
    std::size_t count = 0;
    for (Task task = lane.head; task != none && count < limit; task = links_[task].next) {
        if (!passes(lane, links_[task].gate)) break;
        out.push_back(task);
        ++count;
    }
    lane.probing = false;
    lane.taken = static_cast<std::uint32_t>(count);
    lane.state = State::running;
    return count;
}

std::size_t KeyScheduler::take(std::vector<Task>& out, std::size_t max_tasks, std::size_t max_per_key) {
    std::size_t count = 0;
    while (ready_head_ != none && count < max_tasks) {
        const std::uint32_t lane = ready_head_;
        ready_head_ = lanes_[lane].next_ready;
        if (ready_head_ == none) ready_tail_ = none;
        count += take_from(lane, out, std::min(max_per_key, max_tasks - count));
    }
    return count;
}

void KeyScheduler::pop_head(Lane& lane) {
    lane.head = links_[lane.head].next;
    if (lane.head == none) lane.tail = none;
}

/// The lane stands still: its next record becomes ready, or the lane ends.
void KeyScheduler::settle(std::uint32_t index) {
    Lane& lane = lanes_[index];
    lane.taken = 0;
    if (lane.head != none) return make_ready(index);
    table_.erase(lane.key);
    lane.state = State::idle;
    free_lanes_.push_back(index);
}

void KeyScheduler::finish(Task task) {
    const std::uint32_t index = links_[task].lane;
    Lane& lane = lanes_[index];
    pop_head(lane);
    if (lane.state == State::running && --lane.taken > 0) return;
    settle(index);
}

void KeyScheduler::finish_alone(Task task) {
    const std::uint32_t index = links_[task].lane;
    pop_head(lanes_[index]);
    settle(index);
}

void KeyScheduler::hold(Task task) {
    Lane& lane = lanes_[links_[task].lane];
    lane.taken = 0;
    lane.state = State::waiting;
}

void KeyScheduler::release(Task task) { make_ready(links_[task].lane); }

void KeyScheduler::give_back(Task task) { settle(links_[task].lane); }

void KeyScheduler::drop_from(std::uint32_t index, Gate gate, std::vector<Task>& dropped) {
    Lane& lane = lanes_[index];
    Task kept = none;
    std::uint32_t at = 0;
    const Task first = lane.head;
    for (Task task = lane.head; task != none; ++at) {
        const Task next = links_[task].next;
        if (at >= lane.taken && links_[task].gate == gate) {
            (kept == none ? lane.head : links_[kept].next) = next;
            dropped.push_back(task);
        } else {
            kept = task;
        }
        task = next;
    }
    lane.tail = kept;
    if (lane.head != first) lane.probing = false;
    const bool stands = lane.state == State::waiting || lane.state == State::gated;
    if (stands && lane.head != first) settle(index);
}

void KeyScheduler::drop(Gate gate, std::vector<Task>& dropped) {
    for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
        if (lanes_[lane].state != State::idle) drop_from(lane, gate, dropped);
    }
    // A ready lane may have become empty: rebuild the queue without it.
    std::uint32_t lane = ready_head_;
    ready_head_ = ready_tail_ = none;
    while (lane != none) {
        const std::uint32_t next = lanes_[lane].next_ready;
        settle(lane);
        lane = next;
    }
}

void KeyScheduler::close(Gate gate) {
    if (gate >= gates_.size()) gates_.resize(std::size_t{gate} + 1, 0);
    gates_[gate] = 1;
}

void KeyScheduler::open(Gate gate) {
    if (gate >= gates_.size() || gates_[gate] == 0) return;
    gates_[gate] = 0;
    for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
        if (lanes_[lane].state == State::gated && links_[lanes_[lane].head].gate == gate) make_ready(lane);
    }
}

bool KeyScheduler::probe(Gate gate) {
    for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
        if (lanes_[lane].state != State::gated || links_[lanes_[lane].head].gate != gate) continue;
        lanes_[lane].probing = true;
        make_ready(lane);
        return true;
    }
    return false;
}

void KeyScheduler::behind(Task task, std::vector<Task>& out) const {
    for (Task at = links_[task].next; at != none; at = links_[at].next) out.push_back(at);
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
