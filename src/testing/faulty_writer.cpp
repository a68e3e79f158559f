#include "broker/deadline.hpp"
#include "testing/faulty_writers.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

Result<std::unique_ptr<Writer>> FaultyWriter::make(std::shared_ptr<FaultState> state, const WriterOptions& options,
                                                   WriteSink& sink) {
    std::unique_ptr<FaultyWriter> made{new FaultyWriter{std::move(state), options, sink}};
    auto inner = made->state_->port().writer(options, made->outcomes_);
    if (!inner) return inner.error();
    made->inner_ = std::move(*inner);
    made->state_->enlist(*made);
    return std::unique_ptr<Writer>{std::move(made)};
}

FaultyWriter::FaultyWriter(std::shared_ptr<FaultState> state, const WriterOptions& options, WriteSink& sink)
    : state_{std::move(state)}, options_{options}, outcomes_{sink} {}

FaultyWriter::~FaultyWriter() {
    state_->dismiss(*this);
    if (inner_) close(Duration{0});
}

Result<void> FaultyWriter::write(const Record& record, std::uint64_t tag) {
    if (closed_) return fault(ErrorKind::closed, codes::writer_closed, "the writer is closed");
    const Verdict verdict = state_->judge(Operation::write, &record);
    if (verdict.error) {
        outcomes_.accept();
        outcomes_.fail(tag, *verdict.error);
        return {};
    }
    drain();
    std::unique_lock lock{mutex_};
    if (!waiting_.empty() || draining_ || verdict.due || verdict.down) {
        auto accepted =
            enqueue({record, tag, verdict.due, state_->now() + options_.delivery_timeout, verdict.unacknowledged});
        lock.unlock();
        drain();
        return accepted;
    }
    draining_ = true;
    outcomes_.accept();
    lock.unlock();
    auto passed = outcomes_.pass(*inner_, record, tag, verdict.unacknowledged);
    if (!passed) outcomes_.refuse();
    lock.lock();
    draining_ = false;
    lock.unlock();
    drain();
    return passed;
}

Result<void> FaultyWriter::enqueue(Waiting waiting) {
    const std::size_t bytes = waiting.record.size_bytes();
    if (waiting_.size() >= static_cast<std::size_t>(options_.queue_records) ||
        waiting_bytes_ + bytes > options_.queue_bytes) {
        return fault(ErrorKind::retriable, codes::queue_full,
                     std::to_string(waiting_.size()) + " records wait for a broker that does not answer");
    }
    waiting_bytes_ += bytes;
    waiting_.push_back(std::move(waiting));
    outcomes_.accept();
    return {};
}

void FaultyWriter::drain() {
    std::unique_lock lock{mutex_};
    if (draining_) return;
    draining_ = true;
    while (!waiting_.empty()) {
        const MonotonicTime now = state_->now();
        const bool ready = !state_->down() && (!waiting_.front().due || *waiting_.front().due <= now);
        const bool expired = waiting_.front().expires <= now;
        if (!ready && !expired) break;
        const Waiting next = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= next.record.size_bytes();
        lock.unlock();
        if (!ready) {
            outcomes_.fail(next.tag, fault(ErrorKind::retriable, codes::not_stored,
                                           "no broker answered within WriterOptions::delivery_timeout"));
        } else if (auto passed = outcomes_.pass(*inner_, next.record, next.tag, next.unacknowledged); !passed) {
            outcomes_.fail(next.tag, passed.error());
        }
        lock.lock();
    }
    draining_ = false;
}

void FaultyWriter::settle(bool all) {
    if (all) {
        const std::lock_guard lock{mutex_};
        for (Waiting& waiting : waiting_) waiting.due.reset();
    }
    drain();
}

bool FaultyWriter::everything_passed(std::chrono::steady_clock::time_point deadline) {
    while (true) {
        drain();
        std::optional<MonotonicTime> due;
        {
            const std::lock_guard lock{mutex_};
            if (waiting_.empty() && !draining_) return true;
            if (!waiting_.empty()) due = waiting_.front().due;
        }
        const auto now = std::chrono::steady_clock::now();
        if (now >= deadline) return false;
        (void)state_->wait_until_due(due, std::min(deadline, now + std::chrono::milliseconds{1}));
    }
}

Result<void> FaultyWriter::flush(Duration timeout) {
    const auto deadline = deadline_after(timeout);
    const auto left = [&] {
        return std::max(Duration{0}, std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now()));
    };
    if (everything_passed(deadline)) {
        if (auto flushed = inner_->flush(left()); !flushed) return flushed;
        if (outcomes_.flush(left())) return {};
    }
    return fault(ErrorKind::retriable, codes::flush_timeout,
                 std::to_string(pending()) + " records are without an outcome");
}

void FaultyWriter::close(Duration timeout) noexcept {
    const auto deadline = deadline_after(timeout);
    closed_ = true;
    (void)everything_passed(deadline);
    std::deque<Waiting> rest;
    {
        const std::lock_guard lock{mutex_};
        rest.swap(waiting_);
        waiting_bytes_ = 0;
    }
    for (const Waiting& waiting : rest) {
        outcomes_.fail(waiting.tag, fault(ErrorKind::retriable, codes::not_stored, "the writer was closed before"));
    }
    inner_->close(std::max(Duration{0}, std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now())));
    (void)outcomes_.flush(Duration{0});
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
