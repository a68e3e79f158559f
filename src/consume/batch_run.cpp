#include "consume/batch_run.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

namespace {

constexpr std::size_t cache_line = 64;
constexpr std::size_t most_fetched_ahead = 1'024;

void fetch_ahead(const void* memory, std::size_t bytes) {
#if defined(__GNUC__)
    const auto* from = static_cast<const char*>(memory);
    for (std::size_t at = 0; at < bytes; at += cache_line) __builtin_prefetch(from + at);
#else
    static_cast<void>(memory);
    static_cast<void>(bytes);
#endif
}

/// Records come from the polling thread, on another core: they are on their way here while earlier ones are run.
void fetch_ahead(std::span<Task* const> next) {
    if (next.size() > 2) fetch_ahead(&next[2]->record, sizeof(ReceivedRecord));
    if (next.size() < 2 || !next[1]->record.value) return;
    const std::string_view value = *next[1]->record.value;
    fetch_ahead(value.data(), std::min(value.size(), most_fetched_ahead) + cache_line);  // headers lie behind it
}

}  // namespace

void BatchRun::run() {
    batch_.ends.assign(batch_.tasks.size(), Batch::End::behind);
    batch_.spent.reserve(batch_.tasks.size());
    for (std::size_t at = 0; at < batch_.tasks.size(); ++at) {
        fetch_ahead(std::span{batch_.tasks}.subspan(at));
        run_one(at);
    }
    run_gathered();
    progress_.current.store(nullptr, std::memory_order_relaxed);
}

bool BatchRun::is_behind(const Task& task) const {
    return !stopped_.empty() && std::find(stopped_.begin(), stopped_.end(), task.key) != stopped_.end();
}

void BatchRun::show(const Task& task) {
    progress_.current.store(&task, std::memory_order_relaxed);
    progress_.started.store(progress_.started.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void BatchRun::done(std::size_t at, Batch::End end) {
    batch_.ends[at] = end;
    ReceivedRecord& record = batch_.tasks[at]->record;
    record.forget_headers();  // this thread looked at them
    batch_.spent.push_back(std::move(record));
}

void BatchRun::failed(std::size_t at) {
    batch_.ends[at] = Batch::End::failed;
    const bool goes_on = verdict_.outcome == Handled::Outcome::skip;
    batch_.verdicts.push_back(std::move(verdict_));
    if (!goes_on) stopped_.push_back(batch_.tasks[at]->key);
}

void BatchRun::given_back(std::size_t at) {
    batch_.ends[at] = Batch::End::given_back;
    stopped_.push_back(batch_.tasks[at]->key);
}

void BatchRun::run_one(std::size_t at) {
    const Task& task = *batch_.tasks[at];
    if (is_behind(task)) return;
    show(task);
    if (task.home->abandoned.load(std::memory_order_relaxed)) return give_back(at);
    if (task.follows) return follow(at);
    switch (dispatcher_.offer(task.record, task.attempts + 1, task.finished, task.key, verdict_)) {
        case Dispatcher::Answer::done: return gathered_.empty() ? done(at, good_end()) : passed_.push_back(at);
        case Dispatcher::Answer::failed: return failed(at);
        case Dispatcher::Answer::gathered: return gathered_.push_back(at);
        case Dispatcher::Answer::after_gathered: run_gathered(); return run_one(at);
    }
}

void BatchRun::give_back(std::size_t at) {
    run_gathered();
    if (!is_behind(*batch_.tasks[at])) given_back(at);
}

void BatchRun::follow(std::size_t at) {
    run_gathered();
    const Task& task = *batch_.tasks[at];
    if (is_behind(task)) return;
    // What ran before it in this batch may have settled what it follows.
    const auto earlier = std::span{batch_.tasks}.first(at);
    if (std::any_of(earlier.begin(), earlier.end(), [&](const Task* other) { return other->key == task.key; }))
        return given_back(at);
    verdict_ = {Handled::Outcome::dead_letter,
                {},
                "sequence",
                "projector.follows_dead_letter",
                "an earlier event of its key is a dead letter that is not settled",
                "redrive, park or purge that first"};
    failed(at);
}

void BatchRun::run_gathered() {
    if (gathered_.empty()) return;
    run_together(std::exchange(gathered_, {}));
    pass_before(batch_.tasks.size());
}

void BatchRun::pass_before(std::size_t place) {
    const auto later = std::lower_bound(passed_.begin(), passed_.end(), place);
    for (auto at = passed_.begin(); at != later; ++at) {
        if (!is_behind(*batch_.tasks[*at])) done(*at, Batch::End::ignored);
    }
    passed_.erase(passed_.begin(), later);
}

void BatchRun::run_together(const std::vector<std::size_t>& places) {
    const Task& last = *batch_.tasks[places.back()];
    if (dispatcher_.run_gathered(last.record, last.attempts + 1, last.finished, verdict_)) {
        for (const std::size_t at : places) done(at);
    } else if (places.size() == 1) {
        failed(places.front());
    } else if (verdict_.outcome == Handled::Outcome::unavailable || verdict_.outcome == Handled::Outcome::stop) {
        failed(places.front());
        give_up(std::span{places}.subspan(1));
    } else {
        for (const std::size_t at : places) run_alone(at);
    }
}

void BatchRun::run_alone(std::size_t at) {
    pass_before(at);
    const Task& task = *batch_.tasks[at];
    if (is_behind(task)) return;
    show(task);
    dispatcher_.run(task.record, task.attempts + 1, task.finished, verdict_) ? done(at, good_end()) : failed(at);
}

void BatchRun::give_up(std::span<const std::size_t> rest) {
    for (const std::size_t at : rest) {
        pass_before(at);
        if (!is_behind(*batch_.tasks[at])) given_back(at);
    }
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
