#include <support/catch.hpp>
#include <support/records.hpp>
#include <support/vectors.hpp>

#include <eventsdk/core/time.hpp>

using namespace eventsdk;
using support::WrittenRecord;

namespace {

constexpr std::string_view trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

EnvelopeView full(std::string_view type, std::string_view aggregate_id) {
    EnvelopeView envelope;
    envelope.event_id = "019a3a23-8e00-7123-8123-456789abcdef";
    envelope.type = type;
    envelope.schema_version = 2;
    envelope.aggregate_id = aggregate_id;
    envelope.revision = 12;
    envelope.occurred_at = Timestamp{std::chrono::milliseconds{1'795'176'000'123}};
    envelope.correlation_id = "corr/1";
    envelope.causation_id = "cause-1";
    envelope.traceparent = trace;
    return envelope;
}

/// Without what the format keeps in headers.
EnvelopeView plain(std::string_view type, std::string_view aggregate_id) {
    EnvelopeView envelope = full(type, aggregate_id);
    envelope.schema_version = 1;
    envelope.revision.reset();
    envelope.correlation_id = envelope.causation_id = envelope.traceparent = {};
    return envelope;
}

struct Reader {
    codec::Scratch scratch{};
    codec::Decoded decoded{};

    Result<void> read(WrittenRecord& record, const EnvelopeFormat& format) {
        return codec::decode_record(format, record.parts(), {}, scratch, decoded);
    }
    Result<void> read_any(WrittenRecord& record) {
        return codec::decode_any_record(record.parts(), {}, scratch, decoded);
    }
};

void check_same(const EnvelopeView& read, const EnvelopeView& written) {
    CHECK(read.event_id == written.event_id);
    CHECK(read.type == written.type);
    CHECK(read.schema_version == written.schema_version);
    CHECK(read.aggregate_id == written.aggregate_id);
    CHECK(read.revision == written.revision);
    CHECK(read.occurred_at == written.occurred_at);
    CHECK(read.correlation_id == written.correlation_id);
    CHECK(read.causation_id == written.causation_id);
    CHECK(read.traceparent == written.traceparent);
    CHECK(read.tracestate == written.tracestate);
}

/// Writes, compares with the golden file, reads in three ways, compares again.
void check_both_ways(const EnvelopeFormat& format, const codec::EncodeInput& input, const std::string& file) {
    WrittenRecord record;
    REQUIRE(format.codec().encode(input, record));
    CHECK(record.shown() == support::golden(file));
    record.topic = format.name();

    for (const bool known : {true, false}) {
        Reader reader;
        REQUIRE((known ? reader.read(record, format) : reader.read_any(record)));
        CHECK(reader.decoded.format == format.name());
        check_same(reader.decoded.envelope, input.envelope);
        CHECK(reader.decoded.payload_text() == input.payload);
        REQUIRE(reader.decoded.extensions.size() == input.extensions.size());
        for (std::size_t i = 0; i < input.extensions.size(); ++i) {
            CHECK(reader.decoded.extensions[i].name == input.extensions[i].name);
            CHECK(reader.decoded.extensions[i].json == input.extensions[i].json);
        }
    }
}

WrittenRecord with_value(std::string value) {
    WrittenRecord record;
    record.value_text = std::move(value);
    return record;
}

std::string timed(std::string_view time) { return format_timestamp(parse_date_time(time).value().utc); }

}  // namespace

TEST_CASE("CloudEvents carry the whole envelope both ways, in exactly these bytes", "[event][golden]") {
    EnvelopeView envelope = full("AssignmentSubmitted", "3f0c9a52-6c1e-4d0e-9d1b-0f2d7a3e5b10");
    envelope.source = "education";
    envelope.tracestate = "rojo=1";
    const std::vector<codec::Extension> extensions{{"tenant", "\"acme\""}};
    const codec::EncodeInput input{envelope, extensions, R"({"courseId":"c-1"})"};
    check_both_ways(EnvelopeFormat::cloudevents_structured(), input, "cloudevents_structured.record");
    check_both_ways(EnvelopeFormat::cloudevents_binary(), input, "cloudevents_binary.record");
}

TEST_CASE("mapped layouts write exactly the bytes of their topics and read them back", "[event][golden]") {
    const std::vector<codec::Extension> problem{{"problem_id", "\"init_4CBD4E\""}};
    check_both_ways(layouts::user_events(),
                    {plain("answer_submitted", "default_user"), problem,
                     R"({"user_answer":"42","verdict":"correct","time_spent_sec":15})"},
                    "user_events.record");
    check_both_ways(layouts::learning_events(),
                    {plain("exercise.completed", "user-1"), {}, R"({"exerciseId":"e-1","duration":120,"attempts":3})"},
                    "learning-events.record");
    check_both_ways(
        layouts::qa_package_events(),
        {full("EXECUTION_SUCCESS", "plan-1"), {}, R"({"scenarioId":"s-1","passed":true,"durationMs":1234})"},
        "qa-package-events.record");
}

TEST_CASE("the records of the existing systems are recognised and read", "[event][unit]") {
    for (const auto& each : support::load_vectors("event_envelopes.json", "seed_dialects")) {
        const auto& canonical = each["canonical"];
        if (canonical.contains("state")) continue;  // a snapshot is no event
        INFO(each["name"]);
        WrittenRecord record = with_value(each["value"].dump());
        record.topic = each["topic"].get<std::string>();
        if (!each["key"].is_null()) record.key_text = each["key"].get<std::string>();
        for (const auto& header : each["headers"])
            record.headers.emplace_back(header[0].get<std::string>(), header[1].get<std::string>());
        Reader reader;
        REQUIRE(reader.read_any(record));
        const EnvelopeView& envelope = reader.decoded.envelope;
        if (canonical["eventId"].is_null()) {
            CHECK(Uuid::parse(envelope.event_id)->version() == 5);
        } else {
            CHECK(envelope.event_id == canonical["eventId"].get<std::string>());
        }
        CHECK(envelope.schema_version ==
              (canonical["schemaVersion"].is_null() ? 1 : canonical["schemaVersion"].get<int>()));
        CHECK(envelope.aggregate_id == canonical["aggregateId"].get<std::string>());
        CHECK(envelope.type == canonical["type"].get<std::string>());
        CHECK(format_timestamp(envelope.occurred_at) == timed(canonical["occurredAt"].get<std::string>()));
        CHECK(nlohmann::json::parse(reader.decoded.payload_text()) == canonical["payload"]);
    }
}

TEST_CASE("an event inside Dapr's CloudEvent is the event; its trace is taken along", "[event][unit]") {
    WrittenRecord record =
        with_value(R"({"id":"5929aaac-a5e2-4ca1-859c-edfe73f11565","specversion":"1.0","type":"com.dapr.event.sent",)"
                   R"("source":"triage","datacontenttype":"application/json","traceparent":")" +
                   std::string{trace} +
                   R"(","tracestate":"","data":{"eventId":"e-1","userId":"u-1","eventType":"help.requested",)"
                   R"("timestamp":"2026-01-27T10:00:00Z","data":{"exerciseId":"x"}}})");
    Reader reader;
    REQUIRE(reader.read(record, layouts::learning_events()));
    CHECK(reader.decoded.format == "learning-events");
    CHECK(reader.decoded.envelope.event_id == "e-1");
    CHECK(reader.decoded.envelope.traceparent == trace);
    CHECK(reader.decoded.payload_text() == R"({"exerciseId":"x"})");

    codec::DecodeOptions exact;
    exact.detect = false;
    const auto read =
        codec::decode_record(layouts::learning_events(), record.parts(), exact, reader.scratch, reader.decoded);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "envelope.missing");
}

TEST_CASE("CloudEvents of others get key, time and version from where they can", "[event][unit]") {
    Reader reader;
    const auto read = [&reader](std::string members, std::optional<std::string> key = {}) {
        WrittenRecord record = with_value(R"({"specversion":"1.0","id":"any id","source":"/s",)" + members + "}");
        record.key_text = std::move(key);
        REQUIRE(reader.read(record, EnvelopeFormat::cloudevents_structured()));
        return reader.decoded.owned_envelope();
    };
    CHECK(read(R"("type":"t")").event_id == "any id");
    CHECK(read(R"("type":"t")").aggregate_id.empty());
    CHECK(read(R"("type":"t","subject":"s","partitionkey":"p")", "k").aggregate_id == "k");
    CHECK(read(R"("type":"t","subject":"s","partitionkey":"p")").aggregate_id == "p");
    CHECK(read(R"("type":"t","subject":"s")").aggregate_id == "s");
    CHECK(read(R"("type":"t")").occurred_at == Timestamp{std::chrono::milliseconds{1'795'176'000'123}});
    CHECK(read(R"("type":"t","time":"1970-01-01T01:00:00+01:00")").occurred_at == Timestamp{});
    CHECK(read(R"("type":"t")").schema_version == 1);
    CHECK(read(R"("type":"t.v3")").schema_version == 3);
    CHECK(read(R"("type":"t.v3","dataschema":"https://x/y/2")").schema_version == 2);
    CHECK(read(R"("type":"t.v3","dataschema":"https://x/y/2","schemaversion":7)").schema_version == 7);
    CHECK(read(R"("type":"t","schemaversion":"8","revision":"9223372036854775807")").schema_version == 8);
    CHECK(read(R"("type":"t","traceparent":"","tracestate":"")").traceparent.empty());
}

TEST_CASE("attributes without a place in the envelope are kept and written back", "[event][unit]") {
    WrittenRecord record = with_value(
        R"({"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"sub","datacontenttype":"text/plain",)"
        R"("dataschema":"https://x/y","time":"2026-01-27T10:00:00Z","n":-5,"flag":true,"text":"a\"b","data":"hello"})");
    record.key_text = "k";
    record.headers = {{"content-type", "application/cloudevents+json"}};
    Reader reader;
    REQUIRE(reader.read(record, EnvelopeFormat::native()));
    CHECK_FALSE(reader.decoded.payload);
    const Envelope owned = reader.decoded.owned_envelope();
    std::vector<codec::Extension> extensions;
    for (const auto& [name, json] : owned.extensions) extensions.push_back({name, json});

    WrittenRecord again;
    REQUIRE(EnvelopeFormat::cloudevents_binary().codec().encode({reader.decoded.envelope, extensions, {}}, again));
    const auto parts = again.parts();
    CHECK(again.value_text == "hello");
    CHECK(parts.header("content-type") == "text/plain");
    CHECK(parts.header("ce_source") == "/s");
    CHECK(parts.header("ce_subject") == "sub");
    CHECK(parts.header("ce_dataschema") == "https://x/y");
    CHECK(parts.header("ce_n") == "-5");
    CHECK(parts.header("ce_flag") == "true");
    CHECK(parts.header("ce_text") == "a\"b");
}

TEST_CASE("a binary CloudEvent without a value is a tombstone with an envelope", "[event][unit]") {
    WrittenRecord record;
    record.key_text = "k";
    record.headers = {{"ce_specversion", "1.0"}, {"ce_type", "t"}, {"ce_source", "/s"}, {"ce_id", "1"}};
    Reader reader;
    REQUIRE(reader.read(record, EnvelopeFormat::cloudevents_binary()));
    CHECK(reader.decoded.tombstone);
    CHECK(reader.decoded.envelope.type == "t");
    CHECK_FALSE(reader.decoded.payload);
}

TEST_CASE("a bad schema version or revision attribute is refused", "[event][unit]") {
    for (const char* members : {R"("schemaversion":0)", R"("schemaversion":"x")", R"("schemaversion":true)"}) {
        INFO(members);
        WrittenRecord record =
            with_value(R"({"specversion":"1.0","id":"1","source":"/s","type":"t",)" + std::string{members} + "}");
        Reader reader;
        const auto read = reader.read(record, EnvelopeFormat::cloudevents_structured());
        REQUIRE_FALSE(read);
        CHECK(read.error().code == "envelope.schema_version");
        CHECK(read.error().pointer == "/schemaversion");
    }
    WrittenRecord record = with_value(R"({"specversion":"1.0","id":"1","source":"/s","type":"t","revision":"-1"})");
    CHECK(Reader{}.read(record, EnvelopeFormat::cloudevents_structured()).error().code == "envelope.revision");
}

TEST_CASE("a topic of one format also yields native events and CloudEvents, unless detection is off", "[event][unit]") {
    WrittenRecord native;
    REQUIRE(EnvelopeFormat::native().codec().encode({plain("A", "1"), {}, "{}"}, native));
    Reader reader;
    REQUIRE(reader.read(native, layouts::user_events()));
    CHECK(reader.decoded.format == "native");
    REQUIRE(reader.read(native, EnvelopeFormat::cloudevents_binary()));
    CHECK(reader.decoded.format == "native");

    WrittenRecord structured;
    REQUIRE(EnvelopeFormat::cloudevents_structured().codec().encode({plain("A", "1"), {}, "{}"}, structured));
    structured.headers.clear();  // as Dapr writes it
    REQUIRE(reader.read(structured, EnvelopeFormat::native()));
    CHECK(reader.decoded.format == "cloudevents-structured");
    CHECK(reader.decoded.envelope.source == "eventsdk");

    codec::DecodeOptions exact;
    exact.detect = false;
    CHECK_FALSE(
        codec::decode_record(EnvelopeFormat::native(), structured.parts(), exact, reader.scratch, reader.decoded));
}

TEST_CASE("a layout's missing and wrong members are named", "[event][unit]") {
    const auto error_of = [](std::string value, const EnvelopeFormat& format) {
        WrittenRecord record = with_value(std::move(value));
        const auto read = Reader{}.read(record, format);
        REQUIRE_FALSE(read);
        return std::pair{read.error().code, read.error().pointer};
    };
    using Named = std::pair<std::string, std::string>;
    const EnvelopeFormat learning = layouts::learning_events();
    CHECK(error_of("[]", learning) == Named{"envelope.not_an_object", ""});
    CHECK(error_of("{}", learning) == Named{"envelope.missing", "/eventType"});
    CHECK(error_of(R"({"eventType":"a"})", learning) == Named{"envelope.missing", "/eventId"});
    CHECK(error_of(R"({"eventType":"a","eventId":"1"})", learning) == Named{"envelope.missing", "/userId"});
    CHECK(error_of(R"({"eventType":"a","eventId":"1","userId":"u"})", learning) ==
          Named{"envelope.missing", "/timestamp"});
    CHECK(error_of(R"({"eventType":"a","eventId":"1","userId":"u","timestamp":"2026-01-27T10:00:00Z"})", learning) ==
          Named{"envelope.missing", "/data"});
    CHECK(error_of(R"({"eventType":"a","data":[]})", learning) == Named{"envelope.wrong_type", "/data"});
    CHECK(error_of(R"({"type":"executionFailed"})", layouts::qa_package_events()) == Named{"envelope.type", "/type"});
    CHECK(error_of(R"({"timestamp":5})", layouts::qa_package_events()) == Named{"envelope.wrong_type", "/timestamp"});
}

TEST_CASE("a reader makes the same id of the same position, and another of another", "[event][unit]") {
    WrittenRecord record = with_value(R"({"planId":"p","type":"A","timestamp":"2026-01-30T08:00:00Z"})");
    Reader reader;
    REQUIRE(reader.read(record, layouts::qa_package_events()));
    const std::string first{reader.decoded.envelope.event_id};
    CHECK(Uuid::parse(first)->version() == 5);
    REQUIRE(reader.read(record, layouts::qa_package_events()));
    CHECK(reader.decoded.envelope.event_id == first);
    record.topic = "other";
    REQUIRE(reader.read(record, layouts::qa_package_events()));
    CHECK(reader.decoded.envelope.event_id != first);
}

TEST_CASE("members that would stand twice in an object are refused before writing", "[event][unit]") {
    WrittenRecord record;
    const auto flat = layouts::qa_package_events().codec().encode({plain("A", "p"), {}, R"({"type":"x"})"}, record);
    REQUIRE_FALSE(flat);
    CHECK(flat.error().code == "envelope.collision");
    const std::vector<codec::Extension> extensions{{"data", "1"}};
    CHECK_FALSE(layouts::learning_events().codec().encode({plain("a", "p"), extensions, "{}"}, record));
    CHECK_FALSE(layouts::qa_package_events().codec().encode({plain("lower", "p"), {}, "{}"}, record));
}

TEST_CASE("own layouts are checked when they are made", "[event][unit]") {
    CHECK(EnvelopeFormat::mapped({.name = "own", .type_member = "kind"}));
    CHECK(EnvelopeFormat::mapped({.name = "own", .type_member = "kind"})->name() == "own");
    const auto code_of = [](const EnvelopeLayout& layout) { return EnvelopeFormat::mapped(layout).error().code; };
    CHECK(code_of({.type_member = "kind"}) == "layout.member");
    CHECK(code_of({.name = "own"}) == "layout.member");
    CHECK(code_of({.name = "own", .id_member = "kind", .type_member = "kind"}) == "layout.member");
    CHECK(code_of({.name = "own", .type_member = "kind", .order = {"a", "a"}}) == "layout.member");
}

TEST_CASE("formats are found by name", "[event][unit]") {
    for (const char* name : {"native", "cloudevents-structured", "cloudevents-binary", "user_events", "learning-events",
                             "code-submitted", "struggle-detected", "qa-package-events"})
        CHECK(EnvelopeFormat::named(name).value().name() == name);
    CHECK(EnvelopeFormat::named("cloudevents").value().name() == "cloudevents-structured");
    CHECK(EnvelopeFormat::named("x").error().code == "format.unknown");
}
