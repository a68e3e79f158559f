// Parsing, checking, filling and writing one event, beside plain simdjson, nlohmann and nlohmann + valijson on the same
// bytes; the table at the end gives CPU time and ratios.
#include "sample_events.hpp"
#include "sample_submission.hpp"

#include "event/codec.hpp"
#include "event/payload.hpp"
#include "json/document.hpp"
#include "schema/check.hpp"

#include <eventsdk/core/uuid.hpp>

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

const ValueType& payload_type() { return *describe_event<bench::SampleSubmission>().payload; }

/// As the formats find it, by one walk along the envelope.
json::Value payload_of(const json::Value& envelope) {
    json::tape::Members members{json::tape::Place{envelope}};
    while (members.name() != "payload") members.next();
    return members.value();
}

// One parse, the schema of the whole, the struct.
void parse_check_fill(benchmark::State& state) {
    const auto text = sample(state);
    const auto schema = SchemaSet::compile(bench::sample_schema()).value();
    json::Document document;
    bench::SampleSubmission event;
    for (auto _ : state) {
        const auto value = document.parse(text);
        const bool good = value && schema_detail::check(schema, *value) &&
                          codec::fill_payload(payload_type(), &event, payload_of(*value));
        if (!good) state.SkipWithError("the sample is invalid");
    }
}

// What reading a typed record takes: one parse, the envelope, the payload's schema, the struct.
void read_record(benchmark::State& state) {
    const auto text = sample(state);
    const auto schema = SchemaSet::compile(bench::sample_payload_schema()).value();
    const EnvelopeFormat native = EnvelopeFormat::native();
    codec::RecordParts parts{.topic = "topic", .partition = 0, .offset = 0};
    parts.key = "a-17";
    parts.value = text;
    codec::Scratch scratch;
    codec::Decoded decoded;
    bench::SampleSubmission event;
    for (auto _ : state) {
        const bool good = codec::decode_record(native, parts, {}, scratch, decoded) &&
                          schema_detail::check(schema, *decoded.payload) &&
                          codec::fill_payload(payload_type(), &event, *decoded.payload);
        if (!good) state.SkipWithError("the sample is invalid");
    }
}

/// A record whose memory is used again, as the catalogue does it.
class ReusedRecord final : public codec::RecordSink {
public:
    void key(std::string_view text) override { key_.assign(text); }
    void header(std::string_view, std::string_view value) override { header_.assign(value); }
    std::string& value() override {
        value_.clear();
        return value_;
    }
    [[nodiscard]] std::size_t bytes() const noexcept { return value_.size(); }

private:
    std::string key_{};
    std::string header_{};
    std::string value_{};
};

// What writing one takes: the payload from the struct, an id, the time, the envelope around it.
void encode(benchmark::State& state) {
    bench::SampleSubmission event;
    json::Document document;
    const auto text = sample(state);
    codec::fill_payload(payload_type(), &event, document.parse(text).value()["payload"].value()).value();
    const auto ids = uuid_v7_generator();
    const auto clock = system_clock();
    const EnvelopeFormat native = EnvelopeFormat::native();
    std::string payload;
    ReusedRecord record;
    for (auto _ : state) {
        payload.clear();
        codec::encode_payload(payload_type(), &event, payload).value();
        std::array<char, 36> id{};
        const Timestamp now = clock->now();
        ids->next_at(now).format(id);
        codec::EncodeInput input;
        input.envelope.event_id = {id.data(), id.size()};
        input.envelope.type = "AssignmentSubmitted";
        input.envelope.aggregate_id = "a-17";
        input.envelope.occurred_at = now;
        input.payload = payload;
        native.codec().encode(input, record).value();
    }
    state.counters["bytes"] = static_cast<double>(record.bytes());
}

void nlohmann_dump(benchmark::State& state) {
    const auto event = nlohmann::json::parse(sample(state));
    for (auto _ : state) benchmark::DoNotOptimize(event.dump());
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

// A schema of nearly a megabyte that lists so many values.
void load_list(benchmark::State& state) {
    std::string schema = R"({"enum":[0)";
    for (int i = 1; i < state.range(0); ++i) schema += "," + std::to_string(i);
    schema += "]}";
    for (auto _ : state) benchmark::DoNotOptimize(SchemaSet::compile(schema).has_value());
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
        for (const char* name : {"plain_simdjson", "strict_parse", "check", "parse_and_check", "parse_check_fill",
                                 "read_record", "encode", "nlohmann_parse", "nlohmann_dump", "nlohmann_valijson"}) {
            std::printf("\n%-20s", name);
            for (const int size : sizes) {
                const double time = time_of(name, size);
                std::printf("%11.0f %6.1f x", time, time / time_of("plain_simdjson", size));
            }
        }
        std::printf("\nnlohmann + valijson / parse_check_fill at 400 B: %.0f x; 1,000 schemas / 1 schema: %.2f x\n",
                    time_of("nlohmann_valijson", 400) / time_of("parse_check_fill", 400),
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
BENCHMARK(parse_check_fill)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(read_record)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(encode)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(nlohmann_parse)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(nlohmann_dump)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(nlohmann_valijson)->Arg(200)->Arg(400)->Arg(2'000)->Arg(20'000);
BENCHMARK(check_among)->Arg(1)->Arg(1'000);
BENCHMARK(load_list)->Arg(140'000)->Unit(benchmark::kMillisecond);

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    Table table;
    benchmark::RunSpecifiedBenchmarks(&table);
    table.print();
    return 0;
}
