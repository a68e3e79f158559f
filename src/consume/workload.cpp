#include "consume/workload.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

void Workload::assign(const AssignedPartition& partition, bool passed_over) {
    const auto index = assignment_.assign(partition.topic, partition.partition, partition.assignment);
    if (index >= partitions_.size()) partitions_.resize(std::size_t{index} + 1);
    partitions_[index] = std::make_unique<Partition>();
    partitions_[index]->passed_over = passed_over;
    // What was finished beyond the committed offset says nothing when reading begins elsewhere.
    partitions_[index]->tracker =
        OffsetTracker{partition.offset, decode_finished(partition.offset, partition.metadata)};
    for (const Tries& one : decode_tries(partition.offset, partition.metadata))
        partitions_[index]->earlier[one.offset] = one.attempts;
    scheduler_.open(index);
    if (limits_.sequence_letters == 0) return;
    partitions_[index]->sequences_known = false;
    refresh_gate(index);
}

std::optional<Assignment::Index> Workload::find(const TopicPartition& partition) const {
    for (const Assignment::Index index : assignment_.all()) {
        if (assignment_.partition(index) == partition.partition && assignment_.topic(index) == partition.topic)
            return index;
    }
    return {};
}

void Workload::drain(const TopicPartition& partition) {
    const auto index = find(partition);
    if (!index) return;
    Partition& home = *partitions_[*index];
    home.draining = true;
    home.abandoned.store(true, std::memory_order_relaxed);
    const auto ours = [&](Task& task) { return task.partition == *index; };
    scratch_.clear();
    schedule_.remove_if([&](RetrySchedule::Task id) {
        const bool leaves = ours(tasks_[id]);
        if (leaves && tasks_[id].phase == Phase::not_due) scratch_.push_back(id);  // in no key's queue
        return leaves;
    });
    std::erase_if(dead_, [&](Task* task) { return ours(*task); });
    scheduler_.drop(*index, scratch_);
    for (const std::uint32_t id : scratch_) {
        Task& task = tasks_[id];
        if (task.phase == Phase::dead_writing) {
            task.detached = true;
        } else {
            release(task);
        }
    }
    scheduler_.open(*index);  // what stays behind in a key's queue must not block it
}

std::size_t Workload::under_way(const TopicPartition& partition) {
    const auto index = find(partition);
    return index ? assignment_.records(*index) : 0;
}

void Workload::remove(const TopicPartition& partition) {
    drain(partition);
    assignment_.remove(partition.topic, partition.partition);
}

std::vector<TopicPartition> Workload::partitions() const {
    std::vector<TopicPartition> all;
    for (const Assignment::Index index : assignment_.all()) {
        all.push_back({assignment_.topic(index), assignment_.partition(index)});
    }
    return all;
}

Task& Workload::new_task() {
    if (free_.empty()) {
        Task& task = tasks_.emplace_back();
        task.id = static_cast<std::uint32_t>(tasks_.size() - 1);
        return task;
    }
    Task& task = tasks_[free_.back()];
    free_.pop_back();
    return task;
}

bool Workload::deliver(ReceivedRecord&& record, std::uint64_t key, const Retried* retried) {
    const auto index = assignment_.find(record.topic, record.partition, record.assignment);
    if (!index) return false;
    Partition& home = *partitions_[*index];
    if (home.draining || record.offset < home.tracker.next()) return false;
    if (home.passed_over || home.tracker.finished_before(record.offset)) {
        home.tracker.skip(record.offset);
        home.dirty = home.moved = true;
        return false;
    }
    Task& task = new_task();
    task.record = std::move(record);
    task.home = &home;
    task.key = key;
    task.bytes = task.record.value.value_or("").size() + task.record.key.value_or("").size();
    task.partition = *index;
    task.ticket = home.tracker.deliver(task.record.offset);
    task.attempts = task.writes = 0;
    task.phase = Phase::queued;
    task.detached = task.by_reference = task.follows = task.copied = task.followed_by_fetched = false;
    task.look = look_;
    task.offset = task.rank = task.record.offset;
    home.bytes += task.bytes;
    if (!home.earlier.empty()) recall_tries(task);
    assignment_.enter(*index);
    if (retried != nullptr) {
        hold_until(task, *retried);
    } else if (!scheduler_.push(key, task.id, *index) && !tasks_[scheduler_.first(task.id)].followed_by_fetched) {
        detach_memory(task);
    }
    return true;
}

void Workload::recall_tries(Task& task) {
    auto& earlier = task.home->earlier;
    earlier.erase(earlier.begin(), earlier.lower_bound(task.offset));
    if (earlier.empty() || earlier.begin()->first != task.offset) return;
    task.attempts = earlier.begin()->second;
    task.home->tries.insert(earlier.extract(earlier.begin()));
}

std::size_t Workload::take(std::vector<Task*>& out, std::size_t max_tasks, std::size_t max_per_key) {
    scratch_.clear();
    scheduler_.take(scratch_, max_tasks, max_per_key);
    for (const std::uint32_t id : scratch_) {
        Task& task = tasks_[id];
        task.finished = task.home->tracker.position();
        if (limits_.sequence_letters > 0) rank(task);
        out.push_back(&task);
    }
    return scratch_.size();
}

void Workload::release(Task& task) {
    task.home->bytes -= task.bytes;
    if (task.phase != Phase::queued) --task.home->held;
    if (task.phase == Phase::not_due) --task.home->not_due;
    if (task.writes > 0) --task.home->blocked;
    task.record = {};
    task.failure.reset();
    task.phase = Phase::free;
    assignment_.leave(task.partition);
    free_.push_back(task.id);
}

void Workload::finish(Task& task) {
    task.home->tracker.finish(task.ticket);
    if (task.attempts > 0) task.home->tries.erase(task.offset);
    task.home->dirty = task.home->moved = true;
    if (!task.detached) scheduler_.finish(task.id);
    release(task);
}

void Workload::discard(Task& task) {
    if (!task.detached) scheduler_.finish_alone(task.id);
    release(task);
}

void Workload::note_answer(Task& task) {
    Circuit& circuit = task.home->circuit;
    if (!circuit.idle() && circuit.answered()) refresh_gate(task.partition);
}

void Workload::end(Task& task, std::uint64_t& counted) {
    if (assignment_.live(task.partition)) {
        note_answer(task);
        ++counted;
        if (task.home->sequences.has(task.key)) task.home->sequences.finished(task.key, task.rank);
        return finish(task);
    }
    scheduler_.finish(task.id);
    release(task);
}

void Workload::done(Task& task) { end(task, task.home->tally.handled); }
void Workload::ignored(Task& task) { end(task, task.home->tally.ignored); }
void Workload::skipped(Task& task) { end(task, task.home->tally.skipped); }

void Workload::give_back(Task& task) {
    if (stale(task)) return discard(task);
    task.home->circuit.given_back();
    scheduler_.give_back(task.id);
}

void Workload::hold(Task& task, Phase phase) {
    if (task.phase == Phase::queued) {
        scheduler_.hold(task.id);
        ++task.home->held;
        detach_memory(task);
        detach_behind(task, 2);
        task.followed_by_fetched = true;
        held_lately_.push_back(task.id);
    }
    task.phase = phase;
}

void Workload::wake(Task& task) {
    --task.home->held;
    task.phase = Phase::queued;
    task.followed_by_fetched = false;
    scheduler_.release(task.id);
}

void Workload::bury(Task& task) {
    hold(task, Phase::dead);
    dead_.push_back(&task);
}

void Workload::failed(Task& task, Verdict verdict, const Now& now) {
    using Outcome = Handled::Outcome;
    if (stale(task)) return discard(task);
    if (verdict.outcome == Outcome::unavailable) return unavailable(task, verdict, now.monotonic);
    if (verdict.outcome == Outcome::stop) return give_back(task);
    note_answer(task);
    task.home->tries[task.offset] = ++task.attempts;
    task.home->dirty = task.home->moved = true;
    task.home->tally.count_error(verdict.stage);
    if (!task.failure) {
        task.failure = std::make_unique<Failure>();
        task.failure->first = now.wall;
    }
    Failure& failure = *task.failure;
    failure.stage = verdict.stage;
    failure.code = std::move(verdict.code);
    failure.message = std::move(verdict.message);
    failure.detail = std::move(verdict.detail);
    failure.attempts = task.attempts;
    failure.last = now.wall;
    failure.retry_topic = -1;
    if (!limits_.retry_topics.empty()) return move_on(task, verdict);
    const RetryPolicy& policy = verdict.retry != nullptr ? *verdict.retry : retry_;
    const auto pause =
        verdict.outcome == Outcome::retry ? policy.delay_before(task.attempts, next_random()) : std::nullopt;
    if (!pause) return bury(task);
    ++task.home->tally.retries;
    hold(task, Phase::waiting);
    schedule_.add(task.id, now.monotonic + verdict.delay.value_or(*pause));
}

void Workload::unavailable(Task& task, const Verdict& verdict, MonotonicTime now) {
    Circuit& circuit = task.home->circuit;
    const bool opened = circuit.unavailable(now);
    hold(task, Phase::waiting);
    if (opened) refresh_gate(task.partition);
    if (circuit.is_open()) return wake(task);  // stands before the closed gate
    schedule_.add(task.id, now + verdict.delay.value_or(circuit.pause()));
}

void Workload::refresh_gate(Assignment::Index index) {
    const Partition& home = *partitions_[index];
    if (!home.draining && (home.circuit.is_open() || home.blocked > 0 || !home.sequences_known)) {
        scheduler_.close(index);
    } else {
        scheduler_.open(index);
    }
}

void Workload::tick(MonotonicTime now) {
    copy_held(now);
    std::vector<std::uint32_t> due;
    schedule_.take_due(now, due);
    for (const std::uint32_t id : due) {
        Task& task = tasks_[id];
        if (task.phase == Phase::waiting) {
            wake(task);
        } else if (task.phase == Phase::not_due) {
            admit(task);
        } else {
            bury(task);
        }
    }
    for (const Assignment::Index index : assignment_.all()) {
        Partition& home = *partitions_[index];
        if (!home.circuit.probe_due(now) || home.blocked > 0) continue;
        if (scheduler_.probe(index)) {
            home.circuit.probe_started();
        } else if (assignment_.records(index) == home.not_due) {
            home.circuit.probe_started();
            home.circuit.answered();
            refresh_gate(index);
        }
    }
}

std::optional<MonotonicTime> Workload::next_due() const {
    std::optional<MonotonicTime> next = schedule_.next_due();
    for (const Assignment::Index index : assignment_.all()) {
        const Circuit& circuit = partitions_[index]->circuit;
        if (circuit.is_open() && (!next || circuit.probe_at() < *next)) next = circuit.probe_at();
    }
    return next;
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
