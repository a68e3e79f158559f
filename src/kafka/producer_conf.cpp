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

}  // namespace

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
