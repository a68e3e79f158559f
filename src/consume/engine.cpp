#include "consume/engine.hpp"

#include "consume/dead_letter.hpp"
#include "core/random.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr Duration longest_idle{50};
// Dead letters that come while others are under way go together, but do not wait for a topic that does not answer.
constexpr std::chrono::milliseconds letters_apart{50};
// Each group is a request to the broker: the larger the last one, the longer the next one gathers. A lone letter, for which
// a key waits, hardly does.
constexpr std::chrono::milliseconds gap_per_letter{1};
constexpr std::chrono::milliseconds longest_gap{10};

Limits limits_of(const Parts& parts) {
    const ProjectorOptions& options = parts.options;
    // One more poll's worth may come in after the partition is found full.
    const auto records = static_cast<std::size_t>(options.buffered_records);
    Limits limits{records - poll_batch(options), options.buffered_bytes,
                  static_cast<std::size_t>(options.waiting_keys)};
    if (parts.options.dead_letters.sequence && !parts.replay)
        limits.sequence_letters = static_cast<std::size_t>(options.dead_letters.sequence_letters);
    limits.group = parts.projection.name();
    if (!parts.replay) limits.retry_topics = options.retry_topics;
    return limits;
}

}  // namespace

std::size_t poll_batch(const ProjectorOptions& options) {
    return std::clamp<std::size_t>(static_cast<std::size_t>(options.buffered_records) / 4, 1, 1'000);
}

Engine::Engine(std::shared_ptr<const Parts> parts, std::stop_token stop)
    : parts_{std::move(parts)},
      stop_{std::move(stop)},
      workload_{limits_of(*parts_), parts_->options.retry, random_bits()},
      meter_{parts_->broker.runtime(), parts_->projection.name()},
      stored_{parts_->broker, parts_->catalogue, parts_->projection.name(), parts_->stores},
      sequences_{parts_->broker, parts_->projection.name(), parts_->options.dead_letters},
      dead_letters_{parts_->broker, [this](std::span<const WriteOutcome> outcomes) { dead_letters_ended(outcomes); }} {
    if (parts_->replay) replay_failures_.emplace(parts_->replay->starts, parts_->replay->redriven_for);
}

Engine::~Engine() = default;

Now Engine::now() const {
    const Clock& clock = *parts_->broker.runtime().clock;
    return {clock.monotonic(), clock.now()};
}

std::uint64_t Engine::key_of(const ReceivedRecord& record) {
    constexpr std::hash<std::string_view> hash;
    if (record.key && !record.key->empty()) return hash(*record.key);
    if (parts_->catalogue.open(record, scratch_, opened_) && !opened_.envelope.aggregate_id.empty())
        return hash(opened_.envelope.aggregate_id);
    return hash(record.topic) ^ (0x9E3779B97F4A7C15U * (static_cast<std::uint64_t>(record.partition) + 1));
}

void Engine::find_retried(std::span<const ReceivedRecord> records) {
    const Now at = now();
    retried_.clear();
    for (const ReceivedRecord& record : records)
        retried_.push_back(parts_->retry_topics.retried(record, parts_->projection.name(), at));
}

void Engine::free_spent() {
    std::vector<std::vector<ReceivedRecord>> spent;  // goes behind the lock
    const Lock lock{mutex_};
    spent.swap(spent_);
}

void Engine::intake(std::vector<ReceivedRecord>& records) {
    if (records.empty()) return free_spent();
    if (parts_->replay) {
        for (ReceivedRecord& record : records) record.assignment = 0;  // there is one for the whole run
    }
    keys_.clear();
    for (const ReceivedRecord& record : records) keys_.push_back(key_of(record));
    if (parts_->retry_topics.any()) find_retried(records);
    bool wake = false;
    std::vector<std::vector<ReceivedRecord>> spent;  // goes behind the lock
    {
        const Lock lock{mutex_};
        spent.swap(spent_);
        for (std::size_t at = 0; at < records.size(); ++at) {
            const Retried* retried = !retried_.empty() && retried_[at] ? &*retried_[at] : nullptr;
            (void)workload_.deliver(std::move(records[at]), keys_[at], retried);
        }
        wake = idle_ > 0 && workload_.has_ready();
    }
    if (wake) work_.notify_one();
    records.clear();
}

void Engine::end_failed(Task& task, Verdict verdict, const Now& at) {
    if (verdict.outcome == Handled::Outcome::skip) {
        ++replayed_;
        logger().log(LogLevel::info, "a handler skips a record",
                     {{"group", parts_->projection.name()},
                      {"topic", task.record.topic},
                      {"partition", std::int64_t{task.record.partition}},
                      {"offset", task.offset},
                      {"reason", verdict.message}});
        return workload_.skipped(task);
    }
    if (verdict.outcome == Handled::Outcome::stop) {
        handler_stop_ = true;
        logger().log(LogLevel::error, "a handler stops the projector",
                     {{"group", parts_->projection.name()},
                      {"topic", task.record.topic},
                      {"partition", std::int64_t{task.record.partition}},
                      {"offset", task.offset},
                      {"code", verdict.code},
                      {"reason", verdict.message}});
        polls_.notify_all();
    }
    workload_.failed(task, std::move(verdict), at);
}

void Engine::end(Batch& batch) {
    if (batch.tasks.empty()) return;
    const Now at = batch.verdicts.empty() ? Now{} : now();
    std::size_t verdict = 0;
    for (std::size_t index = 0; index < batch.tasks.size(); ++index) {
        Task& task = *batch.tasks[index];
        switch (batch.ends[index]) {
            case Batch::End::done: workload_.done(task); break;
            case Batch::End::ignored: workload_.ignored(task); break;
            case Batch::End::failed: end_failed(task, std::move(batch.verdicts[verdict++]), at); break;
            case Batch::End::given_back: workload_.give_back(task); break;
            case Batch::End::behind: break;
        }
    }
    if (parts_->replay)
        replayed_ += static_cast<std::uint64_t>(std::count_if(batch.ends.begin(), batch.ends.end(), Batch::is_good));
    batch.tasks.clear();
    batch.verdicts.clear();
    if (!batch.spent.empty()) spent_.push_back(std::exchange(batch.spent, {}));
    if (awaits_drain_ || (awaits_room_ && workload_.any_roomy())) polls_.notify_all();
}

void Engine::wait_for_work(Lock& lock) {
    Duration patience = longest_idle;
    if (const auto due = workload_.next_due()) {
        const auto left = std::chrono::ceil<Duration>(*due - now().monotonic);
        patience = std::clamp(left, Duration{1}, longest_idle);
    }
    if (workload_.has_dead()) {
        const auto left = std::chrono::ceil<Duration>(next_letters() - std::chrono::steady_clock::now());
        patience = std::clamp(left, Duration{1}, patience);
    }
    ++idle_;
    work_.wait_for(lock, patience);
    --idle_;
    workload_.tick(now().monotonic);
}

bool Engine::exchange(Batch& batch, std::size_t max_tasks, bool wait) {
    Lock lock{mutex_};
    end(batch);
    while (true) {
        if (dead_letters_due()) {
            lock.unlock();
            write_dead_letters();
            lock.lock();
        }
        if (ending_ || handler_stop_) return false;
        if (workload_.take(batch.tasks, max_tasks, max_tasks) > 0) break;
        if (!wait) return false;
        wait_for_work(lock);
    }
    const bool more = idle_ > 0 && workload_.has_ready();
    lock.unlock();
    if (more) work_.notify_one();
    return true;
}

std::chrono::steady_clock::time_point Engine::next_letters() const {
    return letters_written_ + (letters_under_way_ == 0 ? letters_gap_ : letters_apart);
}

bool Engine::dead_letters_due() const {
    return workload_.has_dead() && std::chrono::steady_clock::now() >= next_letters();
}

Record Engine::letter_of(const Task& task) const {
    const std::string& group = parts_->projection.name();
    const DeadLetterOptions& options = parts_->options.dead_letters;
    const int place = task.failure->retry_topic;
    if (place >= 0)
        return make_retry(task.record, *task.failure, group, options,
                          parts_->retry_topics.name_for(task.record.topic, place));
    Record letter = make_dead_letter(task.record, *task.failure, group, options, task.by_reference);
    if (const std::string* source = parts_->retry_topics.source_of(task.record.topic))
        letter.topic = letters_of(*source, options);
    return letter;
}

void Engine::write_dead_letters() {
    std::vector<Task*> dead;
    {
        const Lock lock{mutex_};
        if (!dead_letters_due()) return;
        workload_.take_dead(dead);
        letters_written_ = std::chrono::steady_clock::now();
        if (!parts_->replay) letters_under_way_ += dead.size();
        if (has_workers_ && !parts_->replay)
            letters_gap_ = std::min(longest_gap, gap_per_letter * static_cast<int>(dead.size()));
    }
    if (parts_->replay) return note_failures(dead);
    for (Task* task : dead) {
        if (auto written = dead_letters_.write(letter_of(*task), task->id); !written) {
            const Lock lock{mutex_};
            --letters_under_way_;
            dead_letter_ended(*task, {.tag = task->id, .error = &written.error()});
        }
    }
    if (!dead.empty()) dead_letters_.hurry();
}

void Engine::note_failures(std::span<Task* const> dead) {
    const Lock lock{mutex_};
    for (Task* task : dead) {
        const Failure& failure = *task->failure;
        ++replayed_;
        logger().log(LogLevel::warning, "a replayed record failed",
                     {{"group", parts_->projection.name()},
                      {"topic", task->record.topic},
                      {"partition", std::int64_t{task->record.partition}},
                      {"offset", task->offset},
                      {"stage", failure.stage},
                      {"code", failure.code},
                      {"reason", failure.message}});
        replay_failures_->failed(task->record, {std::string{task->record.topic}, task->record.partition, task->offset,
                                                std::string{failure.stage}, failure.code, failure.message});
        workload_.dead_letter_written(*task);
    }
    if (!dead.empty()) polls_.notify_all();
}

ReplayReport Engine::replayed() {
    ReplayReport report;
    report.failed = replay_failures_->count();
    report.failures = replay_failures_->first();
    const Lock lock{mutex_};
    report.handled = replayed_;
    return report;
}

bool Engine::idle() {
    const Lock lock{mutex_};
    return workload_.in_work() == 0;
}

void Engine::dead_letters_ended(std::span<const WriteOutcome> outcomes) {
    const Lock lock{mutex_};
    letters_under_way_ -= outcomes.size();
    for (const WriteOutcome& outcome : outcomes) {
        dead_letter_ended(workload_.task(static_cast<std::uint32_t>(outcome.tag)), outcome);
    }
    polls_.notify_all();
    if (idle_ > 0) work_.notify_one();
}

void Engine::dead_letter_ended(Task& task, const WriteOutcome& outcome) {
    const Error* const error = outcome.error;
    const std::initializer_list<LogField> where{{"group", parts_->projection.name()},
                                                {"topic", task.record.topic},
                                                {"partition", std::int64_t{task.record.partition}},
                                                {"offset", task.offset},
                                                {"stage", task.failure->stage},
                                                {"code", task.failure->code},
                                                {"reason", task.failure->message},
                                                {"attempts", std::int64_t{task.failure->attempts}}};
    const bool retried = task.failure->retry_topic >= 0;
    if (error == nullptr) {
        logger().log(retried ? LogLevel::info : LogLevel::warning, retried ? "retry topic" : "dead letter", where);
        return workload_.dead_letter_written(task, outcome.partition, outcome.offset);
    }
    if (error->code == codes::record_too_large && !task.by_reference) return workload_.dead_letter_too_large(task);
    logger().log(LogLevel::error,
                 retried ? "a record cannot be written to its retry topic; its partition waits"
                         : "a dead letter cannot be written; its partition waits",
                 {{"group", parts_->projection.name()},
                  {"topic", task.record.topic},
                  {"partition", std::int64_t{task.record.partition}},
                  {"offset", task.offset},
                  {"error", error->code},
                  {"message", error->message},
                  {"hint", error->hint}});
    workload_.dead_letter_failed(task, now().monotonic);
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
