// What describing, writing and reading an event costs, beside nlohmann and a plain simdjson parse on the same bytes.
#include "event/codec.hpp"
#include "event/payload.hpp"

#include <eventsdk/core/runtime.hpp>
#include <eventsdk/core/time.hpp>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

using namespace eventsdk;

namespace {

struct Submitted {
    std::string course_id = "919108f7-52d1-4320-9bac-f847db4148a8";
    std::string student_id = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    std::string file_url = "https://files.example.com/submissions/2026/a.pdf";
    std::optional<std::string> comment{"well done"};
    std::int64_t size = 123'456;
    bool late = true;
};

/// A record whose memory is used again, as the catalogue does it.
class ReusedRecord final : public codec::RecordSink {
public:
    std::string value_text{};
    std::array<std::string, 8> texts{};
    std::vector<codec::HeaderText> headers{};

    void key(std::string_view text) override { key_.assign(text); }
    void header(std::string_view name, std::string_view value) override {
        std::string& text = texts.at(headers.size()).assign(value);
        headers.push_back({name, text});
    }
    std::string& value() override {
        value_text.clear();
        return value_text;
    }

private:
    std::string key_{};
};

EnvelopeView envelope_of(std::string_view id, Timestamp time) {
    EnvelopeView envelope;
    envelope.event_id = id;
    envelope.type = "AssignmentSubmitted";
    envelope.aggregate_id = "6e8bc430-9c3a-11d9-9669-0800200c9a66";
    envelope.occurred_at = time;
    envelope.source = "education";
    return envelope;
}

}  // namespace

template <>
struct eventsdk::EventTraits<Submitted> {
    static constexpr EventType type{"AssignmentSubmitted", 1};
    static constexpr auto fields =
        std::tuple{field("courseId", &Submitted::course_id), field("studentId", &Submitted::student_id),
                   field("fileUrl", &Submitted::file_url),   field("comment", &Submitted::comment),
                   field("size", &Submitted::size),          field("late", &Submitted::late)};
};

namespace {

void encode(const EnvelopeFormat& format, const Runtime& runtime, const Submitted& event, std::string& payload,
            ReusedRecord& record) {
    payload.clear();
    record.headers.clear();
    codec::encode_payload(*describe_event<Submitted>().payload, &event, payload).value();
    std::array<char, 36> id{};
    const Timestamp now = runtime.clock->now();
    runtime.ids->next_at(now).format(id);
    const codec::EncodeInput input{envelope_of({id.data(), id.size()}, now), {}, payload};
    format.codec().encode(input, record).value();
}

EnvelopeFormat format_of(const benchmark::State& state) {
    switch (state.range(0)) {
        case 0: return EnvelopeFormat::native();
        case 1: return EnvelopeFormat::cloudevents_structured();
        case 2: return EnvelopeFormat::cloudevents_binary();
        default: return layouts::learning_events();
    }
}

void build_and_serialise(benchmark::State& state) {
    const EnvelopeFormat format = format_of(state);
    const Runtime runtime{.logger = silent_logger()};
    const Submitted event;
    std::string payload;
    ReusedRecord record;
    for (auto _ : state) encode(format, runtime, event, payload, record);
    state.counters["bytes"] = static_cast<double>(record.value_text.size());
    state.SetLabel(std::string{format.name()});
}
BENCHMARK(build_and_serialise)->DenseRange(0, 3);

void build_and_dump_nlohmann(benchmark::State& state) {
    const Runtime runtime{.logger = silent_logger()};
    const Submitted event;
    for (auto _ : state) {
        nlohmann::ordered_json json{{"eventId", runtime.ids->next().to_string()},
                                    {"type", "AssignmentSubmitted"},
                                    {"schemaVersion", 1},
                                    {"aggregateId", "6e8bc430-9c3a-11d9-9669-0800200c9a66"},
                                    {"occurredAt", format_timestamp(runtime.clock->now())},
                                    {"payload",
                                     {{"courseId", event.course_id},
                                      {"studentId", event.student_id},
                                      {"fileUrl", event.file_url},
                                      {"comment", *event.comment},
                                      {"size", event.size},
                                      {"late", event.late}}}};
        benchmark::DoNotOptimize(json.dump());
    }
}
BENCHMARK(build_and_dump_nlohmann);

void decode_and_fill(benchmark::State& state) {
    const EnvelopeFormat format = format_of(state);
    const Runtime runtime{.logger = silent_logger()};
    std::string payload;
    ReusedRecord record;
    encode(format, runtime, Submitted{}, payload, record);
    codec::RecordParts parts{.topic = "topic", .partition = 0, .offset = 0};
    parts.key = "6e8bc430-9c3a-11d9-9669-0800200c9a66";
    parts.value = record.value_text;
    parts.headers = record.headers;
    codec::Scratch scratch;
    codec::Decoded decoded;
    Submitted event;
    for (auto _ : state) {
        codec::decode_record(format, parts, {}, scratch, decoded).value();
        codec::fill_payload(*describe_event<Submitted>().payload, &event, *decoded.payload).value();
    }
    state.SetLabel(std::string{format.name()});
}
BENCHMARK(decode_and_fill)->DenseRange(0, 3);

void parse_simdjson(benchmark::State& state) {
    std::string payload;
    ReusedRecord record;
    encode(EnvelopeFormat::native(), Runtime{.logger = silent_logger()}, Submitted{}, payload, record);
    simdjson::dom::parser parser;
    const simdjson::padded_string text{record.value_text};
    for (auto _ : state) benchmark::DoNotOptimize(parser.parse(text).error());
}
BENCHMARK(parse_simdjson);

void parse_nlohmann(benchmark::State& state) {
    std::string payload;
    ReusedRecord record;
    encode(EnvelopeFormat::native(), Runtime{.logger = silent_logger()}, Submitted{}, payload, record);
    for (auto _ : state) benchmark::DoNotOptimize(nlohmann::json::parse(record.value_text));
}
BENCHMARK(parse_nlohmann);

void next_event_id(benchmark::State& state) {
    static const auto ids = uuid_v7_generator();
    for (auto _ : state) benchmark::DoNotOptimize(ids->next());
}
BENCHMARK(next_event_id)->Threads(1)->Threads(2);

}  // namespace

BENCHMARK_MAIN();
