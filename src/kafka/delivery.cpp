// The delivery thread of ProducerCore: events of the handle's queue become outcomes for the sink.
#include "kafka/errors.hpp"
#include "kafka/producer_core.hpp"

#include <eventsdk/broker/error_codes.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

void ProducerCore::deliver() noexcept {
    constexpr int slice_ms = 100;
    while (!stop_) {
        const Event event{rd_kafka_queue_poll(events_.get(), slice_ms)};
        if (event == nullptr) continue;
        try {
            take_event(event.get());
        } catch (const std::exception& failure) {
            handle_.context().runtime.logger->log(LogLevel::error, "an event of the Kafka client was lost",
                                                  {{"reason", std::string_view{failure.what()}}});
        }
    }
}

void ProducerCore::take_event(rd_kafka_event_t* event) {
    switch (rd_kafka_event_type(event)) {
        case RD_KAFKA_EVENT_DR: take_reports(event); break;
        case RD_KAFKA_EVENT_ERROR:
            handle_.context().causes.note(rd_kafka_event_error(event), rd_kafka_event_error_string(event));
            break;
        default: break;
    }
}

void ProducerCore::take_reports(rd_kafka_event_t* event) {
    const std::size_t count = rd_kafka_event_message_count(event);
    outcomes_.clear();
    numbers_.clear();
    errors_.clear();
    outcomes_.reserve(count);
    numbers_.reserve(count);
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
        const auto number = static_cast<Tickets::Number>(reinterpret_cast<std::uintptr_t>(message->_private));
        numbers_.push_back(number);
        outcomes_.push_back({.tag = number, .partition = message->partition, .offset = message->offset});
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
        if (errors_.empty()) errors_.reserve(count);  // the outcomes point into it
        errors_.push_back(outcome_error(*message));
        outcomes_.back().offset = -1;
        outcomes_.back().error = &errors_.back();
        if (on_failure) on_failure(errors_.back());
    }
    if (errors_.size() < outcomes_.size()) handle_.context().causes.clear();
    tickets_.resolve(outcomes_);
    sink_.written(outcomes_);
    tickets_.finish(numbers_);
}

// What the client never reported, because it was still busy when the time for closing was over.
void ProducerCore::end_outstanding() noexcept {
    const std::vector<Tickets::Number> numbers = tickets_.outstanding();
    if (numbers.empty()) return;
    const Error error = make_error(ErrorKind::indeterminate, codes::unacknowledged,
                                   "the writer was closed before the record was acknowledged",
                                   "publish the same prepared record again: readers drop the double");
    std::vector<WriteOutcome> outcomes;
    outcomes.reserve(numbers.size());
    for (const Tickets::Number number : numbers) outcomes.push_back({.tag = number, .error = &error});
    tickets_.resolve(outcomes);
    sink_.written(outcomes);
    tickets_.finish(numbers);
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
