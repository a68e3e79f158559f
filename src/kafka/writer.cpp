#include "kafka/writer.hpp"

#include "kafka/errors.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds flush_slice{50};

Error queue_full() {
    return make_error(ErrorKind::retriable, codes::queue_full,
                      "the writer's queue is full while its client is replaced", "try again in a moment");
}

}  // namespace

Result<std::unique_ptr<Writer>> KafkaWriter::create(MakeCore make, const Runtime& runtime, Bounds bounds,
                                                    WriteSink& sink) {
    std::unique_ptr<KafkaWriter> writer{new KafkaWriter{std::move(make), runtime, bounds, sink}};
    auto core = writer->make_core();
    if (!core) return core.error();
    writer->core_ = core->get();
    writer->cores_.push_back(std::move(*core));
    return std::unique_ptr<Writer>{std::move(writer)};
}

Result<std::unique_ptr<ProducerCore>> KafkaWriter::make_core() {
    auto core = make_(*this);
    if (!core) return core;
    (*core)->on_fatal = [this] { begin_healing(); };
    (*core)->take_over = [this](const rd_kafka_message_t& message, const Ticket& ticket) {
        return take_over(message, ticket);
    };
    return core;
}

Result<void> KafkaWriter::write(const Record& record, std::uint64_t tag) {
    if (state_.load(std::memory_order_acquire) == State::sound) {
        Result<void> written = core_.load(std::memory_order_acquire)->write(record, tag);
        const bool ended =
            !written && (written.error().kind == ErrorKind::fatal || written.error().kind == ErrorKind::fenced ||
                         written.error().kind == ErrorKind::closed);
        if (!ended) return written;
        begin_healing();
    }
    return write_beside_healing(record, tag);
}

Result<void> KafkaWriter::write_beside_healing(const Record& record, std::uint64_t tag) {
    const Lock lock{mutex_};
    const State state = state_.load();
    if (closing_ || state == State::sound || state == State::broken) return core_.load()->write(record, tag);
    const bool full = set_aside() >= bounds_.records;
    if (state == State::healing) {
        if (full) return queue_full();
        salvaged_.push_back({record, tag, late_order + ++late_orders_});
        return {};
    }
    if (held_.answers(record)) {
        Result<void> written = core_.load()->write(record, tag);
        if (!written) return written;
        held_.answered(record);
        changed_.notify_all();
        return written;
    }
    if (!held_.holds(record, late_order)) return core_.load()->write(record, tag);
    if (full) return queue_full();
    held_.add({record, tag, late_order + ++late_orders_});
    return {};
}

void KafkaWriter::written(std::span<const WriteOutcome> outcomes) noexcept {
    const std::lock_guard one{sink_mutex_};
    sink_.written(outcomes);
}

std::size_t KafkaWriter::pending() const noexcept {
    const Lock lock{mutex_};
    return core_.load()->pending() + set_aside();
}

Result<void> KafkaWriter::flush(Duration timeout) {
    const auto deadline = Clock::now() + timeout;
    while (true) {
        Lock lock{mutex_};
        ProducerCore& core = *core_.load();
        const bool beside = state_.load() == State::healing || set_aside() != 0;  // not all in the client yet
        lock.unlock();
        const auto left = std::chrono::ceil<Duration>(deadline - Clock::now());
        Result<void> flushed = core.flush(std::max(left, Duration{0}));
        lock.lock();
        const bool replaced = &core != core_.load() || state_.load() == State::healing;
        if (closing_ || (!beside && !replaced && set_aside() == 0)) return flushed;
        if (!flushed && !replaced) return flushed;
        if (Clock::now() >= deadline)
            return make_error(ErrorKind::retriable, codes::flush_timeout,
                              fmt::format("{} records wait behind one that may be stored", set_aside()),
                              "publish the records that ended indeterminate again");
        if (replaced || set_aside() != 0)
            changed_.wait_for(lock, std::min<Clock::duration>(flush_slice, deadline - Clock::now()));
    }
}

void KafkaWriter::close(Duration timeout) noexcept {
    const std::lock_guard once{close_mutex_};
    const auto deadline = Clock::now() + timeout;
    if (core_.load() == nullptr) return;
    if (state_.load() != State::sound && timeout > Duration{0}) static_cast<void>(flush(timeout));
    Lock lock{mutex_};
    if (closing_) return;
    closing_ = true;
    changed_.notify_all();
    lock.unlock();
    if (healer_.joinable()) healer_.join();
    core_.load()->close(std::max(std::chrono::ceil<Duration>(deadline - Clock::now()), Duration{0}));
    lock.lock();
    std::vector<Salvaged> left = held_.take_all();
    std::move(salvaged_.begin(), salvaged_.end(), std::back_inserter(left));
    salvaged_.clear();
    tell(lock, left,
         make_error(ErrorKind::retriable, codes::not_stored, "the writer was closed before the record was written",
                    "publish it again"));
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
