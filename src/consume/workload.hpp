#pragma once

#include "consume/key_scheduler.hpp"
#include "consume/retry_schedule.hpp"
#include "consume/sequence_log.hpp"
#include "consume/task.hpp"

#include <eventsdk/broker/reader.hpp>
#include <eventsdk/core/retry_policy.hpp>

#include <deque>
#include <span>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// Bounds of one partition's records in work.
struct Limits {
    std::size_t records = 1'000;
    std::size_t bytes = std::size_t{8} * 1024 * 1024;
    std::size_t waiting_keys = 1'000;
    std::size_t sequence_letters = 0;  ///< unsettled dead letters, whose keys follow them; 0: none follow
    std::string group{};               ///< whose redriven records these are
    std::vector<Duration>
        retry_topics{};  ///< delays of the retry topics that failed records go to; empty: they wait here
};

/// A record of a retry topic.
struct Retried {
    MonotonicTime due{};
    int attempts = 0;  ///< before it came there
};

/// Everything between reading a record and committing its offset, without threads, clocks or ports: what came in,
/// what may run, what waits, what is to be dead-lettered, what may be committed. The projector's threads share one
/// under a lock; tests drive it alone.
class Workload {
public:
    Workload(const Limits& limits, const RetryPolicy& retry, std::uint64_t seed)
        : limits_{limits}, retry_{retry}, random_{seed} {}

    // Partitions.
    /// @param passed_over its records are finished as they come
    void assign(const AssignedPartition& partition, bool passed_over = false);
    /// No more of its records are run; those not taken are dropped. What is under way may still finish and count.
    void drain(const TopicPartition& partition);
    /// Records of a draining partition that are still under way.
    [[nodiscard]] std::size_t under_way(const TopicPartition& partition);
    /// It is no longer ours: late completions are dropped from now on.
    void remove(const TopicPartition& partition);
    [[nodiscard]] std::vector<TopicPartition> partitions() const;

    // Records.
    /// @return false when the record was not taken in: of an old assignment, seen before, or finished in an earlier run
    /// @param retried of a retry topic: holds back nothing until it is due
    bool deliver(ReceivedRecord&& record, std::uint64_t key, const Retried* retried = nullptr);
    std::size_t take(std::vector<Task*>& out, std::size_t max_tasks, std::size_t max_per_key);
    /// Ends of taken records, in the order in which they were taken. Those behind a record of the same key that did
    /// not end by done() go back by themselves.
    void done(Task& task);
    void ignored(Task& task);
    void skipped(Task& task);
    void failed(Task& task, Verdict verdict, const Now& now);
    void give_back(Task& task);
    /// Makes ready what is due and probes open circuits.
    void tick(MonotonicTime now);
    [[nodiscard]] std::optional<MonotonicTime> next_due() const;
    [[nodiscard]] bool has_ready() const { return scheduler_.has_ready(); }

    // Dead letters.
    /// The records whose dead letters are to be written now; each ends by dead_letter_written() or _failed().
    void take_dead(std::vector<Task*>& out);
    /// @param partition, offset where it is in the dead-letter topic
    void dead_letter_written(Task& task, std::int32_t partition = -1, std::int64_t offset = -1);
    void dead_letter_failed(Task& task, MonotonicTime now);
    /// It did not fit: it is to be written again at once, by reference; a retry as a dead letter.
    void dead_letter_too_large(Task& task);
    [[nodiscard]] bool has_dead() const { return !dead_.empty(); }
    [[nodiscard]] Task& task(std::uint32_t id) { return tasks_[id]; }
    /// With Limits::sequence_letters no record of a partition is run before its unsettled dead letters are known.
    void sequences_known(const TopicPartition& partition, DeadSequences sequences);
    void settled(const SequenceLog::Settled& settled);

    // Offsets.
    /// Positions that changed since the last call.
    [[nodiscard]] std::vector<PartitionOffset> commits();
    /// The same of one partition, changed since the last call or not; nothing when nothing of it ever finished.
    [[nodiscard]] std::optional<PartitionOffset> commit_of(const TopicPartition& partition);
    /// Partitions whose intake should stop or go on, since the last call.
    void balance(std::vector<TopicPartition>& pause, std::vector<TopicPartition>& resume);
    /// Some paused partition could go on.
    [[nodiscard]] bool any_roomy() const;
    [[nodiscard]] bool any_paused() const;
    /// Everything of the partition below `end` is finished. False when it is not ours.
    /// @param read the reader's position, which may be beyond the last record: control records lie between
    [[nodiscard]] bool caught_up(const TopicPartition& partition, std::int64_t end, std::int64_t read);

    struct Report {
        TopicPartition partition{};
        Tally tally{};
        std::int64_t position = 0;
        std::size_t unfinished = 0;
    };
    /// What happened in each partition since the last call.
    [[nodiscard]] std::vector<Report> report();

    struct Condition {
        TopicPartition partition{};
        std::int64_t position = 0;
        std::size_t unfinished = 0;
        std::size_t not_due = 0;  ///< of these: records of a retry topic before their time
        bool blocked = false;     ///< a dead letter cannot be written
        bool away = false;        ///< handlers find a dependency unavailable
    };
    /// How each partition is.
    [[nodiscard]] std::vector<Condition> conditions() const;

    [[nodiscard]] const Assignment& assignment() const { return assignment_; }
    [[nodiscard]] Partition& partition(Assignment::Index index) { return *partitions_[index]; }
    [[nodiscard]] std::size_t in_work() const { return tasks_.size() - free_.size(); }
    [[nodiscard]] std::size_t waiting() const { return schedule_.size(); }

private:
    using Phase = Task::Phase;

    Task& new_task();
    /// The record leaves: its slot is free again.
    void release(Task& task);
    void finish(Task& task);
    void end(Task& task, std::uint64_t& counted);
    /// The record leaves unfinished, and those taken behind it go back.
    void discard(Task& task);
    [[nodiscard]] bool stale(const Task& task) const {
        return task.home->draining || !assignment_.live(task.partition);
    }
    void hold(Task& task, Phase phase);
    /// Copies what stands behind records that have been held for long; looks every `copy_interval`.
    void copy_held(MonotonicTime now);
    void hold_until(Task& task, const Retried& retried);
    void admit(Task& task);
    void move_on(Task& task, const Verdict& verdict);
    void wake(Task& task);
    void bury(Task& task);
    void unavailable(Task& task, const Verdict& verdict, MonotonicTime now);
    void note_answer(Task& task);
    static void recall_tries(Task& task);
    void rank(Task& task) const;
    void refresh_gate(Assignment::Index index);
    /// Gives a record that may wait for long memory of its own: it must not pin a whole fetched batch.
    static void detach_memory(Task& task);
    /// The same of those behind it that came in `looks` looks ago or earlier.
    void detach_behind(const Task& task, std::uint32_t looks);
    [[nodiscard]] bool full(Assignment::Index index) const;
    [[nodiscard]] bool roomy(Assignment::Index index) const;
    [[nodiscard]] PartitionOffset position_of(Assignment::Index index);
    [[nodiscard]] std::optional<Assignment::Index> find(const TopicPartition& partition) const;
    std::uint64_t next_random();

    Limits limits_;
    RetryPolicy retry_;
    std::uint64_t random_;
    Assignment assignment_;
    KeyScheduler scheduler_;
    RetrySchedule schedule_;
    std::vector<std::unique_ptr<Partition>> partitions_;  // by index
    std::deque<Task> tasks_;                              // by id; addresses stay
    std::vector<std::uint32_t> free_;
    std::vector<Task*> dead_;
    // Held since the last look and before it. Most are dead letters that are acknowledged within milliseconds: what
    // stands behind them is copied only when they are still held at the second look, or when it is that old already.
    std::uint32_t look_ = 0;
    std::vector<std::uint32_t> held_lately_;
    std::vector<std::uint32_t> held_before_;
    MonotonicTime next_copies_{};
    std::vector<std::uint32_t> scratch_;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
