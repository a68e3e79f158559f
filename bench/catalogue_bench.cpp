// What one event costs between the struct and the record, both ways: envelope, ids, trace, schema check, bytes.

#include <eventsdk/broker/record.hpp>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

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

/// A record of version 1 on its way to a reader of version 2: nlohmann, the upcaster, and a second parse and check. The
/// second run is the same record written in version 2.
void open_upcast(benchmark::State& state) {
    const bool upcast = state.range(0) == 1;
    const Upcaster rename = [](nlohmann::json& payload) {
        payload["points"] = payload["grade"];
        payload.erase("grade");
    };
    const auto reader =
        Catalogue::load({.environment = "bench", .schemas = EVENTSDK_BENCH_SCHEMAS},
                        untyped_event("AssignmentGraded", 2, {.topic = "bench.grades", .upcasters = {{1, rename}}}));
    if (!reader) return state.SkipWithError(reader.error().message.c_str());
    Record written{.topic = "bench.grades", .key = bench::key_of(1)};
    written.value = R"({"eventId":"0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","type":"AssignmentGraded","schemaVersion":)" +
                    std::string{upcast ? "1" : "2"} + R"(,"aggregateId":")" + bench::key_of(1) +
                    R"(","occurredAt":"2026-11-20T12:00:00.123Z","payload":{)"
                    R"("courseId":"3f0c7a52-9a53-4d0f-8a7e-0c6a3c1f0b11",)"
                    R"("studentId":"b2f3d9c4-0b1e-4c55-9d8e-2f6a7b8c9d01","gradedBy":"ada@example.org",)"
                    R"("gradedAt":"2026-11-20T11:59:58.001+01:00",")" +
                    std::string{upcast ? "grade" : "points"} + R"(":87}})";
    const ReceivedRecord record = make_received(std::move(written), 0, 0);
    OpenScratch scratch;
    Opened opened;
    for (auto _ : state) {
        auto result = reader->open(record, scratch, opened);
        if (!result || opened.payload_version != 2) state.SkipWithError("not opened as version 2");
        benchmark::DoNotOptimize(opened);
    }
    state.SetLabel(upcast ? "version 1, upcast" : "version 2, as it is");
}
BENCHMARK(open_upcast)->Arg(1)->Arg(0);

}  // namespace

BENCHMARK_MAIN();
