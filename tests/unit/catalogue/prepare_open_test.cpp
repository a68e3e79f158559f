#include "support/assignment_events.hpp"
#include "support/catch.hpp"
#include "support/payloads.hpp"

#include <eventsdk/consume/delivery.hpp>
#include <eventsdk/core/time.hpp>
#include <eventsdk/testing/manual_clock.hpp>
#include <eventsdk/testing/sequential_ids.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <limits>
#include <map>
#include <random>

using namespace eventsdk;
using support::AssignmentGraded;
using support::AssignmentSubmitted;
using support::SchemaDirectory;

namespace {

struct Numbers {
    std::int64_t least = std::numeric_limits<std::int64_t>::min();
    std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();
};

struct Badge {
    std::string badge{};
    std::string level{};
};

struct Measurement {
    std::string sensor{};
    Timestamp at{};
    Uuid series{};
    double value = 0;
    std::int32_t samples = 0;
    std::optional<std::string> unit{};
    std::map<std::string, std::uint64_t> counts{};
    std::vector<std::string> tags{};
};

struct Execution {
    std::string scenario{};
    bool passed = false;
};

}  // namespace

template <>
struct eventsdk::EventTraits<Numbers> {
    static constexpr EventType type{"NumbersCounted", 1};
    static constexpr AggregateType aggregate{"test", "numbers"};
    static constexpr auto fields = std::tuple{field("least", &Numbers::least), field("greatest", &Numbers::greatest)};
};

template <>
struct eventsdk::EventTraits<Badge> {
    static constexpr EventType type{"BadgeAwarded", 3};
    static constexpr auto fields = std::tuple{field("badge", &Badge::badge), field("level", &Badge::level)};
};

template <>
struct eventsdk::EventTraits<Measurement> {
    using T = Measurement;
    static constexpr EventType type{"SensorRead", 1};
    static constexpr AggregateType aggregate{"lab", "sensor"};
    static constexpr auto fields = std::tuple{
        field("sensor", &T::sensor),   field("at", &T::at),     field("series", &T::series), field("value", &T::value),
        field("samples", &T::samples), field("unit", &T::unit), field("counts", &T::counts), field("tags", &T::tags)};
};

template <>
struct eventsdk::EventTraits<Execution> {
    static constexpr std::array types{EventType{"EXECUTION_SUCCESS", 1}, EventType{"EXECUTION_FAILED", 2}};
    static std::string_view type_of(const Execution& event) {
        if (event.scenario == "nameless") return "EXECUTION_UNHEARD_OF";
        return event.passed ? "EXECUTION_SUCCESS" : "EXECUTION_FAILED";
    }
    static constexpr AggregateType aggregate{"qa", "package"};
    static constexpr auto fields =
        std::tuple{field("scenario", &Execution::scenario), field("passed", &Execution::passed)};
};

namespace {

Runtime test_runtime() {
    return {std::make_shared<testing::ManualClock>(Timestamp{std::chrono::milliseconds{1'795'000'000'123}}),
            std::make_shared<testing::SequentialIds>(), silent_logger(), no_metrics()};
}

/// Opens a record as if it had been read.
struct Reading {
    ReceivedRecord record;
    OpenScratch scratch{};
    Opened opened{};
    Result<void> result;

    Reading(const Catalogue& catalogue, Record written)
        : record{make_received(std::move(written), 3, 42)}, result{catalogue.open(record, scratch, opened)} {}
};

std::optional<std::string> header(const Record& record, std::string_view name) {
    const auto found = record.header(name);
    return found ? std::optional<std::string>{*found} : std::nullopt;
}

constexpr std::string_view badge_v3 =
    R"({"type":"object","required":["badge","level"],"properties":{"badge":{"type":"string"},
        "level":{"type":"string","enum":["bronze","gold"]}}})";

Catalogue badge_catalogue(Upcaster last) {
    SchemaDirectory schemas;
    schemas.add("x/BadgeAwarded.v3.schema.json", badge_v3)
        .add("x/BadgeAwarded.v1.schema.json",
             R"({"type":"object","required":["name"],"properties":{"name":{"type":"string"}}})");
    const Upcaster first = [](nlohmann::json& payload) {
        payload["badge"] = payload.at("name");
        payload.erase("name");
    };
    return Catalogue::load({.environment = "test", .schemas = schemas.path()},
                           event<Badge>({.topic = "badges", .upcasters = {{1, first}, {2, std::move(last)}}}))
        .value();
}

Record badge_record(int version, const std::string& payload) {
    Record record;
    record.topic = "badges";
    record.key = "ada";
    record.value = R"({"eventId":"01890a5d-ac96-774b-bcce-b302099a8057","type":"BadgeAwarded","schemaVersion":)" +
                   std::to_string(version) +
                   R"(,"aggregateId":"ada","occurredAt":"2026-11-20T12:00:00.123Z","payload":)" + payload + "}";
    return record;
}

}  // namespace

TEST_CASE("a prepared event is a finished record with key, headers and envelope", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    const auto record = catalogue.prepare(test_runtime(), "assignment-1", support::submitted(), {.revision = 12});
    REQUIRE(record);
    CHECK(record->topic == support::assignments);
    CHECK(record->key == "assignment-1");
    CHECK(record->event_id == testing::SequentialIds::nth(1).to_string());
    CHECK(header(*record, "id") == record->event_id);
    CHECK(header(*record, "event-type") == "AssignmentSubmitted");
    CHECK(header(*record, "schema-version") == "1");
    CHECK(header(*record, "content-type") == "application/json");
    REQUIRE(header(*record, "traceparent"));
    CHECK(is_traceparent(*header(*record, "traceparent")));
    const auto value = nlohmann::json::parse(*record->value);
    CHECK(value["eventId"] == record->event_id);
    CHECK(value["revision"] == 12);
    CHECK(value["occurredAt"] == format_timestamp(Timestamp{std::chrono::milliseconds{1'795'000'000'123}}));
    CHECK(value["payload"]["studentId"] == "ada");
    CHECK_FALSE(value["payload"].contains("comment"));
}

TEST_CASE("what was prepared opens again, typed", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    auto event = support::submitted();
    event.comment = "late \"but\" fine ✓";
    Reading reading{catalogue, catalogue.prepare(test_runtime(), "assignment-1", event).value()};
    REQUIRE(reading.result);
    CHECK(reading.opened.known);
    CHECK_FALSE(reading.opened.tombstone);
    CHECK(reading.opened.format == "native");
    CHECK(reading.opened.envelope.type == "AssignmentSubmitted");
    CHECK(reading.opened.envelope.aggregate_id == "assignment-1");
    CHECK(reading.opened.as<AssignmentSubmitted>().value() == event);
    CHECK(nlohmann::json::parse(reading.opened.payload_text())["comment"] == *event.comment);
}

TEST_CASE("64-bit integers survive writing and reading", "[catalogue][unit]") {
    SchemaDirectory schemas;
    schemas.add("t/NumbersCounted.v1.schema.json", R"({"type":"object","required":["least","greatest"]})");
    const auto catalogue =
        Catalogue::load({.environment = "test", .schemas = schemas.path()}, event<Numbers>()).value();
    Reading reading{catalogue, catalogue.prepare(test_runtime(), "n", Numbers{}).value()};
    REQUIRE(reading.result);
    const auto numbers = reading.opened.as<Numbers>().value();
    CHECK(numbers.least == std::numeric_limits<std::int64_t>::min());
    CHECK(numbers.greatest == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("a payload that breaks its schema never becomes a record", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    auto event = support::submitted();
    event.file_url = "ftp://files.example/a.pdf";
    const auto record = catalogue.prepare(test_runtime(), "assignment-1", event);
    REQUIRE_FALSE(record);
    CHECK(record.error().kind == ErrorKind::permanent);
    CHECK(record.error().code == "schema.pattern");
    CHECK(record.error().message.find("/fileUrl") != std::string::npos);
}

TEST_CASE("what a delivery caused carries its ids and its trace on", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    const Runtime runtime = test_runtime();
    const auto trace = TraceContext::make();
    Reading first{catalogue, catalogue.prepare(runtime, "a", support::submitted(), {.trace = trace}).value()};
    REQUIRE(first.result);
    const Delivery delivery{first.record, first.opened, 1, false, {}};

    Reading second{catalogue,
                   catalogue.prepare(runtime, "a", AssignmentGraded{"ada", 5}, {.caused_by = delivery}).value()};
    REQUIRE(second.result);
    CHECK(second.opened.envelope.causation_id == first.opened.envelope.event_id);
    CHECK(second.opened.envelope.correlation_id == first.opened.envelope.event_id);
    const auto carried = TraceContext::parse(second.opened.envelope.traceparent);
    REQUIRE(carried);
    CHECK(carried->trace_id == trace.trace_id);
    CHECK(carried->parent_id != trace.parent_id);

    const Envelope owned = second.opened.owned_envelope();
    Reading third{
        catalogue,
        catalogue.prepare(runtime, "a", AssignmentGraded{"ada", 6}, {.caused_by = owned, .causation_id = "by hand"})
            .value()};
    REQUIRE(third.result);
    CHECK(third.opened.envelope.causation_id == "by hand");
    CHECK(third.opened.envelope.correlation_id == first.opened.envelope.event_id);
}

TEST_CASE("a publisher's own trace is written as it is", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    auto trace = TraceContext::make();
    trace.state = "vendor=1";
    const auto record = catalogue.prepare(test_runtime(), "a", support::submitted(), {.trace = trace});
    REQUIRE(record);
    CHECK(header(*record, "traceparent") == trace.traceparent());
    CHECK(header(*record, "tracestate") == "vendor=1");
}

TEST_CASE("a reused record keeps nothing of the event before", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    const Runtime runtime = test_runtime();
    Record record;
    const auto event = support::submitted();
    const PublishOptions rich{.revision = 1, .correlation_id = "c", .partition = 2, .headers = {{"tenant", "t1"}}};
    REQUIRE(catalogue.prepare_into(record, runtime, "first", describe_event<AssignmentSubmitted>(), &event, rich));
    CHECK(header(record, "tenant") == "t1");
    CHECK(record.partition == 2);
    const AssignmentGraded graded{"ada", 1};
    REQUIRE(catalogue.prepare_into(record, runtime, "second", describe_event<AssignmentGraded>(), &graded, {}));
    CHECK_FALSE(record.partition);
    CHECK_FALSE(header(record, "tenant"));
    CHECK(record.key == "second");
    CHECK(record.value->find("correlationId") == std::string::npos);
    CHECK(header(record, "event-type") == "AssignmentGraded");
}

TEST_CASE("an option that cannot be written is refused by name", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    const auto refused = [&](std::string_view id, const PublishOptions& options) {
        const auto record = catalogue.prepare(test_runtime(), id, support::submitted(), options);
        REQUIRE_FALSE(record);
        CHECK(record.error().kind == ErrorKind::invalid_argument);
        return record.error().code;
    };
    CHECK(refused("", {}) == "envelope.aggregate_id");
    CHECK(refused(std::string(256, 'x'), {}) == "envelope.aggregate_id");
    CHECK(refused("a", {.revision = -1}) == "envelope.revision");
    CHECK(refused("a", {.partition = -1}) == "record.partition");
    CHECK(refused("a", {.headers = {{"not allowed", "x"}}}) == "record.header_name");
    CHECK(catalogue.prepare(test_runtime(), std::string(255, 'x'), support::submitted()));
}

TEST_CASE("one struct carries several wire types by its value", "[catalogue][unit]") {
    SchemaDirectory schemas;
    constexpr std::string_view schema = R"({"type":"object","required":["scenario","passed"]})";
    schemas.add("qa/EXECUTION_SUCCESS.v1.schema.json", schema).add("qa/EXECUTION_FAILED.v2.schema.json", schema);
    const auto catalogue =
        Catalogue::load({.environment = "test", .schemas = schemas.path()}, event<Execution>()).value();
    Reading failed{catalogue, catalogue.prepare(test_runtime(), "plan", Execution{"login", false}).value()};
    REQUIRE(failed.result);
    CHECK(failed.opened.envelope.type == "EXECUTION_FAILED");
    CHECK(failed.opened.envelope.schema_version == 2);
    const auto nameless = catalogue.prepare(test_runtime(), "plan", Execution{"nameless", true});
    REQUIRE_FALSE(nameless);
    CHECK(nameless.error().code == "event.unknown_type");
}

TEST_CASE("an event without a struct is prepared from JSON text", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    const Runtime runtime = test_runtime();
    const auto record =
        catalogue.prepare_json(runtime, "a", "AssignmentGraded", 1, R"({"studentId":"ada","points":9007199254740993})");
    REQUIRE(record);
    Reading reading{catalogue, *record};
    REQUIRE(reading.result);
    CHECK(reading.opened.as<AssignmentGraded>()->points == 9007199254740993);
    CHECK(catalogue.prepare_json(runtime, "a", "Unheard", 1, "{}").error().code == "catalogue.unknown_type");
    CHECK(catalogue.prepare_json(runtime, "a", "AssignmentGraded", 2, "{}").error().code ==
          "catalogue.unknown_version");
    CHECK(catalogue.prepare_json(runtime, "a", "AssignmentGraded", 1, "{").error().kind == ErrorKind::permanent);
}

TEST_CASE("a whole envelope is written as it is given", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    Reading first{catalogue, catalogue.prepare(test_runtime(), "a", support::submitted(), {.revision = 7}).value()};
    REQUIRE(first.result);
    const Envelope envelope = first.opened.owned_envelope();
    const auto again = catalogue.prepare_envelope(envelope, first.opened.payload_text());
    REQUIRE(again);
    CHECK(again->value == first.record.value);
    CHECK(again->event_id == envelope.event_id);
    Envelope nameless = envelope;
    nameless.event_id.clear();
    CHECK(catalogue.prepare_envelope(nameless, "{}").error().code == "envelope.event_id");
}

TEST_CASE("a tombstone has a key and no value", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    const auto record = catalogue.prepare_tombstone(support::assignments, "assignment-1");
    REQUIRE(record);
    CHECK_FALSE(record->value);
    Reading reading{catalogue, *record};
    REQUIRE(reading.result);
    CHECK(reading.opened.tombstone);
    CHECK(reading.opened.envelope.aggregate_id == "assignment-1");
}

TEST_CASE("each stage of opening refuses what is its own", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    const Record good = catalogue.prepare(test_runtime(), "a", AssignmentGraded{"ada", 5}).value();
    const auto stage = [&](const auto& damage) {
        Record record = good;
        damage(record);
        Reading reading{catalogue, std::move(record)};
        REQUIRE_FALSE(reading.result);
        CHECK(reading.result.error().kind == ErrorKind::permanent);
        return std::string{open_stage(reading.result.error())};
    };
    CHECK(stage([](Record& record) { record.value->pop_back(); }) == "parse");
    CHECK(stage([](Record& record) { record.value = "[]"; }) == "parse");
    CHECK(stage([](Record& record) { record.value->replace(record.value->find("5}"), 1, "-5"); }) == "schema");
    CHECK(stage([](Record& record) {
              for (Header& each : record.headers)
                  if (each.name == "event-type") each.value = "AssignmentSubmitted";
          }) == "schema");
    CHECK(stage([](Record& record) {
              record.headers.clear();
              record.value->replace(record.value->find("\"schemaVersion\":1"), 17, "\"schemaVersion\":9");
          }) == "schema");
}

TEST_CASE("a payload error says where in the record it is", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    Record record = catalogue.prepare(test_runtime(), "a", AssignmentGraded{"ada", 5}).value();
    record.value->replace(record.value->find("5}"), 1, "-5");
    Reading reading{catalogue, std::move(record)};
    REQUIRE_FALSE(reading.result);
    CHECK(reading.result.error().pointer == "/payload/points");
}

TEST_CASE("an unknown type opens, and is not known", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    Record record = badge_record(1, R"({"name":"first"})");
    record.topic = support::assignments;
    Reading reading{catalogue, std::move(record)};
    REQUIRE(reading.result);
    CHECK_FALSE(reading.opened.known);
    CHECK(reading.opened.envelope.type == "BadgeAwarded");
}

TEST_CASE("a dead-letter topic is read in the format of its source", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    Record record = catalogue.prepare(test_runtime(), "a", AssignmentGraded{"ada", 5}).value();
    record.topic += ".dlq";
    Reading reading{catalogue, std::move(record)};
    REQUIRE(reading.result);
    CHECK(reading.opened.known);
}

TEST_CASE("an old version is read through its upcasters, whose result is checked", "[catalogue][unit]") {
    const auto catalogue = badge_catalogue([](nlohmann::json& payload) { payload["level"] = "gold"; });
    Reading reading{catalogue, badge_record(1, R"({"name":"first"})")};
    REQUIRE(reading.result);
    CHECK(reading.opened.envelope.schema_version == 1);
    CHECK(reading.opened.payload_version == 3);
    const auto badge = reading.opened.as<Badge>().value();
    CHECK(badge.badge == "first");
    CHECK(badge.level == "gold");
    CHECK(nlohmann::json::parse(reading.opened.payload_text())["level"] == "gold");
    CHECK(reading.record.value->find("\"name\"") != std::string::npos);  // the bytes are as they came

    Reading newest{catalogue, badge_record(3, R"({"badge":"b","level":"bronze"})")};
    REQUIRE(newest.result);
    CHECK(newest.opened.as<Badge>()->level == "bronze");
}

TEST_CASE("what a version only added to is read unchanged, and checked as the newest", "[catalogue][unit]") {
    SchemaDirectory schemas;
    schemas.add("x/BadgeAwarded.v3.schema.json", badge_v3);
    const auto catalogue =
        Catalogue::load({.environment = "test", .schemas = schemas.path()},
                        event<Badge>({.topic = "badges", .upcasters = {{1, unchanged}, {2, unchanged}}}))
            .value();
    const std::string payload = R"({ "level":"gold",  "badge":"first" })";
    Reading reading{catalogue, badge_record(1, payload)};
    REQUIRE(reading.result);
    CHECK(reading.opened.envelope.schema_version == 1);
    CHECK(reading.opened.payload_version == 3);
    CHECK(reading.opened.payload_text() == payload);  // not written anew
    CHECK(reading.opened.as<Badge>()->badge == "first");

    Reading wrong{catalogue, badge_record(2, R"({"badge":"second","level":"tin"})")};
    REQUIRE_FALSE(wrong.result);
    CHECK(wrong.result.error().code == "upcast.invalid");
    CHECK(wrong.result.error().pointer == "/level");

    Reading changed{badge_catalogue(unchanged), badge_record(1, R"({"name":"third","level":"bronze"})")};
    REQUIRE(changed.result);
    CHECK(changed.opened.payload_version == 3);
    CHECK(changed.opened.as<Badge>()->badge == "third");
}

TEST_CASE("an upcaster that fails is a dead letter of its own stage", "[catalogue][unit]") {
    const auto error_of = [](Upcaster last, const std::string& payload) {
        const auto catalogue = badge_catalogue(std::move(last));
        Reading reading{catalogue, badge_record(1, payload)};
        REQUIRE_FALSE(reading.result);
        CHECK(reading.result.error().kind == ErrorKind::permanent);
        return reading.result.error();
    };
    const Error thrown = error_of([](nlohmann::json& payload) { (void)payload.at("missing"); }, R"({"name":"a"})");
    CHECK(thrown.code == "upcast.failed");
    CHECK(open_stage(thrown) == "upcast");
    const Error odd = error_of([](nlohmann::json&) { throw 7; }, R"({"name":"a"})");
    CHECK(odd.code == "upcast.failed");
    const Error wrong = error_of([](nlohmann::json& payload) { payload["level"] = "tin"; }, R"({"name":"a"})");
    CHECK(wrong.code == "upcast.invalid");
    CHECK(wrong.pointer == "/level");
    const Error before = error_of(unchanged, R"({"nom":"a"})");
    CHECK(open_stage(before) == "schema");
}

TEST_CASE("a newer version is refused, or read as the newest known when its payload still fits", "[catalogue][unit]") {
    SchemaDirectory schemas;
    schemas.add("x/BadgeAwarded.v3.schema.json", badge_v3);
    const auto catalogue = [&schemas](bool read_newer) {
        return Catalogue::load({.schemas = schemas.path(), .read_newer_versions = read_newer},
                               event<Badge>({.topic = "badges"}))
            .value();
    };
    const std::string fits = R"({"badge":"b","level":"gold","colour":"red"})";
    Reading strict{catalogue(false), badge_record(4, fits)};
    REQUIRE_FALSE(strict.result);
    CHECK(strict.result.error().code == "schema.unknown_version");

    Reading tolerant{catalogue(true), badge_record(4, fits)};
    REQUIRE(tolerant.result);
    CHECK(tolerant.opened.envelope.schema_version == 4);
    CHECK(tolerant.opened.payload_version == 3);
    CHECK(tolerant.opened.as<Badge>()->level == "gold");

    Reading incompatible{catalogue(true), badge_record(4, R"({"badge":"b","level":{"name":"gold"}})")};
    REQUIRE_FALSE(incompatible.result);
    CHECK(open_stage(incompatible.result.error()) == "schema");
    Reading older{catalogue(true), badge_record(2, fits)};
    REQUIRE_FALSE(older.result);
    CHECK(older.result.error().code == "schema.unknown_version");
}

TEST_CASE("an unknown topic is read by what the record says of itself", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    Record record = catalogue.prepare(test_runtime(), "a", AssignmentGraded{"ada", 5}).value();
    record.topic = "mirror.assignment";
    Reading reading{catalogue, std::move(record)};
    REQUIRE(reading.result);
    CHECK(reading.opened.known);
    CHECK(reading.opened.as<AssignmentGraded>()->points == 5);
}

TEST_CASE("a typed event is checked by its values as its text would be", "[catalogue][unit]") {
    SchemaDirectory schemas;
    schemas.add("lab/SensorRead.v1.schema.json",
                R"({"type":"object","required":["sensor","at","series","value","samples","counts","tags"],
        "properties":{"sensor":{"type":"string","minLength":2,"pattern":"^[a-z]+$"},
            "at":{"type":"string","format":"date-time"},"series":{"type":"string","format":"uuid"},
            "value":{"type":"number","minimum":-1.5,"exclusiveMaximum":3,"multipleOf":0.5},
            "samples":{"type":"integer","minimum":1,"maximum":9},"unit":{"enum":["m","s",1]},
            "counts":{"maxProperties":3,"patternProperties":{"^n":{"maximum":18446744073709551000}},
                      "propertyNames":{"maxLength":3}},
            "tags":{"uniqueItems":true,"maxItems":3,"contains":{"const":"x"}}},
        "additionalProperties":false,"if":{"properties":{"samples":{"const":3}}},"then":{"properties":{"tags":{"minItems":2}}}})");
    const Catalogue wide = Catalogue::load({.schemas = schemas.path()}, event<Measurement>({.topic = "t"})).value();
    const Catalogue narrow =
        Catalogue::load({.schemas = schemas.path(), .max_members = 7}, event<Measurement>({.topic = "t"})).value();
    const Catalogue small =
        Catalogue::load({.schemas = schemas.path(), .max_value_bytes = 170}, event<Measurement>({.topic = "t"}))
            .value();
    std::mt19937_64 random{11};
    const auto one_of = [&random](auto... values) { return std::array{values...}[random() % sizeof...(values)]; };
    int valid = 0;
    std::map<std::string, int> errors;
    for (int round = 0; round < 1'500; ++round) {
        Measurement event;
        event.sensor = one_of("ab", "ab", "abc", "abcdef", "a", "AB", "ż");
        event.value = one_of(0.5, 1.0, -1.5, 2.5, 0.0, -0.0, 3.0, 0.3, 1e300);
        event.samples = one_of(1, 2, 3, 3, 9, 4, 0, 10);
        if (random() % 16 != 0) event.unit = one_of("m", "m", "s", "s", "kg");
        for (auto left = random() % 4; left > 0; --left)
            event.counts[one_of("n", "o", "p", "long")] = one_of(std::uint64_t{1}, std::uint64_t{1}, ~std::uint64_t{0});
        if (random() % 64 == 0) event.counts[std::string("a\0b", 3)] = 1;
        event.tags = {"x"};
        for (auto left = random() % 3; left > 0; --left) event.tags.push_back(one_of("a", "b", "c", "d", "x"));
        const std::string text = support::encoded(event);
        CAPTURE(text);
        for (const Catalogue* catalogue : {&wide, &narrow, &small}) {
            const auto typed = catalogue->prepare(test_runtime(), "key", event);
            const auto untyped = catalogue->prepare_json(test_runtime(), "key", "SensorRead", 1, text);
            REQUIRE(typed.has_value() == untyped.has_value());
            if (typed) {
                ++valid;
                CHECK(typed->value == untyped->value);
                continue;
            }
            ++errors[typed.error().code];
            CHECK(typed.error().code == untyped.error().code);
            CHECK(typed.error().pointer == untyped.error().pointer);
            CHECK(typed.error().message == untyped.error().message);
        }
    }
    CHECK(valid > 50);
    for (const char* code :
         {"schema.minLength", "schema.pattern", "schema.minimum", "schema.maximum", "schema.enum", "schema.multipleOf",
          "schema.exclusiveMaximum", "schema.uniqueItems", "schema.propertyNames", "schema.minItems",
          "json.nul_in_name", "json.too_many_members", "json.too_large"}) {
        CAPTURE(code);
        CHECK(errors[code] > 0);
    }
}
