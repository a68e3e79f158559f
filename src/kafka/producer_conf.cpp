#include "kafka/errors.hpp"
#include "kafka/producer_core.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

Error invalid(std::string message) {
    return make_error(ErrorKind::invalid_argument, codes::options_invalid, std::move(message));
}

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

Result<void> check(const TransactionalWriterOptions& options) {
    if (options.transactional_id.empty() || options.transactional_id.size() > 249) {
        return invalid("transactional_id must have 1 to 249 bytes");
    }
    if (options.transaction_timeout < Duration{1'000} || options.transaction_timeout > Duration{900'000}) {
        return invalid(
            fmt::format("transaction_timeout is {} ms, outside 1 s to 15 min", options.transaction_timeout.count()));
    }
    if (options.init_timeout < Duration{1} || options.init_timeout > Duration{600'000}) {
        return invalid(fmt::format("init_timeout is {} ms, outside 1 ms to 10 min", options.init_timeout.count()));
    }
    return {};
}

}  // namespace

Result<void> check(const WriterOptions& options) {
    if (options.linger < Duration{0} || options.linger > Duration{900'000}) {
        return invalid(fmt::format("linger is {} ms, outside 0 to 900,000 ms", options.linger.count()));
    }
    if (options.delivery_timeout < Duration{1} || options.delivery_timeout > Duration{86'400'000}) {
        return invalid(
            fmt::format("delivery_timeout is {} ms, outside 1 ms to 24 h", options.delivery_timeout.count()));
    }
    if (options.linger >= options.delivery_timeout) {
        return invalid(fmt::format("linger ({} ms) must be shorter than delivery_timeout ({} ms)",
                                   options.linger.count(), options.delivery_timeout.count()));
    }
    if (options.queue_records < 1 || options.queue_records > 10'000'000) {
        return invalid(fmt::format("queue_records is {}, outside 1 to 10,000,000", options.queue_records));
    }
    if (options.queue_bytes < 1'024) return invalid("queue_bytes is below 1,024");
    return {};
}

Result<std::unique_ptr<ProducerCore>> ProducerCore::create(const Options& options, const Runtime& runtime,
                                                           const WriterOptions& writer, WriteSink& sink,
                                                           const TransactionalWriterOptions* transactional) {
    if (auto checked = check(writer); !checked) return checked.error();
    Options adapted = options;
    Duration delivery_timeout = writer.delivery_timeout;
    if (transactional != nullptr) {
        if (auto checked = check(*transactional); !checked) return checked.error();
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
    auto finished = conf.finish();
    if (!finished) return finished.error();
    std::unique_ptr<ProducerCore> core{new ProducerCore{writer, sink}};
    if (auto started = core->start(std::move(*finished), std::move(context)); !started) return started.error();
    return core;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
