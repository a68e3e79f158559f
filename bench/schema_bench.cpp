// Parse and check of one event, beside a plain simdjson parse and nlohmann. Prints ratios as a table at the end.
#include "sample_events.hpp"

#include "json/document.hpp"
#include "schema/check.hpp"

#include <eventsdk/schema/schema_set.hpp>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

using namespace eventsdk;

namespace {

void plain_simdjson(benchmark::State& state) {
    const simdjson::padded_string text{bench::sample_event(static_cast<std::size_t>(state.range(0)))};
    simdjson::dom::parser parser;
    for (auto _ : state) benchmark::DoNotOptimize(parser.parse(text).value_unsafe());
}

void strict_parse(benchmark::State& state) {
    const auto text = bench::sample_event(static_cast<std::size_t>(state.range(0)));
    json::Document document;
    for (auto _ : state) benchmark::DoNotOptimize(document.parse(text).has_value());
}

void check(benchmark::State& state) {
    const auto text = bench::sample_event(static_cast<std::size_t>(state.range(0)));
    const auto schema = SchemaSet::compile(bench::sample_schema()).value();
    json::Document document;
    const auto value = document.parse(text).value();
    if (!schema_detail::check(schema, value)) state.SkipWithError("the sample is invalid");
    for (auto _ : state) benchmark::DoNotOptimize(schema_detail::check(schema, value).has_value());
}

void parse_and_check(benchmark::State& state) {
    const auto text = bench::sample_event(static_cast<std::size_t>(state.range(0)));
    const auto schema = SchemaSet::compile(bench::sample_schema()).value();
    for (auto _ : state) benchmark::DoNotOptimize(schema.validate(text).has_value());
}

void nlohmann_parse(benchmark::State& state) {
    const auto text = bench::sample_event(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(nlohmann::json::parse(text));
}

}  // namespace

BENCHMARK(plain_simdjson)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(strict_parse)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(check)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(parse_and_check)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(nlohmann_parse)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK_MAIN();
