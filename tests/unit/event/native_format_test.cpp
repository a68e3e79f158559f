#include <support/catch.hpp>
#include <support/records.hpp>
#include <support/vectors.hpp>

#include <map>

using namespace eventsdk;
using support::WrittenRecord;

namespace {

EnvelopeView minimal() {
    EnvelopeView envelope;
    envelope.event_id = "019a3a23-8e00-7123-8123-456789abcdef";
    envelope.type = "AssignmentSubmitted";
    envelope.aggregate_id = "3f0c9a52-6c1e-4d0e-9d1b-0f2d7a3e5b10";
    envelope.occurred_at = Timestamp{std::chrono::microseconds{1'795'176'000'123'999}};
    return envelope;
}

constexpr std::string_view payload =
    R"({"courseId":"c-1","studentId":"s-1","fileUrl":"https://files.example.com/a.pdf"})";

Result<void> encode(const codec::EncodeInput& input, WrittenRecord& out) {
    return EnvelopeFormat::native().codec().encode(input, out);
}

struct Reader {
    codec::Scratch scratch{};
    codec::Decoded decoded{};

    Result<void> read(WrittenRecord& record) {
        return codec::decode_record(EnvelopeFormat::native(), record.parts(), {}, scratch, decoded);
    }
    Result<void> read(std::string value) {
        WrittenRecord record;
        kept_ = std::move(value);
        record.value_text = kept_;
        auto parts = record.parts();
        parts.value = kept_;
        return codec::decode_record(EnvelopeFormat::native(), parts, {}, scratch, decoded);
    }

private:
    std::string kept_;
};

}  // namespace

TEST_CASE("the native envelope is written byte for byte as published", "[event][golden]") {
    WrittenRecord record;
    REQUIRE(encode({.envelope = minimal(), .payload = payload}, record));
    CHECK(record.shown() == support::golden("native_minimal.record"));
}

TEST_CASE("optional members of the native envelope have their places", "[event][golden]") {
    EnvelopeView envelope;
    envelope.event_id = "019a3a23-8e00-7124-8000-000000000000";
    envelope.type = "Education.AssignmentGraded";
    envelope.schema_version = 2'147'483'647;
    envelope.aggregate_id = "a \"quoted\" id";
    envelope.revision = std::numeric_limits<std::int64_t>::max();
    envelope.occurred_at = Timestamp{std::chrono::microseconds{-1}};
    envelope.correlation_id = "corr/1";
    envelope.causation_id = "019a3a23-8e00-7123-8123-456789abcdef";
    envelope.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    envelope.tracestate = "rojo=1,congo=2";
    const std::vector<codec::Extension> extensions{{"tenant", "\"acme\""}, {"n", "18446744073709551615"}};
    WrittenRecord record;
    REQUIRE(encode({.envelope = envelope, .extensions = extensions, .payload = R"({"grade":1.0})"}, record));
    CHECK(record.shown() == support::golden("native_full.record"));

    Reader reader;
    REQUIRE(reader.read(record));
    const EnvelopeView& read = reader.decoded.envelope;
    CHECK(read.event_id == envelope.event_id);
    CHECK(read.type == envelope.type);
    CHECK(read.schema_version == envelope.schema_version);
    CHECK(read.aggregate_id == envelope.aggregate_id);
    CHECK(read.revision == envelope.revision);
    CHECK(read.occurred_at == Timestamp{std::chrono::milliseconds{-1}});
    CHECK(read.correlation_id == envelope.correlation_id);
    CHECK(read.causation_id == envelope.causation_id);
    CHECK(read.traceparent == envelope.traceparent);
    CHECK(read.tracestate == envelope.tracestate);
    CHECK(reader.decoded.format == "native");
    CHECK(reader.decoded.payload_text() == R"({"grade":1.0})");
    const Envelope owned = reader.decoded.owned_envelope();
    CHECK(owned.extensions ==
          std::vector<std::pair<std::string, std::string>>{{"tenant", "\"acme\""}, {"n", "18446744073709551615"}});
    CHECK(owned.aggregate_id == "a \"quoted\" id");
}

TEST_CASE("every valid envelope of the vectors is read", "[event][unit]") {
    Reader reader;
    for (const auto& each : support::load_vectors("event_envelopes.json", "valid")) {
        INFO(each["name"]);
        REQUIRE(reader.read(each["event"].dump()));
        CHECK(reader.decoded.envelope.event_id == each["event"]["eventId"].get<std::string>());
        CHECK(nlohmann::json::parse(reader.decoded.payload_text()) == each["event"]["payload"]);
    }
}

TEST_CASE("every invalid envelope of the vectors is refused for its reason", "[event][unit]") {
    const std::map<std::string, std::pair<std::string, std::string>> codes{
        {"missing_schemaVersion", {"envelope.missing", "/schemaVersion"}},
        {"missing_aggregateId", {"envelope.missing", "/aggregateId"}},
        {"missing_occurredAt", {"envelope.missing", "/occurredAt"}},
        {"bad_type_schemaVersion", {"envelope.wrong_type", "/schemaVersion"}},
        {"bad_type_aggregateId", {"envelope.wrong_type", "/aggregateId"}},
        {"bad_type_occurredAt", {"envelope.wrong_type", "/occurredAt"}},
        {"bad_type_eventId", {"envelope.wrong_type", "/eventId"}},
        {"bad_type_payload", {"envelope.wrong_type", "/payload"}},
        {"bad_schemaVersion", {"envelope.schema_version", "/schemaVersion"}},
        {"bad_eventId", {"envelope.event_id", "/eventId"}},
        {"bad_occurredAt", {"envelope.occurred_at", "/occurredAt"}},
        {"not_an_object", {"envelope.not_an_object", ""}}};
    Reader reader;
    for (const auto& each : support::load_vectors("event_envelopes.json", "invalid")) {
        INFO(each["name"]);
        const auto read = reader.read(each["event"].dump());
        REQUIRE_FALSE(read);
        CHECK(read.error().kind == ErrorKind::permanent);
        CHECK(std::pair{read.error().code, read.error().pointer} == codes.at(each["reason"].get<std::string>()));
    }
}

TEST_CASE("members that a later version adds to the envelope are kept", "[event][unit]") {
    Reader reader;
    REQUIRE(reader.read(R"({"eventId":"019a3a23-8e00-7123-8123-456789abcdef","type":"A","schemaVersion":1,)"
                        R"("a\u0042c":{"x":[1,"}"]},"aggregateId":"1","occurredAt":"2026-11-20T12:00:00Z",)"
                        R"("payload" : {"k": "\"}"} ,"revision":null,"correlationId":null})"));
    CHECK(reader.decoded.extensions.size() == 1);
    CHECK(reader.decoded.extensions[0].name == "aBc");
    CHECK(reader.decoded.extensions[0].json == R"({"x":[1,"}"]})");
    CHECK(reader.decoded.payload_text() == R"({"k": "\"}"})");
    CHECK_FALSE(reader.decoded.envelope.revision);
}

TEST_CASE("a header that contradicts the value is a schema error", "[event][unit]") {
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"id", "019a3a23-8e00-7123-8123-456789abcde0"},
                                                          {"id", "x"},
                                                          {"event-type", "AssignmentGraded"},
                                                          {"schema-version", "2"},
                                                          {"schema-version", "01"}}) {
        INFO(name << " = " << value);
        WrittenRecord record;
        REQUIRE(encode({.envelope = minimal(), .payload = payload}, record));
        record.headers.emplace_back(name, value);  // the last one of a name counts
        Reader reader;
        const auto read = reader.read(record);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == "schema.header");
        CHECK(read.error().message.find(name) != std::string::npos);
    }
}

TEST_CASE("headers may be missing, null, or write the id in upper case", "[event][unit]") {
    WrittenRecord record;
    REQUIRE(encode({.envelope = minimal(), .payload = payload}, record));
    record.headers = {
        {"id", "019A3A23-8E00-7123-8123-456789ABCDEF"}, {"event-type", std::nullopt}, {"traceparent", "00-bad"}};
    Reader reader;
    REQUIRE(reader.read(record));
    CHECK(reader.decoded.envelope.traceparent.empty());
}

TEST_CASE("a null value is a tombstone of its key", "[event][unit]") {
    WrittenRecord record;
    record.key_text = "a-1";
    Reader reader;
    REQUIRE(reader.read(record));
    CHECK(reader.decoded.tombstone);
    CHECK(reader.decoded.envelope.aggregate_id == "a-1");
    CHECK_FALSE(reader.decoded.payload);
    CHECK(reader.decoded.payload_text().empty());
}

TEST_CASE("what the native format cannot carry is refused before it is written", "[event][unit]") {
    const auto refused = [](auto change) {
        EnvelopeView envelope = minimal();
        change(envelope);
        WrittenRecord record;
        const auto written = encode({.envelope = envelope, .payload = payload}, record);
        if (written) return std::string{"written"};
        CHECK(written.error().kind == ErrorKind::invalid_argument);
        return written.error().code;
    };
    const std::string long_id(256, 'a');
    CHECK(refused([](EnvelopeView& e) { e.event_id = ""; }) == "envelope.event_id");
    CHECK(refused([](EnvelopeView& e) { e.event_id = "00000000-0000-0000-0000-000000000000"; }) == "envelope.event_id");
    CHECK(refused([](EnvelopeView& e) { e.type = ""; }) == "envelope.type");
    CHECK(refused([](EnvelopeView& e) { e.schema_version = 0; }) == "envelope.schema_version");
    CHECK(refused([](EnvelopeView& e) { e.aggregate_id = ""; }) == "envelope.aggregate_id");
    CHECK(refused([&](EnvelopeView& e) { e.aggregate_id = long_id; }) == "envelope.aggregate_id");
    CHECK(refused([&](EnvelopeView& e) { e.aggregate_id = std::string_view{long_id}.substr(1); }) == "written");
    CHECK(refused([](EnvelopeView& e) { e.revision = -1; }) == "envelope.revision");
    CHECK(refused([](EnvelopeView& e) { e.occurred_at = Timestamp::max(); }) == "envelope.occurred_at");
    CHECK(refused([](EnvelopeView& e) { e.type = "\xff"; }) == "envelope.utf8");

    WrittenRecord record;
    const auto written = encode({.envelope = minimal(), .payload = "[1]"}, record);
    REQUIRE_FALSE(written);
    CHECK(written.error().code == "envelope.payload");
}

TEST_CASE("a value that is not acceptable JSON keeps the parser's reason", "[event][unit]") {
    Reader reader;
    const auto read = reader.read("{\"eventId\":");
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "json.syntax");
}
