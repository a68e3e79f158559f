#include "broker/check_options.hpp"
#include "kafka/errors.hpp"
#include "kafka/reader.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

constexpr int cooperative_is_sound = 0x020a01ff;  // 2.10.1
constexpr Duration destructor_bound{1'000};

Result<void> check(const ReaderOptions& options) {
    if (options.max_poll_interval >= options.session_timeout) return {};
    return make_error(ErrorKind::invalid_argument, codes::options_invalid,
                      fmt::format("ReaderOptions::max_poll_interval ({} ms) is shorter than session_timeout ({} ms)",
                                  options.max_poll_interval.count(), options.session_timeout.count()));
}

constexpr std::size_t most_fetched_bytes = std::size_t{1024} * 1024;  // librdkafka's default

// A client without a group still needs a name for one; it never joins or commits under it.
std::string group_of(const ReaderOptions& options) {
    return options.group.empty() ? "eventsdk-no-group" : options.group;
}

void configure(ConfBuilder& conf, const ReaderOptions& reader) {
    conf.set("group.id", group_of(reader));
    if (!reader.instance_id.empty()) conf.set("group.instance.id", reader.instance_id);
    conf.set("enable.auto.commit", "false");
    conf.set("enable.auto.offset.store", "false");
    conf.set("auto.offset.reset", "error");
    conf.set("enable.partition.eof", "true");
    conf.set("allow.auto.create.topics", "false");
    conf.set("isolation.level", reader.isolation == Isolation::read_committed ? "read_committed" : "read_uncommitted");
    conf.set("session.timeout.ms", reader.session_timeout.count());
    conf.set("max.poll.interval.ms", reader.max_poll_interval.count());
    conf.set("queued.min.messages", reader.looks_up ? 1 : reader.prefetch_records);
    conf.set("queued.max.messages.kbytes",
             std::clamp<std::int64_t>(static_cast<std::int64_t>(reader.prefetch_bytes / 1'024), 1, 2'097'151));
    conf.set_default("fetch.queue.backoff.ms", reader.looks_up ? "1" : "10");
    // Also how long a seek waits for the request under way, which a reader of given partitions does often.
    conf.set_default("fetch.wait.max.ms", reader.looks_up ? "1" : reader.topics.empty() ? "10" : "100");
    conf.set_default("max.partition.fetch.bytes", std::to_string(std::min(reader.prefetch_bytes, most_fetched_bytes)));
    const bool cooperative = reader.cooperative && rd_kafka_version() >= cooperative_is_sound;
    conf.set("partition.assignment.strategy", cooperative ? "cooperative-sticky" : "range,roundrobin");
}

}  // namespace

KafkaReader::KafkaReader(ReaderOptions options, Duration request_timeout, RebalanceListener* listener)
    : options_{std::move(options)},
      request_timeout_{request_timeout},
      listener_{listener},
      owner_{RecordOwner::create()} {}

KafkaReader::~KafkaReader() {
    close(destructor_bound);
    commits_.reset();  // before the handle may go
    events_.reset();
    owner_->release();
}

Result<std::unique_ptr<Reader>> KafkaReader::create(const Options& options, const Runtime& runtime,
                                                    const ReaderOptions& reader, RebalanceListener* listener) {
    if (auto checked = check_options(reader); !checked) return checked.error();
    if (auto checked = check(reader); !checked) return checked.error();
    std::unique_ptr<KafkaReader> made{new KafkaReader{reader, options.request_timeout, listener}};
    if (auto started = made->start(options, runtime); !started) return started.error();
    return std::unique_ptr<Reader>{std::move(made)};
}

Result<void> KafkaReader::start(const Options& options, const Runtime& runtime) {
    auto context = std::make_shared<Context>();
    context->runtime = runtime;
    ConfBuilder conf{options, PropertyScope::reader, *context};
    configure(conf, options_);
    conf.set_statistics(runtime);
    meter_ = std::make_unique<BrokerMeter>(runtime, "consume");
    rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT |
                                             RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS);
    // Every topic of the handle carries the owner; the topic settings above have made this object.
    if (auto* topic_conf = rd_kafka_conf_get_default_topic_conf(conf.get())) {
        rd_kafka_topic_conf_set_opaque(topic_conf, owner_);
    }
    auto finished = conf.finish();
    if (!finished) {
        closed_ = true;
        return finished.error();
    }
    auto handle = Handle::create(RD_KAFKA_CONSUMER, std::move(*finished), std::move(context));
    if (!handle) {
        closed_ = true;
        return handle.error();
    }
    owner_->adopt(std::move(*handle));
    rd_kafka_poll_set_consumer(native());
    events_.reset(rd_kafka_queue_get_consumer(native()));
    commits_ = std::make_unique<CommitLane>(native(), this->context(), options_.group);
    rd_kafka_queue_cb_event_enable(
        events_.get(),
        [](rd_kafka_t*, void* opaque) noexcept {
            auto* reader = static_cast<KafkaReader*>(opaque);
            reader->events_ready_ = true;
            reader->waker_.wake();
        },
        this);
    return subscribed() ? subscribe() : Result<void>{};
}

Result<void> KafkaReader::subscribe() {
    const PartitionList list{rd_kafka_topic_partition_list_new(static_cast<int>(options_.topics.size()))};
    for (const std::string& topic : options_.topics) {
        rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    }
    const rd_kafka_resp_err_t native_error = rd_kafka_subscribe(native(), list.get());
    if (native_error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    return make_error(native_error, fmt::format("ReaderOptions::topics of group '{}'", options_.group));
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
