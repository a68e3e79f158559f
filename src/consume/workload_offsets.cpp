#include "consume/workload.hpp"

#include "broker/compact_copy.hpp"

#include <algorithm>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr Duration copy_interval{100};
constexpr Duration first_rewrite_pause{1'000};
constexpr Duration longest_rewrite_pause{30'000};

}  // namespace

void Workload::detach_memory(Task& task) {
    if (!std::exchange(task.copied, true)) task.record = broker::compact_copy(task.record);
}

void Workload::detach_behind(const Task& task, std::uint32_t looks) {
    scratch_.clear();
    scheduler_.behind(task.id, scratch_);
    for (const std::uint32_t id : scratch_) {
        if (look_ - tasks_[id].look >= looks) detach_memory(tasks_[id]);
    }
}

void Workload::copy_held(MonotonicTime now) {
    if (now < next_copies_) return;
    next_copies_ = now + copy_interval;
    ++look_;
    for (const std::uint32_t id : held_before_) {
        Task& task = tasks_[id];
        if (task.phase == Phase::free || task.detached || !std::exchange(task.followed_by_fetched, false)) continue;
        detach_behind(task, 0);
    }
    held_before_.swap(held_lately_);
    held_lately_.clear();
}

std::uint64_t Workload::next_random() {  // splitmix64
    std::uint64_t mixed = random_ += 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31U);
}

void Workload::take_dead(std::vector<Task*>& out) {
    for (Task* task : dead_) {
        task->phase = Phase::dead_writing;
        out.push_back(task);
    }
    dead_.clear();
}

void Workload::rank(Task& task) const {
    task.follows = false;
    task.rank = task.offset;
    const DeadSequences& sequences = task.home->sequences;
    if (!sequences.has(task.key) || !sequence_key(task.record)) return;
    const auto redriven_for = task.record.header(dead_letter_headers::redrive_for);
    if (redriven_for && *redriven_for != limits_.group) return;  // passed over
    task.rank = rank_of(task.record, limits_.group);
    task.follows = sequences.follows(task.key, task.rank);
}

void Workload::sequences_known(const TopicPartition& partition, DeadSequences sequences) {
    const auto index = find(partition);
    if (!index) return;
    partitions_[*index]->sequences = std::move(sequences);
    partitions_[*index]->sequences_known = true;
    refresh_gate(*index);
}

void Workload::settled(const SequenceLog::Settled& settled) {
    const auto index = find(settled.partition);
    if (!index) return;
    DeadSequences& sequences = partitions_[*index]->sequences;
    sequences.settled(settled.key, settled.letter_partition, settled.letter_offset, settled.sent_back);
}

void Workload::dead_letter_written(Task& task, std::int32_t partition, std::int64_t offset) {
    const Assignment::Index index = task.partition;
    const bool was_blocked = task.writes > 0;
    if (!assignment_.live(index)) return discard(task);
    const bool moved = task.failure->retry_topic >= 0;
    ++(moved ? task.home->tally.moved : task.home->tally.dead_letters);
    if (moved) ++task.home->tally.retries;
    const auto key = limits_.sequence_letters > 0 ? sequence_key(task.record) : std::nullopt;
    if (key) {
        const std::int64_t rank = rank_of(task.record, limits_.group);
        task.home->sequences.finished(*key, rank);
        task.home->sequences.add(*key, {rank, partition, offset, -1});
    }
    finish(task);
    if (was_blocked) refresh_gate(index);
}

void Workload::dead_letter_failed(Task& task, MonotonicTime now) {
    if (task.detached || stale(task)) return discard(task);
    if (task.writes++ == 0) ++task.home->blocked;
    task.home->tally.count_error("dead_letter");
    refresh_gate(task.partition);
    task.phase = Phase::dead_waiting;
    const auto growth = 1 << std::min(task.writes - 1, 5);
    schedule_.add(task.id, now + std::min(first_rewrite_pause * growth, longest_rewrite_pause));
}

void Workload::dead_letter_too_large(Task& task) {
    if (task.detached || stale(task)) return discard(task);
    const bool as_retry = std::exchange(task.failure->retry_topic, -1) >= 0;
    task.by_reference = !as_retry;
    bury(task);
}

/// Until it is due it stands in no key's queue: the events of its key go on.
void Workload::hold_until(Task& task, const Retried& retried) {
    task.attempts = std::max(task.attempts, retried.attempts);
    task.phase = Phase::not_due;
    ++task.home->held;
    ++task.home->not_due;
    detach_memory(task);
    schedule_.add(task.id, retried.due);
}

void Workload::admit(Task& task) {
    --task.home->held;
    --task.home->not_due;
    task.phase = Phase::queued;
    (void)scheduler_.push(task.key, task.id, task.partition);
}

void Workload::move_on(Task& task, const Verdict& verdict) {
    const std::size_t topics = limits_.retry_topics.size();
    const auto most =
        verdict.retry == nullptr ? topics : std::min(topics, static_cast<std::size_t>(verdict.retry->max_retries));
    const auto place = static_cast<std::size_t>(task.attempts) - 1;
    if (verdict.outcome == Handled::Outcome::retry && place < most) {
        task.failure->retry_topic = static_cast<int>(place);
        task.failure->not_before = task.failure->last + verdict.delay.value_or(limits_.retry_topics[place]);
    }
    bury(task);
}

PartitionOffset Workload::position_of(Assignment::Index index) {
    Partition& home = *partitions_[index];
    const std::int64_t position = home.tracker.position();
    EncodedRanges beyond = encode_finished(position, home.tracker.finished_beyond());
    home.metadata_full = !beyond.complete;
    home.dirty = false;
    std::vector<Tries> tries;
    for (const auto* known : {&home.tries, &home.earlier}) {  // what is not delivered yet lies behind the rest
        for (auto one = known->lower_bound(position); one != known->end(); ++one)
            tries.push_back({one->first, one->second});
    }
    return {assignment_.topic(index), assignment_.partition(index), position,
            with_tries(std::move(beyond.text), position, tries)};
}

std::vector<PartitionOffset> Workload::commits() {
    std::vector<PartitionOffset> changed;
    for (const Assignment::Index index : assignment_.all()) {
        if (partitions_[index]->dirty) changed.push_back(position_of(index));
    }
    return changed;
}

std::optional<PartitionOffset> Workload::commit_of(const TopicPartition& partition) {
    const auto index = find(partition);
    return index && partitions_[*index]->moved ? std::optional{position_of(*index)} : std::nullopt;
}

std::vector<Workload::Report> Workload::report() {
    std::vector<Report> reports;
    for (const Assignment::Index index : assignment_.all()) {
        Partition& home = *partitions_[index];
        reports.push_back({{assignment_.topic(index), assignment_.partition(index)},
                           std::exchange(home.tally, Tally{}),
                           home.tracker.position(),
                           assignment_.records(index)});
    }
    return reports;
}

std::vector<Workload::Condition> Workload::conditions() const {
    std::vector<Condition> found;
    for (const Assignment::Index index : assignment_.all()) {
        const Partition& home = *partitions_[index];
        found.push_back({{assignment_.topic(index), assignment_.partition(index)},
                         home.tracker.position(),
                         home.tracker.unfinished(),
                         home.not_due,
                         home.blocked > 0,
                         home.circuit.is_open()});
    }
    return found;
}

bool Workload::full(Assignment::Index index) const {
    const Partition& home = *partitions_[index];
    return assignment_.records(index) >= limits_.records || home.bytes >= limits_.bytes ||
           home.held >= limits_.waiting_keys || home.circuit.is_open() || home.blocked > 0 || home.metadata_full ||
           (limits_.sequence_letters > 0 && home.sequences.open() >= limits_.sequence_letters);
}

bool Workload::roomy(Assignment::Index index) const {
    const Partition& home = *partitions_[index];
    return !full(index) && assignment_.records(index) <= limits_.records / 2 && home.bytes <= limits_.bytes / 2;
}

void Workload::balance(std::vector<TopicPartition>& pause, std::vector<TopicPartition>& resume) {
    for (const Assignment::Index index : assignment_.all()) {
        Partition& home = *partitions_[index];
        if (home.paused ? !roomy(index) : !full(index)) continue;
        home.paused = !home.paused;
        (home.paused ? pause : resume).push_back({assignment_.topic(index), assignment_.partition(index)});
    }
}

bool Workload::any_roomy() const {
    for (Assignment::Index index = 0; index < partitions_.size(); ++index) {
        if (assignment_.live(index) && partitions_[index]->paused && roomy(index)) return true;
    }
    return false;
}

bool Workload::any_paused() const {
    for (Assignment::Index index = 0; index < partitions_.size(); ++index) {
        if (assignment_.live(index) && partitions_[index]->paused) return true;
    }
    return false;
}

bool Workload::caught_up(const TopicPartition& partition, std::int64_t end, std::int64_t read) {
    const auto index = find(partition);
    if (!index) return false;
    const OffsetTracker& tracker = partitions_[*index]->tracker;
    return tracker.position() >= end || (tracker.unfinished() == 0 && read >= end);
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
