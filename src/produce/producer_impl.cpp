#include "produce/producer_impl.hpp"

#include "produce/errors.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using produce::Deadline;
using produce::Pending;
using produce::Until;

/// The producer whose outcomes this thread is handing out; publishing from there must not wait.
thread_local const void* delivering = nullptr;

class Delivering {
public:
    explicit Delivering(const void* producer) : outer_{delivering} { delivering = producer; }
    ~Delivering() { delivering = outer_; }
    Delivering(const Delivering&) = delete;
    Delivering& operator=(const Delivering&) = delete;

private:
    const void* outer_;
};

/// The table is the bound; the writer frees a record a moment after its outcome and is given room for that.
WriterOptions with_headroom(WriterOptions options) {
    options.queue_records = std::min(options.queue_records, 5'000'000) * 2;
    options.queue_bytes = std::min(options.queue_bytes, std::size_t{1} << 40) * 2;
    return options;
}

}  // namespace

Producer::Impl::Impl(Broker broker, Catalogue catalogue, const ProducerOptions& options)
    : broker_{std::move(broker)},
      catalogue_{std::move(catalogue)},
      timeout_{options.publish_timeout},
      table_{broker_.runtime(), {static_cast<std::size_t>(options.writer.queue_records), options.writer.queue_bytes}} {}

Result<void> Producer::Impl::open(const WriterOptions& options) {
    auto writer = broker_.port().writer(with_headroom(options), *this);
    if (!writer) return std::move(writer).error();
    writer_ = std::move(*writer);
    return {};
}

template <class Fill>
Result<void> Producer::Impl::send(const Record& record, Until until, Fill&& fill) {
    auto acquired = table_.acquire(record, until, delivering != this, [this] { writer_->hurry(); });
    if (!acquired) return std::move(acquired).error();
    fill(**acquired);
    return write(record, *acquired, until);
}

Result<void> Producer::Impl::write(const Record& record, Pending* pending, Until& until) {
    const auto tag = reinterpret_cast<std::uintptr_t>(pending);
    for (;;) {
        const std::uint64_t seen = table_.progress();
        Result<void> taken = writer_->write(record, tag);
        if (taken) return taken;
        const bool full = taken.error().code == codes::queue_full;
        if (!full || delivering == this || std::chrono::steady_clock::now() >= until.deadline()) {
            table_.give_up(pending, taken.error());
            return taken;
        }
        writer_->hurry();
        table_.wait_progress(seen, until.deadline());
    }
}

Result<void> Producer::Impl::publish_async(const Record& record, Completion completion) {
    return send(record, Until{timeout_}, [&](Pending& pending) { pending.completion = std::move(completion); });
}

Result<Receipt> Producer::Impl::publish(const Record& record) { return std::move(publish_all({&record, 1}).front()); }

std::vector<Result<Receipt>> Producer::Impl::publish_all(std::span<const Record> records) {
    if (records.empty()) return {};
    if (delivering == this)
        return std::vector<Result<Receipt>>(records.size(), produce::in_completion_error("publish()"));
    const Deadline until = std::chrono::steady_clock::now() + timeout_;
    const auto ticket = std::make_shared<produce::Ticket>(records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        Result<void> sent = send(records[i], Until{until}, [&](Pending& pending) {
            pending.ticket = ticket;
            pending.index = i;
        });
        if (!sent) ticket->settle(i, std::move(sent).error());
    }
    writer_->hurry();
    return ticket->wait(until, produce::late_error());
}

Result<void> Producer::Impl::flush(Duration timeout) {
    if (delivering == this) return produce::in_completion_error("flush()");
    Result<void> flushed = writer_->flush(timeout);
    if (!flushed && flushed.error().code == codes::flush_timeout) flushed.error().code = "producer.flush_timeout";
    return flushed;
}

void Producer::Impl::written(std::span<const WriteOutcome> outcomes) noexcept {
    if (outcomes.empty()) return;
    const Delivering here{this};
    const MonotonicTime now = table_.measured() ? runtime().clock->monotonic() : MonotonicTime{};
    std::size_t bytes = 0;
    std::size_t delivered = 0;
    for (const WriteOutcome& outcome : outcomes) {
        bytes += reinterpret_cast<Pending*>(outcome.tag)->bytes;
        delivered += outcome.error == nullptr ? 1U : 0U;
    }
    delivered_.fetch_add(delivered, std::memory_order_relaxed);
    table_.settle(outcomes.size(), bytes);

    Result<Receipt> told{Receipt{}};
    Pending* first = nullptr;
    Pending* last = nullptr;
    for (const WriteOutcome& outcome : outcomes) {
        auto* pending = reinterpret_cast<Pending*>(outcome.tag);
        finish(*pending, outcome, told, now);
        pending->next_free = first;
        if (first == nullptr) last = pending;
        first = pending;
    }
    table_.recycle(first, last);
}

void Producer::Impl::finish(Pending& pending, const WriteOutcome& outcome, Result<Receipt>& told, MonotonicTime now) {
    if (outcome.error == nullptr) {
        if (!told) told = Receipt{};
        if (told->topic != pending.topic->name()) told->topic = pending.topic->name();
        told->partition = outcome.partition;
        told->offset = outcome.offset;
        pending.topic->delivered(std::chrono::duration<double>(now - pending.started).count());
    } else {
        told = *outcome.error;
        table_.failed(&pending, *outcome.error);
        const std::lock_guard lock{report_mutex_};
        if (reporting_) report_.undelivered.push_back(pending.event_id);
    }
    if (pending.ticket != nullptr) {
        pending.ticket->settle(pending.index, told);
        pending.ticket.reset();
    }
    if (pending.completion == nullptr) return;
    try {
        pending.completion(told);
    } catch (...) {
        runtime().logger->log(
            LogLevel::error, "a completion threw; its outcome stands",
            {{"topic", std::string_view{pending.topic->name()}}, {"event_id", std::string_view{pending.event_id}}});
    }
    pending.completion = nullptr;
}

CloseReport Producer::Impl::close(Duration timeout) {
    table_.close();
    if (delivering == this || writer_ == nullptr) return {};
    const std::lock_guard one{close_mutex_};
    {
        const std::lock_guard lock{report_mutex_};
        if (reported_) return report_;
        reporting_ = true;
    }
    writer_->close(timeout);
    const std::lock_guard lock{report_mutex_};
    report_.delivered = delivered_.load();
    reported_ = true;
    return report_;
}

EVENTSDK_END_NAMESPACE
