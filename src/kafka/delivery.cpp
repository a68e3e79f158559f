// The delivery thread of ProducerCore: events of the handle's queue become outcomes for the sink.
#include "kafka/errors.hpp"
#include "kafka/producer_core.hpp"

#include <eventsdk/broker/error_codes.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

void keep_headers(rd_kafka_message_t* message, Ticket& ticket) noexcept {
    rd_kafka_headers_t* headers = nullptr;
    if (ticket.keeps_headers && rd_kafka_message_detach_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
        ticket.spent.reset(headers);
}

}  // namespace

void ProducerCore::deliver() noexcept {
    constexpr int slice_ms = 100;
    while (!stop_) {
        Event event{rd_kafka_queue_poll(events_.get(), slice_ms)};
        if (event == nullptr) {
            bury();
            continue;
        }
        try {
            const std::size_t records = rd_kafka_event_message_count(event.get());
            take_event(event.get());
            lay_aside(std::move(event), records);
        } catch (const std::exception& failure) {
            handle_.context().runtime.logger->log(LogLevel::error, "an event of the Kafka client was lost",
                                                  {{"reason", std::string_view{failure.what()}}});
        }
    }
}

// Keeps few enough for the queue's bound, and none that are not worth it.
void ProducerCore::lay_aside(Event event, std::size_t records) {
    constexpr std::size_t worth_it = 64;
    const std::lock_guard lock{spent_mutex_};
    if (records < worth_it || spent_records_ + records > static_cast<std::size_t>(options_.queue_records) / 4) return;
    spent_.push_back(std::move(event));
    spent_records_ += records;
    spent_waits_.store(true, std::memory_order_relaxed);
}

void ProducerCore::bury() noexcept {
    std::vector<Event> buried;
    const std::unique_lock lock{spent_mutex_, std::try_to_lock};
    if (!lock) return;  // another thread is at it
    buried.swap(spent_);
    spent_records_ = 0;
    spent_waits_.store(false, std::memory_order_relaxed);
}

void ProducerCore::take_event(rd_kafka_event_t* event) {
    switch (rd_kafka_event_type(event)) {
        case RD_KAFKA_EVENT_DR: take_reports(event); break;
        case RD_KAFKA_EVENT_ERROR:
            handle_.context().causes.note(rd_kafka_event_error(event), rd_kafka_event_error_string(event));
            if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__FATAL && on_fatal) on_fatal();
            break;
        case RD_KAFKA_EVENT_STATS: meter_.show(parse_statistics(rd_kafka_event_stats(event))); break;
        default: break;
    }
}

void ProducerCore::take_reports(rd_kafka_event_t* event) {
    const std::size_t count = rd_kafka_event_message_count(event);
    outcomes_.clear();
    ended_.clear();
    errors_.clear();
    outcomes_.reserve(count);
    ended_.reserve(count);
    messages_.clear();
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
        __builtin_prefetch(message->_private, 1);  // the writing thread had it last
        messages_.push_back(message);
    }
    for (const rd_kafka_message_t* message : messages_) {
        auto* ticket = static_cast<Ticket*>(message->_private);
        ended_.push_back(ticket);
        const bool failed = message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
        if (failed && take_over) {
            if (expired_unsure(*message)) end_numbered_anew(handle_.get());
            if (fatal_error() && take_over(*message, *ticket)) continue;
        }
        outcomes_.push_back({.tag = ticket->tag, .partition = message->partition, .offset = message->offset});
        if (!failed) {
            keep_headers(const_cast<rd_kafka_message_t*>(message), *ticket);
            continue;
        }
        if (errors_.empty()) errors_.reserve(count);  // the outcomes point into it
        errors_.push_back(outcome_error(*message));
        outcomes_.back().offset = -1;
        outcomes_.back().error = &errors_.back();
        if (on_failure) on_failure(errors_.back());
    }
    if (errors_.size() < outcomes_.size()) handle_.context().causes.clear();
    sink_.written(outcomes_);
    tickets_.finish(ended_);
}

// What the client never reported, because it was still busy when the time for closing was over.
void ProducerCore::end_outstanding() noexcept {
    const std::vector<Ticket*> tickets = tickets_.outstanding();
    if (tickets.empty()) return;
    const Error error = make_error(ErrorKind::indeterminate, codes::unacknowledged,
                                   "the writer was closed before the record was acknowledged",
                                   "publish the same prepared record again: readers drop the double");
    std::vector<WriteOutcome> outcomes;
    outcomes.reserve(tickets.size());
    for (const Ticket* ticket : tickets) outcomes.push_back({.tag = ticket->tag, .error = &error});
    sink_.written(outcomes);
    tickets_.finish(tickets);
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
