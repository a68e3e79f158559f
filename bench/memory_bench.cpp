// What a record costs on the memory broker. Run: bench_memory --benchmark_counters_tabular=true
#include <eventsdk/memory/broker.hpp>

#include <benchmark/benchmark.h>

namespace {

using namespace eventsdk;

struct IgnoringSink final : WriteSink {
    void written(std::span<const WriteOutcome>) noexcept override {}
};

Record sample() {
    return {.topic = "t", .key = "3f0c9a52", .value = std::string(420, 'x'), .headers = {{"id", "1"}, {"type", "T"}}};
}

memory::Broker filled(int records) {
    memory::Broker broker{{}, {.logger = silent_logger()}};
    (void)broker.create_topic({.name = "t", .partitions = 4});
    IgnoringSink sink;
    const auto writer = broker.port().writer({}, sink).value();
    const Record record = sample();
    for (int i = 0; i < records; ++i) (void)writer->write(record, 0);
    return broker;
}

void write_record(benchmark::State& state) {
    const memory::Broker broker = filled(0);
    IgnoringSink sink;
    const auto writer = broker.port().writer({}, sink).value();
    const Record record = sample();
    for (auto _ : state) (void)writer->write(record, 0);
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(write_record)->Iterations(500'000);

void poll_records(benchmark::State& state) {
    constexpr int records = 200'000;
    const memory::Broker broker = filled(records);
    const auto most = static_cast<std::size_t>(state.range(0));
    int group = 0;
    for (auto _ : state) {
        const auto reader = broker.port().reader({.group = std::to_string(++group), .topics = {"t"}}, nullptr).value();
        std::vector<ReceivedRecord> out;
        for (int seen = 0; seen < records; seen += static_cast<int>(out.size())) {
            out.clear();
            (void)reader->poll(out, most, Duration{0});
        }
    }
    state.SetItemsProcessed(state.iterations() * records);
}
BENCHMARK(poll_records)->Arg(1)->Arg(500);

}  // namespace

BENCHMARK_MAIN();
