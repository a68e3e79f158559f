// Parsing and checking one event, beside plain simdjson, nlohmann and nlohmann + valijson on the same bytes; the table at
// the end gives CPU time and ratios.
#include "sample_events.hpp"

#include "json/document.hpp"
#include "schema/check.hpp"

#include <eventsdk/schema/schema_set.hpp>

#include <benchmark/benchmark.h>
#include <unistd.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

using namespace eventsdk;

namespace {

std::string sample(const benchmark::State& state) {
    return bench::sample_event(static_cast<std::size_t>(state.range(0)));
}

void plain_simdjson(benchmark::State& state) {
    const simdjson::padded_string text{sample(state)};
    simdjson::dom::parser parser;
    for (auto _ : state) benchmark::DoNotOptimize(parser.parse(text).error());
}

void strict_parse(benchmark::State& state) {
    const auto text = sample(state);
    json::Document document;
    for (auto _ : state) benchmark::DoNotOptimize(document.parse(text).has_value());
}

void check(benchmark::State& state) {
    const auto text = sample(state);
    const auto schema = SchemaSet::compile(bench::sample_schema()).value();
    json::Document document;
    const auto value = document.parse(text).value();
    if (!schema_detail::check(schema, value)) state.SkipWithError("the sample is invalid");
    for (auto _ : state) benchmark::DoNotOptimize(schema_detail::check(schema, value).has_value());
}

void parse_and_check(benchmark::State& state) {
    const auto text = sample(state);
    const auto schema = SchemaSet::compile(bench::sample_schema()).value();
    for (auto _ : state) benchmark::DoNotOptimize(schema.validate(text).has_value());
}

void nlohmann_parse(benchmark::State& state) {
    const auto text = sample(state);
    for (auto _ : state) benchmark::DoNotOptimize(nlohmann::json::parse(text));
}

void nlohmann_valijson(benchmark::State& state) {
    const auto text = sample(state);
    const auto document = nlohmann::json::parse(bench::sample_schema());
    valijson::Schema schema;
    valijson::SchemaParser{}.populateSchema(valijson::adapters::NlohmannJsonAdapter{document}, schema);
    for (auto _ : state) {
        const auto event = nlohmann::json::parse(text);
        valijson::Validator validator;
        benchmark::DoNotOptimize(validator.validate(schema, valijson::adapters::NlohmannJsonAdapter{event}, nullptr));
    }
}

// The schema is found by type and version among so many.
void check_among(benchmark::State& state) {
    const auto folder = std::filesystem::temp_directory_path() / ("eventsdk-bench-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    for (int i = 0; i < state.range(0); ++i)
        std::ofstream{folder / ("Event" + std::to_string(i) + ".v1.schema.json")} << bench::sample_schema();
    const auto schemas = SchemaSet::load(folder).value();
    std::filesystem::remove_all(folder);
    json::Document document;
    const auto text = bench::sample_event(400);
    const auto value = document.parse(text).value();
    for (auto _ : state) benchmark::DoNotOptimize(schema_detail::check(*schemas.find("Event0", 1), value).has_value());
}

class Table : public benchmark::ConsoleReporter {
public:
    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const auto& run : runs)
            if (!run.error_occurred) nanoseconds_[run.benchmark_name()] = run.GetAdjustedCPUTime();
    }

    void print() const {
        std::printf("\nCPU ns, and how many times a plain simdjson parse of the same bytes\n%-20s", "");
        for (const int size : sizes) std::printf("%18d B", size);
        for (const char* name :
             {"plain_simdjson", "strict_parse", "check", "parse_and_check", "nlohmann_parse", "nlohmann_valijson"}) {
            std::printf("\n%-20s", name);
            for (const int size : sizes) {
                const double time = time_of(name, size);
                std::printf("%11.0f %6.1f x", time, time / time_of("plain_simdjson", size));
            }
        }
        std::printf("\nnlohmann + valijson / parse_and_check at 400 B: %.0f x; 1,000 schemas / 1 schema: %.2f x\n",
                    time_of("nlohmann_valijson", 400) / time_of("parse_and_check", 400),
                    time_of("check_among", 1000) / time_of("check_among", 1));
    }

private:
    static constexpr int sizes[] = {200, 400, 2'000, 20'000};
    [[nodiscard]] double time_of(const std::string& name, int size) const {
        const auto at = nanoseconds_.find(name + "/" + std::to_string(size));
        return at == nanoseconds_.end() ? 0 : at->second;
    }
    std::map<std::string, double> nanoseconds_;
};

}  // namespace

BENCHMARK(plain_simdjson)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(strict_parse)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(check)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(parse_and_check)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(nlohmann_parse)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(nlohmann_valijson)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(check_among)->Arg(1)->Arg(1'000);

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    Table table;
    benchmark::RunSpecifiedBenchmarks(&table);
    table.print();
    return 0;
}
