// Typed publish (envelope, id, trace, schema check, acknowledged) beside a bare librdkafka loop that writes the same
// bytes with the same settings: records that the SDK prepared beforehand, in turn. There are 1,024 of them (`--distinct N`):
// of fewer LZ4 makes nothing, and more of them would leave the processor's cache, while the SDK writes each of its records
// into memory at hand. Needs a Kafka: tools/bench publish starts one; `--mock 1` takes librdkafka's mock broker, whose work
// counts as CPU of both sides. `--soak N` publishes N more events and shows that memory stays flat.

#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/produce/producer.hpp>

#include "bare_producer.hpp"
#include "mock_broker.hpp"
#include "submission.hpp"
#include "support.hpp"

#include <atomic>
#include <optional>

namespace {

using namespace eventsdk;

bench::Run run_sdk(Producer& producer, const std::vector<std::string>& keys, std::size_t count) {
    std::atomic<std::size_t> failed{0};
    const bench::Measure measure;
    bench::Submission event;
    for (std::size_t i = 0; i < count; ++i) {
        event.bytes = static_cast<std::int64_t>(i);
        const auto sent =
            producer.publish_async(keys[i % keys.size()], event, [&failed](const Result<Receipt>& outcome) {
                if (!outcome) failed.fetch_add(1, std::memory_order_relaxed);
            });
        if (!sent) bench::give_up(sent.error().to_string());
    }
    if (auto flushed = producer.flush(Duration{60'000}); !flushed) bench::give_up(flushed.error().to_string());
    const bench::Run run = measure.end(count);
    if (failed != 0) bench::give_up("not every record was acknowledged");
    return run;
}

bench::Run run_bare(bench::BareProducer& producer, std::span<const Record> prepared, std::size_t count) {
    const bench::Measure measure;
    producer.run(prepared, count);
    return measure.end(count);
}

/// Memory after each tenth of `count` events.
void soak(Producer& producer, const std::vector<std::string>& keys, std::size_t count) {
    const long start = bench::resident_kib();
    std::printf("memory at the start of %zu events: %ld KiB\n", count, start);
    for (std::size_t tenth = 1; tenth <= 10; ++tenth) {
        (void)run_sdk(producer, keys, count / 10);
        const long now = bench::resident_kib();
        std::printf("  after %9zu events: %ld KiB, %+ld KiB\n", tenth * (count / 10), now, now - start);
        std::fflush(stdout);
    }
    std::printf("  peak %ld KiB\n", bench::peak_kib());
}

}  // namespace

int main(int argument_count, char** arguments) {
    const std::size_t records = bench::argument(argument_count, arguments, "--records", 1'000'000);
    const std::size_t rounds = bench::argument(argument_count, arguments, "--rounds", 5);
    const std::size_t warm = bench::argument(argument_count, arguments, "--warm", 2'000'000);
    const std::size_t more = bench::argument(argument_count, arguments, "--soak", 0);
    std::optional<bench::MockBroker> mock;
    if (bench::argument(argument_count, arguments, "--mock", 0) != 0) mock.emplace("bench.publish", 4);
    auto options = kafka::Options::from_environment();
    if (!options) bench::give_up(options.error().to_string());
    if (mock) options->bootstrap_servers = mock->bootstrap();
    auto broker = kafka::connect(*options);
    if (!broker) bench::give_up(broker.error().to_string());
    const std::string topic = mock ? "bench.publish" : bench::make_topic(*broker, "bench.publish");
    const Catalogue catalogue = bench::load_catalogue(topic);
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < 997; ++i) keys.push_back(bench::key_of(i));
    Producer producer = Producer::create(*broker, catalogue).value();
    const std::vector<Record> prepared = bench::prepared_records(
        catalogue, producer.runtime(), bench::argument(argument_count, arguments, "--distinct", 1'024));
    bench::BareProducer bare{options->bootstrap_servers, topic};
    std::printf(
        "publish: %zu records a run, value %zu bytes, %zu headers, 4 partitions, idempotent, acks=all, linger 5 ms, lz4\n",
        records, prepared.back().value->size(), prepared.back().headers.size());
    if (warm > 0) {
        bare.run(prepared, warm / 2);
        (void)run_sdk(producer, keys, warm / 2);
    }
    const long resident = bench::resident_kib();
    std::vector<bench::Run> sdk_runs;
    std::vector<bench::Run> bare_runs;
    for (std::size_t round = 0; round < rounds; ++round) {
        bare_runs.push_back(run_bare(bare, prepared, records));
        bench::print("bare librdkafka", bare_runs.back());
        sdk_runs.push_back(run_sdk(producer, keys, records));
        bench::print("eventsdk", sdk_runs.back());
    }
    std::printf("medians of %zu:\n", rounds);
    bench::print("bare librdkafka", bench::median(bare_runs));
    bench::print("eventsdk", bench::median(sdk_runs));
    bench::print_ratio(bench::median(sdk_runs), bench::median(bare_runs));
    std::printf("memory: %ld KiB after the warm-up, %ld KiB at the end, peak %ld KiB\n", resident,
                bench::resident_kib(), bench::peak_kib());
    if (more > 0) soak(producer, keys, more);
    return 0;
}
