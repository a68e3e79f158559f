// KafkaWriter's way from a client handle that failed for good to a new one.
#include "kafka/errors.hpp"
#include "kafka/writer.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_failures = 5;
constexpr std::chrono::minutes failures_window{1};
constexpr Duration drain_slice{50};
constexpr Duration purge_wait{2'000};

Error never_answered(Duration after) {
    return make_error(ErrorKind::retriable, codes::not_stored,
                      fmt::format("not written: an earlier record of its key may be stored or not, and was not "
                                  "published again within {} ms",
                                  after.count()),
                      "publish the earlier record again, then this one");
}

/// Failed with the handle, not by a fault or the age of its own.
bool failed_with_handle(const rd_kafka_message_t& message) {
    const ErrorKind kind = error_row(message.err).kind;
    return kind != ErrorKind::permanent && kind != ErrorKind::invalid_argument &&
           message.err != RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
}

}  // namespace

void KafkaWriter::begin_healing() {
    const Lock lock{mutex_};
    const State state = state_.load();
    if (closing_ || state == State::healing || state == State::broken) return;
    const auto failure = core_.load()->fatal_error();
    if (!failure) return;
    const auto now = Clock::now();
    std::erase_if(healed_, [&](auto time) { return now - time > failures_window; });
    const bool by_time = failure->native_code == numbered_anew;  // at most once in a delivery time
    if (!by_time) healed_.push_back(now);
    const bool too_often = healed_.size() > most_failures;
    runtime_.logger->log(too_often ? LogLevel::error : LogLevel::warning,
                         too_often ? "the Kafka client of a writer failed too often; the writer ends"
                                   : "the Kafka client of a writer failed; a new one takes its records over",
                         {{"code", std::string_view{failure->code}}, {"reason", std::string_view{failure->message}}});
    state_ = too_often ? State::broken : State::healing;
    changed_.notify_all();
    if (healing_runs_ || too_often) return;
    if (healer_.joinable()) healer_.join();  // over: it says so last
    healing_runs_ = true;
    healer_ = std::thread{[this] { heal(); }};
}

bool KafkaWriter::take_over(const rd_kafka_message_t& message, const Ticket& ticket) {
    begin_healing();
    const Lock lock{mutex_};
    if (closing_ || state_.load() != State::healing) return false;
    if (rd_kafka_message_status(&message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED) {
        held_.await(record_of(message), ticket.order, Clock::now() + bounds_.hold);
        return false;
    }
    if (!failed_with_handle(message)) return false;
    salvaged_.push_back({record_of(message), ticket.tag, ticket.order});
    return true;
}

void KafkaWriter::heal() noexcept {
    Lock lock{mutex_};
    while (!closing_) {
        if (state_.load() == State::healing) {
            replace(lock);
            continue;
        }
        if (state_.load() == State::broken) {
            const auto failure = core_.load()->fatal_error();
            tell(lock, held_.take_all(), failure.value_or(never_answered(bounds_.hold)));
            break;
        }
        resend(lock, *core_.load(), held_.take_answered());
        tell(lock, held_.take_expired(Clock::now()), never_answered(bounds_.hold));
        if (closing_ || state_.load() != State::holding) continue;
        if (held_.empty()) {
            state_ = State::sound;
            break;
        }
        changed_.wait_until(lock, held_.next_expiry());
    }
    healing_runs_ = false;
    changed_.notify_all();
}

// Waits for the answers to what the old handle has under way: without them nobody knows what is stored.
void KafkaWriter::settle(ProducerCore& old) {
    const auto closing = [this] {
        const Lock lock{mutex_};
        return closing_;
    };
    const auto deadline = Clock::now() + bounds_.answers;
    while (old.pending() > 0 && Clock::now() < deadline && !closing())
        static_cast<void>(old.wait_for_outcomes(drain_slice));
    if (old.pending() > 0) {
        old.purge();
        static_cast<void>(old.wait_for_outcomes(purge_wait));
    }
    old.close(Duration{0});
}

void KafkaWriter::replace(Lock& lock) {
    ProducerCore& old = *core_.load();
    lock.unlock();
    settle(old);
    auto made = make_core();
    lock.lock();
    if (closing_) return;
    if (!made) {
        state_ = State::broken;
        Error error = std::move(made).error();
        error.kind = ErrorKind::fatal;
        error.code = codes::writer_fatal;
        tell(lock, std::exchange(salvaged_, {}), error);
        return;
    }
    cores_.push_back(std::move(*made));
    ProducerCore& core = *cores_.back();
    resend_salvaged(lock, core);
    core_ = &core;
    state_ = State::holding;
    changed_.notify_all();
    lock.unlock();
    begin_healing();  // should the new one have failed already
    lock.lock();
}

// First what its publisher published again, then the rest in order.
void KafkaWriter::resend_salvaged(Lock& lock, ProducerCore& core) {
    std::vector<Salvaged> salvaged = std::exchange(salvaged_, {});
    std::sort(salvaged.begin(), salvaged.end(), [](const auto& a, const auto& b) { return a.order < b.order; });
    std::vector<Salvaged> again;
    std::vector<Salvaged> rest;
    for (Salvaged& each : salvaged) {
        const bool answer = each.order > late_order && held_.answers(each.record);
        if (answer) held_.answered(each.record);
        (answer ? again : rest).push_back(std::move(each));
    }
    for (Salvaged& each : again) each.order = 0;  // goes first
    again.insert(again.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
    static_cast<void>(held_.take_answered());  // nothing stands behind them yet
    resend(lock, core, std::move(again));
}

void KafkaWriter::resend(Lock& lock, ProducerCore& core, std::vector<Salvaged> salvaged) {
    std::vector<Salvaged> refused;
    Error why;
    for (Salvaged& each : salvaged) {
        if (held_.holds(each.record, each.order)) {
            held_.add(std::move(each));
            continue;
        }
        if (refused.empty()) {
            const Result<void> written = core.write(each.record, each.tag);
            if (written) continue;
            why = written.error();
        }
        refused.push_back(std::move(each));
    }
    if (why.kind != ErrorKind::fatal && why.kind != ErrorKind::fenced) return tell(lock, refused, why);
    std::move(refused.begin(), refused.end(), std::back_inserter(salvaged_));  // the new handle failed as well
}

void KafkaWriter::tell(Lock& lock, const std::vector<Salvaged>& salvaged, const Error& error) {
    if (salvaged.empty()) return;
    std::vector<WriteOutcome> outcomes;
    for (const Salvaged& each : salvaged) outcomes.push_back({.tag = each.tag, .error = &error});
    told_ += salvaged.size();
    lock.unlock();
    written(outcomes);
    lock.lock();
    told_ -= salvaged.size();
    changed_.notify_all();
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
