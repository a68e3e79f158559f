#pragma once

#include "consume/lane_table.hpp"

#include <span>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// Which record may run now: the records of a key run one at a time, in the order of push(), whatever partitions
/// they come from; a key whose first record is held waits and lets all others pass.
///
/// Tasks are small numbers given by the caller, unique while they are in here. Gates are the partitions: a closed
/// gate keeps its records from being taken.
class KeyScheduler {
public:
    using Task = std::uint32_t;
    using Gate = std::uint32_t;
    enum class State : std::uint8_t { idle, ready, running, waiting, gated };

    /// Adds a record behind those of its key.
    /// @param key a hash; two keys with one hash are one key here
    /// @return false when the key waits, so that the record may stay for long
    bool push(std::uint64_t key, Task task, Gate gate);
    /// Takes up to `max_tasks` records that may run, oldest keys first, at most `max_per_key` of each, all of a key
    /// together and in order. Whoever takes them runs them in this order and ends each by finish(), hold() or
    /// give_back().
    std::size_t take(std::vector<Task>& out, std::size_t max_tasks, std::size_t max_per_key);
    /// The record is through: taken and run, or held.
    void finish(Task task);
    /// The same, but those taken behind it go back to their places.
    void finish_alone(Task task);
    /// The record was taken and must wait: it keeps its place and its key waits. Taken records of the key behind
    /// it go back by themselves.
    void hold(Task task);
    /// A held record may be taken again.
    void release(Task task);
    /// The record was taken and not run; it and those taken behind it go back to their places.
    void give_back(Task task);

    /// Forgets the records of a gate that are not taken, held ones included, and appends them to `dropped`.
    void drop(Gate gate, std::vector<Task>& dropped);
    void close(Gate gate);
    void open(Gate gate);
    /// Lets one record through a closed gate. False when none stands before it.
    bool probe(Gate gate);

    /// The records behind `task` in its key, in order.
    void behind(Task task, std::vector<Task>& out) const;
    /// The first record of the key of `task`.
    [[nodiscard]] Task first(Task task) const { return lanes_[links_[task].lane].head; }
    [[nodiscard]] bool has_ready() const { return ready_head_ != none; }
    [[nodiscard]] std::size_t keys() const { return table_.size(); }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    struct Link {
        Task next = none;
        std::uint32_t lane = none;
        Gate gate = 0;
    };
    /// A key with records.
    struct Lane {
        std::uint64_t key = 0;
        Task head = none;
        Task tail = none;
        std::uint32_t taken = 0;  // of the first records
        std::uint32_t next_ready = none;
        State state = State::idle;
        bool probing = false;  // may pass a closed gate once
    };

    std::uint32_t lane_of(std::uint64_t key);
    void make_ready(std::uint32_t lane);
    void pop_head(Lane& lane);
    void settle(std::uint32_t lane);
    bool passes(const Lane& lane, Gate gate) const { return gates_[gate] == 0 || lane.probing; }
    std::size_t take_from(std::uint32_t lane, std::vector<Task>& out, std::size_t limit);
    void drop_from(std::uint32_t lane, Gate gate, std::vector<Task>& dropped);

    LaneTable table_;
    std::vector<Lane> lanes_;
    std::vector<std::uint32_t> free_lanes_;
    std::vector<Link> links_;          // by task
    std::vector<std::uint8_t> gates_;  // 1: closed
    std::uint32_t ready_head_ = none;
    std::uint32_t ready_tail_ = none;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
