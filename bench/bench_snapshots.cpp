// Restoring an aggregate of a million events: all of them, beside a bare consumer of the same partition; and the newest
// snapshot with the events after it, with and without an index. And one of a hundred events that lie among them. Needs a
// Kafka: tools/bench snapshots starts one.

#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/produce/producer.hpp>
#include <eventsdk/snapshot/snapshots.hpp>
#include <eventsdk/sqlite/event_index.hpp>

#include <librdkafka/rdkafka.h>

#include "submission.hpp"
#include "support.hpp"

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>

namespace bench {

struct Assignment {
    std::int64_t submissions = 0;
    std::int64_t bytes = 0;
    std::string last_file{};
};

}  // namespace bench

template <>
struct eventsdk::AggregateTraits<bench::Assignment> {
    using T = bench::Assignment;
    static constexpr AggregateType type{"bench", "assignment"};
    using Events = std::variant<bench::Submission>;
    static constexpr auto fields =
        std::tuple{field("submissions", &T::submissions), field("bytes", &T::bytes), field("lastFile", &T::last_file)};
    static void apply(T& state, const bench::Submission& event) {
        ++state.submissions;
        state.bytes += event.bytes;
        state.last_file = event.file_url;
    }
};

namespace {

using namespace eventsdk;
using Assignments = Snapshots<bench::Assignment>;

constexpr Duration patience{60'000};
constexpr std::string_view aggregate = "5c1d7a90-3b2e-4f6a-8c7d-000000000001";
constexpr std::string_view rare = "5c1d7a90-3b2e-4f6a-8c7d-000000000002";
constexpr std::int64_t rare_events = 100;

struct Row {
    std::string name;
    double milliseconds = 0;
    std::int64_t records = 0;
    std::int64_t fetches = 0;
    std::int64_t bytes = 0;
};

std::string make_topics(const Broker& broker) {
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    const TopicSpec events{.name = "bench.snapshots." + std::to_string(now), .partitions = 1};
    auto admin = broker.port().admin().value();
    for (const TopicSpec& spec : {events, snapshot_spec(events)}) admin->create_topic(spec, patience).value();
    return events.name;
}

/// The aggregate's events, and, evenly between them, `others` of the rare one.
void publish(Producer& producer, std::int64_t from, std::int64_t to, std::int64_t others) {
    const auto told = [](const Result<Receipt>& outcome) {
        if (!outcome) bench::give_up(outcome.error().to_string());
    };
    bench::Submission event;
    std::int64_t other = 0;
    for (std::int64_t revision = from; revision <= to; ++revision) {
        event.bytes = revision;
        producer.publish_async(aggregate, event, told, {.revision = revision}).value();
        if (other * (to - from + 1) > (revision - from) * others) continue;
        event.bytes = ++other;
        if (other <= others) producer.publish_async(rare, event, told, {.revision = other}).value();
    }
    producer.flush(patience).value();
}

/// Reads the first `count` records of the partition.
bench::Run run_bare(const std::string& bootstrap, const std::string& topic, std::size_t count) {
    std::array<char, 512> text{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    const std::array<std::pair<const char*, const char*>, 7> settings{{{"bootstrap.servers", bootstrap.c_str()},
                                                                       {"group.id", "bench-none"},
                                                                       {"enable.auto.commit", "false"},
                                                                       {"isolation.level", "read_committed"},
                                                                       {"queued.min.messages", "5000"},
                                                                       {"fetch.queue.backoff.ms", "10"},
                                                                       {"queued.max.messages.kbytes", "16384"}}};
    for (const auto& [name, value] : settings)
        if (rd_kafka_conf_set(conf, name, value, text.data(), text.size()) != RD_KAFKA_CONF_OK)
            bench::give_up(text.data());
    rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text.data(), text.size());
    if (handle == nullptr) bench::give_up(text.data());
    rd_kafka_poll_set_consumer(handle);
    rd_kafka_topic_partition_list_t* places = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(places, topic.c_str(), 0)->offset = 0;
    rd_kafka_assign(handle, places);
    rd_kafka_topic_partition_list_destroy(places);
    rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(handle);
    std::array<rd_kafka_message_t*, 1'000> batch{};
    std::size_t read = 0;
    std::optional<bench::Measure> measure;
    while (read < count) {
        const ssize_t got = rd_kafka_consume_batch_queue(queue, 100, batch.data(), batch.size());
        if (got > 0 && !measure) measure.emplace();
        for (ssize_t i = 0; i < got; ++i) {
            read += batch[static_cast<std::size_t>(i)]->err == RD_KAFKA_RESP_ERR_NO_ERROR ? 1 : 0;
            rd_kafka_message_destroy(batch[static_cast<std::size_t>(i)]);
        }
    }
    const bench::Run run = measure->end(read);
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(handle);
    rd_kafka_destroy(handle);
    return run;
}

Restored<bench::Assignment> restore(Assignments& assignments, std::string_view id, std::int64_t events) {
    auto restored = assignments.restore(id);
    if (!restored) bench::give_up(restored.error().to_string());
    if (restored->state.submissions != events || restored->state.bytes != events * (events + 1) / 2)
        bench::give_up("the restored state is wrong");
    return std::move(*restored);
}

Row row_of(std::string name, const ReadReport& report) {
    return {std::move(name), static_cast<double>(report.took.count()) / 1'000, report.records + report.snapshot_records,
            report.fetches, report.bytes};
}

void print(const Row& row) {
    std::printf("  %-44s %11.2f ms %9lld records %7lld fetches %12lld bytes\n", row.name.c_str(), row.milliseconds,
                static_cast<long long>(row.records), static_cast<long long>(row.fetches),
                static_cast<long long>(row.bytes));
    std::fflush(stdout);
}

/// Bars of the rows' times on a logarithmic scale from 1 ms.
void write_svg(const std::string& file, const std::vector<Row>& rows, const std::string& title) {
    std::ofstream out{file};
    const auto width = [](double milliseconds) { return 90 * std::log10(std::max(milliseconds, 1.05)); };
    const std::size_t height = 70 + 40 * rows.size();
    out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"820\" height=\"" << height
        << "\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        << "<text x=\"10\" y=\"22\" font-size=\"15\">" << title << "</text>\n";
    for (int power = 0; power <= 4; ++power) {
        const int x = 330 + 90 * power;
        out << "<line x1=\"" << x << "\" x2=\"" << x << "\" y1=\"40\" y2=\"" << height - 25
            << "\" stroke=\"#ccc\"/>\n<text x=\"" << x << "\" y=\"" << height - 8 << "\" text-anchor=\"middle\">"
            << std::pow(10, power) << " ms</text>\n";
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t y = 48 + 40 * i;
        std::array<char, 64> text{};
        std::snprintf(text.data(), text.size(), "%.1f ms", rows[i].milliseconds);
        out << "<text x=\"320\" y=\"" << y + 17 << "\" text-anchor=\"end\">" << rows[i].name << "</text>\n"
            << "<rect x=\"330\" y=\"" << y << "\" width=\"" << width(rows[i].milliseconds)
            << "\" height=\"24\" fill=\"#3b6ea5\"/>\n<text x=\"" << 336 + width(rows[i].milliseconds) << "\" y=\""
            << y + 17 << "\">" << text.data() << "</text>\n";
    }
    out << "</svg>\n";
}

/// All events, beside the bare consumer in turns.
Row measure_all(const Broker& broker, const Catalogue& catalogue, const kafka::Options& options,
                const std::string& topic, std::int64_t events, std::size_t rounds) {
    auto assignments = Assignments::create(broker, catalogue).value();
    const auto count = static_cast<std::size_t>(events + rare_events);
    (void)run_bare(options.bootstrap_servers, topic, count);
    std::vector<bench::Run> bare;
    std::vector<bench::Run> full;
    Row row;
    for (std::size_t round = 0; round < rounds; ++round) {
        bare.push_back(run_bare(options.bootstrap_servers, topic, count));
        bench::print("bare librdkafka", bare.back());
        const bench::Measure measure;
        row = row_of("all events", restore(assignments, aggregate, events).report);
        full.push_back(measure.end(count));
        bench::print("restore of all events", full.back());
    }
    bench::print_ratio(bench::median(full), bench::median(bare));
    row.milliseconds = static_cast<double>(count) / bench::median(full).records_per_second * 1'000;
    return row;
}

/// The median of restores on connections that are there.
Row measure_warm(std::string name, Assignments& assignments, std::string_view id, std::int64_t events) {
    std::vector<double> times;
    Row row;
    for (int i = 0; i < 200; ++i) {
        row = row_of(name, restore(assignments, id, events).report);
        times.push_back(row.milliseconds);
    }
    std::sort(times.begin(), times.end());
    row.milliseconds = times[times.size() / 2];
    std::printf("  %s: median %.2f ms, p99 %.2f ms of %zu\n", name.c_str(), row.milliseconds,
                times[times.size() * 99 / 100], times.size());
    std::fflush(stdout);
    return row;
}

/// With an index: a snapshot and the events after it; the rare aggregate, which has no snapshot.
void measure_indexed(const Broker& broker, const Catalogue& catalogue, const std::string& topic, std::int64_t events,
                     bool keep_bytes, std::vector<Row>& rows) {
    const std::string kind = keep_bytes ? ", index with bytes" : ", index";
    const auto file = std::filesystem::temp_directory_path() / (topic + (keep_bytes ? ".bytes.db" : ".db"));
    auto index = sqlite::open_event_index(file, {.keep_bytes = keep_bytes}).value();
    const bench::Measure measure;
    const IndexReport built = update_index(broker, *index, topic, patience).value();
    bench::print("building" + kind, measure.end(static_cast<std::size_t>(built.records)));
    auto assignments = Assignments::create(broker, catalogue, {.index = index}).value();
    rows.push_back(measure_warm("snapshot + 100 events" + kind, assignments, aggregate, events));
    rows.push_back(measure_warm("100 events among all" + kind, assignments, rare, rare_events));
    index.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
}

/// A snapshot and 100 events after it, on new connections and on the same ones; the rare aggregate by a scan.
void measure_snapshot(const Broker& broker, const Catalogue& catalogue, std::int64_t events, std::vector<Row>& rows) {
    auto assignments = Assignments::create(broker, catalogue).value();
    rows.push_back(row_of("snapshot + 100 events, new connection", restore(assignments, aggregate, events).report));
    rows.push_back(measure_warm("snapshot + 100 events", assignments, aggregate, events));
    rows.push_back(row_of("100 events among all", restore(assignments, rare, rare_events).report));
}

}  // namespace

int main(int argument_count, char** arguments) {
    const auto events = static_cast<std::int64_t>(bench::argument(argument_count, arguments, "--records", 1'000'000));
    const std::size_t rounds = bench::argument(argument_count, arguments, "--rounds", 5);
    const auto options = kafka::Options::from_environment().value();
    const Broker broker = kafka::connect(options, Runtime{.logger = silent_logger()}).value();
    const std::string topic = make_topics(broker);
    const Catalogue catalogue = bench::load_catalogue(topic);
    Producer producer = Producer::create(broker, catalogue).value();
    publish(producer, 1, events, rare_events);
    std::printf("snapshots: one aggregate of %lld events\n", static_cast<long long>(events));
    std::vector<Row> rows{measure_all(broker, catalogue, options, topic, events, rounds)};
    if (auto taken = Assignments::create(broker, catalogue).value().publish(aggregate); !taken)
        bench::give_up(taken.error().to_string());
    publish(producer, events + 1, events + 100, 0);
    measure_snapshot(broker, catalogue, events + 100, rows);
    for (const bool keep_bytes : {false, true})
        measure_indexed(broker, catalogue, topic, events + 100, keep_bytes, rows);
    for (const Row& row : rows) print(row);
    for (int i = 1; i + 1 < argument_count; ++i)
        if (std::string_view{arguments[i]} == "--svg")
            write_svg(arguments[i + 1], rows,
                      "Restoring an aggregate of " + std::to_string(events) + " events (logarithmic)");
    return 0;
}
