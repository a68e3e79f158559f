// What one event costs between the struct and the record, both ways: envelope, ids, trace, schema check, bytes.

#include <eventsdk/broker/record.hpp>

#include <benchmark/benchmark.h>

#include "submission.hpp"

namespace {

using namespace eventsdk;

const Catalogue& catalogue() {
    static const Catalogue loaded = bench::load_catalogue("bench.submissions");
    return loaded;
}

void prepare(benchmark::State& state) {
    const Runtime runtime;
    const bench::Submission event;
    const std::string key = bench::key_of(1);
    Record record;
    for (auto _ : state) {
        auto made = catalogue().prepare_into(record, runtime, key, describe_event<bench::Submission>(), &event, {});
        if (!made) state.SkipWithError(made.error().message.c_str());
    }
    state.counters["bytes"] = static_cast<double>(record.value->size());
}
BENCHMARK(prepare);

void open(benchmark::State& state) {
    Record written = catalogue().prepare(Runtime{}, bench::key_of(1), bench::Submission{}).value();
    const ReceivedRecord record = make_received(std::move(written), 0, 0);
    OpenScratch scratch;
    Opened opened;
    for (auto _ : state) {
        auto result = catalogue().open(record, scratch, opened);
        if (!result) state.SkipWithError(result.error().message.c_str());
        benchmark::DoNotOptimize(opened);
    }
}
BENCHMARK(open);

void open_and_fill(benchmark::State& state) {
    Record written = catalogue().prepare(Runtime{}, bench::key_of(1), bench::Submission{}).value();
    const ReceivedRecord record = make_received(std::move(written), 0, 0);
    OpenScratch scratch;
    Opened opened;
    bench::Submission event;
    for (auto _ : state) {
        if (!catalogue().open(record, scratch, opened) || !opened.fill(describe_event<bench::Submission>(), &event))
            state.SkipWithError("not opened");
        benchmark::DoNotOptimize(event);
    }
}
BENCHMARK(open_and_fill);

}  // namespace

BENCHMARK_MAIN();
