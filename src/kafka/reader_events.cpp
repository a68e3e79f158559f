#include "kafka/errors.hpp"
#include "kafka/positions.hpp"
#include "kafka/reader.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

constexpr std::size_t most_errors = 16;  // kept for poll(); the rest repeats

bool is_authorisation(rd_kafka_resp_err_t native) { return error_row(native).code == codes::unauthorized; }

}  // namespace

Error reader_error(Error error) {
    if (error.code == codes::topic_unknown) error.code = codes::reader_topic_unknown;
    if (error.code == codes::unauthorized) {
        error.kind = ErrorKind::invalid_argument;
        error.code = codes::reader_unauthorized;
    }
    return error;
}

void KafkaReader::serve_events() {
    events_ready_ = false;
    while (const Event event{rd_kafka_queue_poll(events_.get(), 0)}) take_event(event.get());
    commits_->serve();
    served_ = std::chrono::steady_clock::now();
}

void KafkaReader::take_event(rd_kafka_event_t* event) {
    switch (rd_kafka_event_type(event)) {
        case RD_KAFKA_EVENT_REBALANCE: take_rebalance(event); break;
        case RD_KAFKA_EVENT_ERROR: take_error(event); break;
        case RD_KAFKA_EVENT_STATS: take_statistics(rd_kafka_event_stats(event)); break;
        case RD_KAFKA_EVENT_FETCH:  // cannot be: every assigned partition has its own queue before it is read
            fatal_ = make_error(ErrorKind::fatal, "reader.internal", "a record came outside of its partition's queue");
            break;
        default: break;
    }
}

void KafkaReader::report(Error error) {
    const bool known = std::any_of(errors_.begin(), errors_.end(), [&](const Error& other) {
        return other.code == error.code && other.message == error.message;
    });
    if (!known && errors_.size() < most_errors) errors_.push_back(std::move(error));
}

void KafkaReader::take_error(rd_kafka_event_t* event) {
    const rd_kafka_resp_err_t native_error = rd_kafka_event_error(event);
    const std::string_view text = rd_kafka_event_error_string(event);
    const std::string subject = subscribed() ? fmt::format("group '{}'", options_.group) : std::string{"reader"};
    if (rd_kafka_event_error_is_fatal(event) != 0 || native_error == RD_KAFKA_RESP_ERR__FATAL) {
        std::array<char, 512> reason{};
        const auto cause = rd_kafka_fatal_error(native(), reason.data(), reason.size());
        fatal_ = make_error(cause, subject, reason.data());
        fatal_->kind = ErrorKind::fatal;
        return;
    }
    context().causes.note(native_error, text);
    unreachable_ = true;
    if (is_authorisation(native_error) && !subscribed()) return;  // of a group that is not used
    const ErrorRow& row = error_row(native_error);
    if (native_error == RD_KAFKA_RESP_ERR__TRANSPORT || native_error == RD_KAFKA_RESP_ERR__RESOLVE) return;
    if (row.kind == ErrorKind::unavailable) {
        if (auto cause = context().causes.last()) report(std::move(*cause));
    } else if (row.kind == ErrorKind::retriable || row.kind == ErrorKind::fenced) {
        context().runtime.logger->log(LogLevel::info, "the Kafka reader goes on after an error",
                                      {{"group", options_.group}, {"reason", text}});
    } else {
        report(reader_error(make_error(native_error, subject, text)));
    }
}

void KafkaReader::take_partition_error(ReadPartition& partition, const rd_kafka_message_t& message) {
    const std::int64_t offset = partition.position.load();
    const std::string subject =
        fmt::format("topic '{}' partition {} offset {}", partition.id.topic, partition.id.partition, offset);
    const char* detail = rd_kafka_message_errstr(&message);
    const ErrorRow& row = error_row(message.err);
    if (row.kind == ErrorKind::permanent && row.code != codes::unauthorized) {
        partition.error = make_error(message.err, subject, detail != nullptr ? detail : "");
    } else if (row.kind == ErrorKind::permanent || row.kind == ErrorKind::invalid_argument) {
        report(reader_error(make_error(message.err, subject, detail != nullptr ? detail : "")));
    } else {
        context().runtime.logger->log(LogLevel::info, "the Kafka reader goes on after an error of a partition",
                                      {{"topic", partition.id.topic},
                                       {"partition", std::int64_t{partition.id.partition}},
                                       {"reason", std::string_view{detail != nullptr ? detail : ""}}});
    }
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
