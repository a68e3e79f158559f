// Typed consume (parse, schema check, dispatch to a handler, commit) beside a bare rd_kafka_consume_batch_queue loop over
// the same topic of distinct records. Two more say where the rest goes: a bare loop that also reads each record's headers,
// whose parsing is librdkafka's, and one thread that opens and fills events with no projector around it. The records have
// the SDK's five headers, or the first N of them (`--headers N`). Needs a Kafka: tools/bench consume starts one.

#include <eventsdk/consume/projector.hpp>
#include <eventsdk/kafka/connect.hpp>

#include "bare_producer.hpp"
#include "submission.hpp"
#include "support.hpp"

#include <algorithm>
#include <array>
#include <atomic>

namespace {

using namespace eventsdk;

struct Group {
    std::string name;
    explicit Group(const std::string& side) {
        static int made = 0;
        name = "bench-" + side + "-" + std::to_string(++made) + "-" +
               std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
    }
};

/// Looks at each header once, as every reader that checks headers must; librdkafka parses them at the first look.
std::size_t read_headers(rd_kafka_message_t* message) {
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
    std::size_t bytes = 0;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i)
        bytes += size;
    return bytes;
}

/// Reads `count` records of the topic as a new group and commits at the end.
bench::Run run_bare(const std::string& bootstrap, const std::string& topic, std::size_t count, bool with_headers) {
    std::array<char, 512> text{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    const std::array<std::pair<const char*, std::string>, 9> settings{{{"bootstrap.servers", bootstrap},
                                                                       {"group.id", Group{"bare"}.name},
                                                                       {"enable.auto.commit", "false"},
                                                                       {"enable.auto.offset.store", "false"},
                                                                       {"auto.offset.reset", "earliest"},
                                                                       {"isolation.level", "read_committed"},
                                                                       {"queued.min.messages", "5000"},
                                                                       {"fetch.queue.backoff.ms", "10"},
                                                                       {"queued.max.messages.kbytes", "16384"}}};
    for (const auto& [name, value] : settings)
        if (rd_kafka_conf_set(conf, name, value.c_str(), text.data(), text.size()) != RD_KAFKA_CONF_OK)
            bench::give_up(text.data());
    rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text.data(), text.size());
    if (handle == nullptr) bench::give_up(text.data());
    rd_kafka_poll_set_consumer(handle);
    rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, topic.c_str(), RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(handle, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(handle);
    std::array<rd_kafka_message_t*, 1'000> batch{};
    std::size_t read = 0;
    std::size_t bytes = 0;
    std::optional<bench::Measure> measure;
    while (read < count) {
        const ssize_t got = rd_kafka_consume_batch_queue(queue, 100, batch.data(), batch.size());
        for (ssize_t i = 0; i < got; ++i) {
            rd_kafka_message_t* message = batch[static_cast<std::size_t>(i)];
            if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                if (!measure) measure.emplace();
                ++read;
                bytes += message->len;
                if (with_headers) bytes += read_headers(message);
                rd_kafka_offset_store_message(message);
            }
            rd_kafka_message_destroy(message);
        }
    }
    rd_kafka_commit(handle, nullptr, 0);
    const bench::Run run = measure->end(read);
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(handle);
    rd_kafka_destroy(handle);
    if (bytes == 0) bench::give_up("nothing was read");
    return run;
}

/// Reads, parses, checks and fills on one thread: no keys, no workers, no offsets.
bench::Run run_opening(const Broker& broker, const Catalogue& catalogue, const std::string& topic, std::size_t count) {
    auto reader = broker.port().reader({}, nullptr).value();
    std::vector<PartitionOffset> all;
    for (std::int32_t partition = 0; partition < 4; ++partition) all.push_back({topic, partition, -1});
    reader->assign(all).value();
    std::vector<ReceivedRecord> records;
    OpenScratch scratch;
    Opened opened;
    bench::Submission event;
    std::size_t read = 0;
    std::int64_t sum = 0;
    std::optional<bench::Measure> measure;
    while (read < count) {
        if (reader->poll(records, 1'000, Duration{100}).value() == 0) continue;
        if (!measure) measure.emplace();
        for (ReceivedRecord& record : records) {
            catalogue.open(record, scratch, opened).value();
            opened.fill(describe_event<bench::Submission>(), &event).value();
            record.forget_headers();
            sum += event.bytes;
        }
        read += records.size();
        records.clear();
    }
    const bench::Run run = measure->end(read);
    if (sum == 0) bench::give_up("nothing was read");
    return run;
}

bench::Run run_sdk(const Broker& broker, const Catalogue& catalogue, std::size_t count) {
    std::atomic<std::size_t> handled{0};
    std::atomic<std::int64_t> sum{0};
    std::optional<bench::Measure> measure;
    Projection projection{Group{"sdk"}.name};
    projection.on<bench::Submission>([&](const bench::Submission& event) {
        if (handled.fetch_add(1, std::memory_order_relaxed) == 0) measure.emplace();
        sum.fetch_add(event.bytes, std::memory_order_relaxed);
    });
    auto projector = Projector::create(broker, catalogue, std::move(projection));
    if (!projector) bench::give_up(projector.error().to_string());
    if (auto ended = projector->run_until_caught_up(); !ended) bench::give_up(ended.error().to_string());
    const bench::Run run = measure->end(handled);
    if (handled != count) bench::give_up("handled " + std::to_string(handled) + " of " + std::to_string(count));
    return run;
}

}  // namespace

int main(int argument_count, char** arguments) {
    const std::size_t records = bench::argument(argument_count, arguments, "--records", 1'000'000);
    const std::size_t rounds = bench::argument(argument_count, arguments, "--rounds", 5);
    const std::size_t headers = bench::argument(argument_count, arguments, "--headers", 100);
    const auto options = kafka::Options::from_environment();
    if (!options) bench::give_up(options.error().to_string());
    auto broker = kafka::connect(*options, Runtime{.logger = silent_logger()});
    if (!broker) bench::give_up(broker.error().to_string());
    const std::string topic = bench::make_topic(*broker, "bench.consume");
    const Catalogue catalogue = bench::load_catalogue(topic);
    {
        std::vector<Record> prepared = bench::prepared_records(catalogue, broker->runtime());
        for (Record& record : prepared) record.headers.resize(std::min(record.headers.size(), headers));
        std::printf("consume: %zu records, value %zu bytes, %zu headers, 4 partitions, read_committed, one worker\n",
                    records, prepared.back().value->size(), prepared.back().headers.size());
        bench::BareProducer{options->bootstrap_servers, topic}.run(prepared, records);
    }
    (void)run_bare(options->bootstrap_servers, topic, records, false);
    std::vector<bench::Run> sdk_runs;
    std::vector<bench::Run> bare_runs;
    std::vector<bench::Run> header_runs;
    std::vector<bench::Run> opening_runs;
    for (std::size_t round = 0; round < rounds; ++round) {
        bare_runs.push_back(run_bare(options->bootstrap_servers, topic, records, false));
        bench::print("bare librdkafka", bare_runs.back());
        header_runs.push_back(run_bare(options->bootstrap_servers, topic, records, true));
        bench::print("bare, headers read", header_runs.back());
        opening_runs.push_back(run_opening(*broker, catalogue, topic, records));
        bench::print("open and fill alone", opening_runs.back());
        sdk_runs.push_back(run_sdk(*broker, catalogue, records));
        bench::print("eventsdk", sdk_runs.back());
    }
    std::printf("medians of %zu:\n", rounds);
    bench::print("bare librdkafka", bench::median(bare_runs));
    bench::print("bare, headers read", bench::median(header_runs));
    bench::print("open and fill alone", bench::median(opening_runs));
    bench::print("eventsdk", bench::median(sdk_runs));
    bench::print_ratio(bench::median(sdk_runs), bench::median(bare_runs));
    std::printf("with the headers read: ");
    bench::print_ratio(bench::median(sdk_runs), bench::median(header_runs));
    std::printf("open and fill alone: ");
    bench::print_ratio(bench::median(opening_runs), bench::median(bare_runs));
    std::printf("memory: peak %ld KiB\n", bench::peak_kib());
    return 0;
}
