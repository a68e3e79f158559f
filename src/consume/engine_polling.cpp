#include "consume/engine.hpp"

#include "consume/subscription.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr Duration commit_timeout{5'000};
constexpr Duration report_interval{1'000};

std::int64_t milliseconds(MonotonicTime::duration time) { return std::chrono::duration_cast<Duration>(time).count(); }

}  // namespace

void Engine::assigned(std::span<AssignedPartition> partitions) noexcept {
    for (const AssignedPartition& partition : partitions) {
        if (stored_.active()) {
            stored_.wait(partition, now().monotonic);
        } else {
            begin(partition);
        }
    }
}

void Engine::begin(const AssignedPartition& partition) {
    const Lock lock{mutex_};
    const bool letters = is_own_letter_topic(parts_->options, partition.topic);
    if (letters)
        logger().log(LogLevel::warning,
                     "a topic pattern takes in the projection's own dead letters; they are passed over",
                     {{"group", parts_->projection.name()}, {"topic", partition.topic}});
    workload_.assign(partition, letters);
    if (in_sequence()) sequences_.wait(partition);
    logger().log(LogLevel::info, "partition assigned",
                 {{"group", parts_->projection.name()},
                  {"topic", partition.topic},
                  {"partition", std::int64_t{partition.partition}},
                  {"offset", partition.offset}});
}

Result<void> Engine::place() {
    auto placed = stored_.place(now().monotonic);
    if (!placed) return std::move(placed).error();
    for (const AssignedPartition& partition : *placed) {
        const TopicPartition place{partition.topic, partition.partition};
        if (partition.offset >= 0 && reader_->position(place) != partition.offset) {
            if (auto sought = reader_->seek(place, partition.offset); !sought) {
                if (sought.error().kind != ErrorKind::unavailable && sought.error().kind != ErrorKind::retriable)
                    return sought;
                stored_.wait(partition, now().monotonic + std::chrono::seconds{1});
                continue;
            }
        }
        begin(partition);
    }
    return {};
}

void Engine::revoked(std::span<const TopicPartition> partitions) noexcept {
    Lock lock{mutex_};
    drain(lock, partitions);
    commit_and_remove(lock, partitions);
}

void Engine::lost(std::span<const TopicPartition> partitions) noexcept {
    const Lock lock{mutex_};
    forget(partitions);
    for (const TopicPartition& partition : partitions) {
        logger().log(LogLevel::warning, "partition lost",
                     {{"group", parts_->projection.name()},
                      {"topic", partition.topic},
                      {"partition", std::int64_t{partition.partition}}});
    }
}

bool Engine::drain(Lock& lock, std::span<const TopicPartition> partitions) {
    const auto under_way = [&] {
        std::size_t records = 0;
        for (const TopicPartition& partition : partitions) {
            workload_.drain(partition);  // also what came back behind a record that was given back
            records += workload_.under_way(partition);
        }
        return records;
    };
    awaits_drain_ = true;
    const bool drained = polls_.wait_for(lock, parts_->options.drain_timeout, [&] { return under_way() == 0; });
    awaits_drain_ = false;
    if (!drained) {
        logger().log(LogLevel::warning, "partitions are given up with records still running; they will run again",
                     {{"group", parts_->projection.name()}, {"records", static_cast<std::int64_t>(under_way())}});
    }
    return drained;
}

void Engine::commit_and_remove(Lock& lock, std::span<const TopicPartition> partitions) {
    std::vector<PartitionOffset> positions;
    for (const TopicPartition& partition : partitions) {
        if (auto position = workload_.commit_of(partition)) positions.push_back(std::move(*position));
    }
    if (!positions.empty() && reader_ != nullptr) {
        lock.unlock();
        store(positions);
        const auto committed = parts_->replay ? Result<void>{} : reader_->commit(positions, commit_timeout);
        lock.lock();
        if (!committed) {
            logger().log(LogLevel::warning,
                         "the last commit of given-up partitions failed; their records will run again",
                         {{"group", parts_->projection.name()},
                          {"code", committed.error().code},
                          {"message", committed.error().message}});
        }
    }
    forget(partitions);
}

void Engine::store(std::span<const PartitionOffset> positions) {
    if (storing_) stored_.save(positions, now().monotonic);
}

/// What was counted must be brought out before the partitions go.
void Engine::forget(std::span<const TopicPartition> partitions) {
    if (meter_.active()) {
        for (const Workload::Report& one : workload_.report()) meter_.count(one.partition.topic, one.tally);
        for (const TopicPartition& partition : partitions) meter_.forget(partition);
    }
    for (const TopicPartition& partition : partitions) {
        workload_.remove(partition);
        stored_.forget(partition);
        sequences_.forget(partition);
    }
}

bool Engine::shut_down() {
    Lock lock{mutex_};
    const std::vector<TopicPartition> all = workload_.partitions();
    const bool drained = drain(lock, all);
    commit_and_remove(lock, all);
    ending_ = true;
    lock.unlock();
    work_.notify_all();
    dead_letters_.close(Duration{0});
    free_spent();
    return drained;
}

void Engine::balance() {
    std::vector<TopicPartition> pause;
    std::vector<TopicPartition> resume;
    {
        const Lock lock{mutex_};
        workload_.balance(pause, resume);
    }
    if (!pause.empty()) reader_->pause(pause);
    if (!resume.empty()) reader_->resume(resume);
}

void Engine::housekeeping(bool commit_now) {
    const MonotonicTime at = now().monotonic;
    if (in_sequence()) follow_dead_letters(at);
    std::vector<PartitionOffset> positions;
    bool wake = false;
    {
        const Lock lock{mutex_};
        workload_.tick(at);
        if (commit_now || at >= next_commit_) {
            positions = workload_.commits();
            next_commit_ = at + parts_->options.commit_interval;
        }
        wake = idle_ > 0 && workload_.has_ready();
    }
    if (wake) work_.notify_one();
    write_dead_letters();
    store(positions);
    if (!positions.empty() && !parts_->replay) reader_->commit_async(positions);
    stored_.purge(at);
    balance();
    if (commit_now || at >= next_report_) {
        next_report_ = at + report_interval;
        show_health(at);
        if (meter_.active()) report(at);
    }
}

void Engine::follow_dead_letters(MonotonicTime at) {
    sequences_.read(at, news_);
    const Lock lock{mutex_};
    for (SequenceLog::Known& known : news_.known)
        workload_.sequences_known(known.partition, std::move(known.sequences));
    for (const SequenceLog::Settled& settled : news_.settled) workload_.settled(settled);
    news_.known.clear();
    news_.settled.clear();
}

void Engine::report(MonotonicTime at) {
    std::vector<Workload::Report> reports;
    {
        const Lock lock{mutex_};
        reports = workload_.report();
    }
    for (const Workload::Report& one : reports) {
        meter_.count(one.partition.topic, one.tally);
        meter_.buffered(one.partition, one.unfinished);
        meter_.lag(one.partition, one.position, reader_->known_bounds(one.partition));
    }
    meter_.rates(at);
}

void Engine::show_health(MonotonicTime at) {
    std::vector<Workload::Condition> conditions;
    {
        const Lock lock{mutex_};
        conditions = workload_.conditions();
    }
    const auto see = [&](const TopicPartition& partition) {
        return HealthBoard::Seen{reader_->known_bounds(partition), reader_->position(partition)};
    };
    parts_->health->note(conditions, see, at, parts_->options.stuck_after);
}

bool Engine::any_paused() {
    const Lock lock{mutex_};
    return workload_.any_paused();
}

void Engine::wait_for_room(Duration timeout) {
    Lock lock{mutex_};
    if (!workload_.any_paused()) return;
    awaits_room_ = true;
    polls_.wait_for(lock, timeout, [&] { return workload_.any_roomy() || handler_stop_ || failure_; });
    awaits_room_ = false;
}

void Engine::pause_for(Duration timeout) {
    Lock lock{mutex_};
    polls_.wait_for(lock, timeout, [&] { return handler_stop_ || failure_; });
}

bool Engine::caught_up(const TopicPartition& partition, std::int64_t end) {
    const std::int64_t read = reader_->position(partition);
    const Lock lock{mutex_};
    return workload_.caught_up(partition, end, read);
}

void Engine::fail(Error error) {
    const Lock lock{mutex_};
    if (!failure_) failure_ = std::move(error);
    polls_.notify_all();
}

std::optional<Error> Engine::failure() {
    const Lock lock{mutex_};
    return failure_;
}

bool Engine::stopped_by_handler() {
    const Lock lock{mutex_};
    return handler_stop_;
}

void Engine::watch(Progress& progress) {
    const MonotonicTime at = now().monotonic;
    const Lock lock{mutex_};
    const Task* task = progress.current.load(std::memory_order_relaxed);
    const std::uint64_t started = progress.started.load(std::memory_order_relaxed);
    if (task == nullptr || started != progress.seen) {
        progress.seen = started;
        progress.since = at;
        progress.reported = false;
        return;
    }
    if (progress.reported || at - progress.since < parts_->options.handler_deadline) return;
    progress.reported = true;
    logger().log(LogLevel::error, "a handler exceeds its deadline",
                 {{"group", parts_->projection.name()},
                  {"topic", workload_.assignment().topic(task->partition)},
                  {"partition", std::int64_t{workload_.assignment().partition(task->partition)}},
                  {"offset", task->offset},
                  {"milliseconds", milliseconds(at - progress.since)}});
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
