#include "broker/check_options.hpp"
#include "kafka/errors.hpp"
#include "kafka/producer_core.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

const char* name_of(Compression compression) {
    switch (compression) {
        case Compression::none: return "none";
        case Compression::lz4: return "lz4";
        case Compression::zstd: return "zstd";
        case Compression::gzip: return "gzip";
        case Compression::snappy: return "snappy";
    }
    return "none";
}

constexpr std::int16_t produce_api = 0;  // Kafka's request numbers
constexpr std::int16_t producer_id_api = 22;

// Of the client's own threads, which hold no lock of it that matters here. A client asks for a producer id at its start, and
// again when records ended by their time: from then on brokers take what it sends again for new.
rd_kafka_resp_err_t watch_answer(rd_kafka_t* handle, int, const char*, std::int32_t, std::int16_t api, std::int16_t,
                                 std::int32_t, std::size_t, std::int64_t, rd_kafka_resp_err_t error,
                                 void* opaque) noexcept {
    auto& context = *static_cast<Context*>(opaque);
    if (api == produce_api && error != RD_KAFKA_RESP_ERR_NO_ERROR) context.unsure = true;
    if (api == producer_id_api && error == RD_KAFKA_RESP_ERR_NO_ERROR && context.unsure) end_numbered_anew(handle);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t watch_report(rd_kafka_t*, rd_kafka_message_t* message, void* opaque) noexcept {
    if (expired_unsure(*message)) static_cast<Context*>(opaque)->unsure = true;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t watch(rd_kafka_t* handle, const rd_kafka_conf_t*, void* opaque, char*, std::size_t) noexcept {
    static_cast<void>(rd_kafka_interceptor_add_on_acknowledgement(handle, "eventsdk", watch_report, opaque));
    return rd_kafka_interceptor_add_on_response_received(handle, "eventsdk", watch_answer, opaque);
}

}  // namespace

bool expired_unsure(const rd_kafka_message_t& message) noexcept {
    return message.err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT &&
           rd_kafka_message_status(&message) == RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED;
}

// The only way that librdkafka has to end a handle from outside; its name says what else it is for.
void end_numbered_anew(rd_kafka_t* handle) noexcept {
    rd_kafka_test_fatal_error(handle, numbered_anew, "the time of records that may be stored is over");
}

Result<void> check(const WriterOptions& options) {
    if (options.linger < options.delivery_timeout) return {};
    return make_error(ErrorKind::invalid_argument, codes::options_invalid,
                      fmt::format("WriterOptions::linger ({} ms) must be shorter than delivery_timeout ({} ms)",
                                  options.linger.count(), options.delivery_timeout.count()));
}

Result<std::unique_ptr<ProducerCore>> ProducerCore::create(const Options& options, const Runtime& runtime,
                                                           const WriterOptions& writer, WriteSink& sink,
                                                           const TransactionalWriterOptions* transactional) {
    if (auto checked = check_options(writer); !checked) return checked.error();
    if (auto checked = check(writer); !checked) return checked.error();
    Options adapted = options;
    Duration delivery_timeout = writer.delivery_timeout;
    if (transactional != nullptr) {
        if (auto checked = check_options(*transactional); !checked) return checked.error();
        // librdkafka refuses a handle whose requests or records could outlive its transactions.
        adapted.request_timeout = std::min(options.request_timeout, transactional->transaction_timeout);
        delivery_timeout = std::min(delivery_timeout, transactional->transaction_timeout);
    }
    auto context = std::make_shared<Context>();
    context->runtime = runtime;
    ConfBuilder conf{adapted, PropertyScope::writer, *context};
    conf.set("enable.idempotence", "true");
    conf.set("acks", "all");
    conf.set("linger.ms", writer.linger.count());
    conf.set("compression.type", name_of(writer.compression));
    conf.set("message.timeout.ms", delivery_timeout.count());
    conf.set("queue.buffering.max.messages", writer.queue_records);
    conf.set("queue.buffering.max.kbytes",
             std::clamp<std::int64_t>(static_cast<std::int64_t>(writer.queue_bytes / 1'024), 1, 2'147'483'647));
    conf.set_default("message.max.bytes", "10000000");  // the topic's own limit decides
    if (transactional != nullptr) {
        conf.set("transactional.id", transactional->transactional_id);
        conf.set("transaction.timeout.ms", transactional->transaction_timeout.count());
    } else {
        rd_kafka_conf_interceptor_add_on_new(conf.get(), "eventsdk", watch, context.get());
    }
    rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS);
    conf.set_statistics(runtime);
    auto finished = conf.finish();
    if (!finished) return finished.error();
    std::unique_ptr<ProducerCore> core{new ProducerCore{runtime, writer, sink}};
    if (auto started = core->start(std::move(*finished), std::move(context)); !started) return started.error();
    return core;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
