#include "counting_new.hpp"

#include "support/assignment_events.hpp"
#include "support/catch.hpp"

#include <eventsdk/schema/schema_set.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <vector>

using namespace eventsdk;
using support::AssignmentGraded;
using support::AssignmentSubmitted;

namespace {

constexpr const char* topic = "school.assignments";

struct TestedCase {
    std::string name{};
    std::vector<std::string> tags{};
};

/// For the layout that takes upper snake case only.
struct PackageTested {
    std::string package{};
    std::vector<TestedCase> cases{};
    std::optional<std::vector<double>> seconds{};
};

template <class T>
Catalogue catalogue_of(const EnvelopeFormat& format) {
    support::SchemaDirectory schemas;
    schemas.add("education/AssignmentSubmitted.v1.schema.json", support::submitted_schema);
    schemas.add("qa/PACKAGE_TESTED.v1.schema.json",
                R"({"type":"object","required":["package","cases"],"additionalProperties":false,
                    "properties":{"package":{"type":"string"},"seconds":{"type":"array","items":{"type":"number"}},
                    "cases":{"type":"array","items":{"type":"object","required":["name"]}}}})");
    return Catalogue::load({.environment = "test", .schemas = schemas.path()},
                           event<T>({.topic = topic, .format = format}))
        .value();
}

}  // namespace

template <>
struct eventsdk::EventTraits<TestedCase> {
    static constexpr auto fields = std::tuple{field("name", &TestedCase::name), field("tags", &TestedCase::tags)};
};

template <>
struct eventsdk::EventTraits<PackageTested> {
    static constexpr EventType type{"PACKAGE_TESTED", 1};
    static constexpr auto fields =
        std::tuple{field("package", &PackageTested::package), field("cases", &PackageTested::cases),
                   field("seconds", &PackageTested::seconds)};
};

namespace {

template <class T>
void check_both_ways(const EnvelopeFormat& format, const T& event) {
    const Catalogue catalogue = catalogue_of<T>(format);
    const Runtime runtime{.logger = silent_logger()};
    const std::string key = "5c1d7a90-3b2e-4f6a-8c7d-000000000001";
    const PublishOptions options{.revision = 7, .correlation_id = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"};
    CAPTURE(std::string{format.name()});

    Record record;
    const auto prepare = [&] {
        return catalogue.prepare_into(record, runtime, key, describe_event<T>(), &event, options);
    };
    prepare().value();
    CHECK(counting::allocations_of([&] { static_cast<void>(prepare()); }) == 0);

    const ReceivedRecord received = make_received(record, 0, 7);
    OpenScratch scratch;
    Opened opened;
    T read{};
    const auto open = [&] {
        if (auto done = catalogue.open(received, scratch, opened); !done) return done;
        return opened.fill(describe_event<T>(), &read);
    };
    open().value();
    CHECK(counting::allocations_of([&] { static_cast<void>(open()); }) == 0);
    CHECK(opened.format == format.name());
}

}  // namespace

TEST_CASE("an allocation is counted", "[allocations][unit]") {
    CHECK(counting::allocations_of([] { std::vector<int> taken(100); }, 10) == 10);
}

TEST_CASE("publishing and reading an event allocates nothing in steady state, in any format", "[allocations][unit]") {
    const AssignmentSubmitted submitted{std::string{support::course}, "0190a1b2-c3d4-7e5f-8a9b-aaaaaaaaaaaa",
                                        "https://files.example.com/submissions/2026/a.pdf",
                                        "well done, \"Ada\" – but a little late"};
    for (const auto& format :
         {EnvelopeFormat::native(), EnvelopeFormat::cloudevents_structured(), EnvelopeFormat::cloudevents_binary(),
          layouts::user_events(), layouts::learning_events(), layouts::code_submitted(), layouts::struggle_detected()})
        check_both_ways(format, submitted);
    const PackageTested tested{
        "a package with a long name, 1.2.3",
        {{"the first of the cases", {"smoke", "a tag that is long"}}, {"the second one of them", {}}},
        std::vector{0.5, 2.0}};
    check_both_ways(layouts::qa_package_events(), tested);
    check_both_ways(EnvelopeFormat::native(), tested);
}

TEST_CASE("a record that is upcast allocates as much every time", "[allocations][unit]") {
    support::SchemaDirectory schemas;
    for (const int version : {1, 2})
        schemas.add("school/GradeGiven.v" + std::to_string(version) + ".schema.json",
                    R"({"type":"object","required":["course","student"],"properties":{"course":{"type":"string"}}})");
    const Upcaster rename = [](nlohmann::json& payload) {
        payload["points"] = payload["grade"];
        payload.erase("grade");
    };
    const Catalogue catalogue =
        Catalogue::load({.environment = "test", .schemas = schemas.path()},
                        untyped_event("GradeGiven", 2, {.topic = topic, .upcasters = {{1, rename}}}))
            .value();
    Record record{.topic = topic, .key = "ada"};
    record.value =
        R"({"eventId":"0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","type":"GradeGiven","schemaVersion":1,"aggregateId":"ada",)"
        R"("occurredAt":"2026-11-20T12:00:00.123Z","payload":{"course":"3f0c7a52-9a53-4d0f-8a7e-0c6a3c1f0b11",)"
        R"("student":"b2f3d9c4-0b1e-4c55-9d8e-2f6a7b8c9d01","gradedBy":"ada@example.org","grade":87}})";
    const ReceivedRecord received = make_received(std::move(record), 0, 7);
    OpenScratch scratch;
    Opened opened;
    const auto open = [&] { return catalogue.open(received, scratch, opened); };
    open().value();
    const std::size_t count = counting::allocations_of([&] { static_cast<void>(open()); }, 1);
    CAPTURE(count);
    CHECK(opened.payload_version == 2);
    CHECK(counting::allocations_of([&] { static_cast<void>(open()); }, 100) == 100 * count);
    CHECK(count <= 40);
}

TEST_CASE("checking a valid text allocates nothing in steady state", "[allocations][unit]") {
    struct Row {
        std::string schema;
        std::string text;
    };
    std::string many = "[";
    for (int i = 0; i < 200; ++i) many += (i > 0 ? "," : "") + std::to_string(i);
    many += "]";
    const std::vector<Row> rows{
        {std::string{support::submitted_schema},
         R"({"courseId":"3f0c7a52-9a53-4d0f-8a7e-0c6a3c1f0b11","studentId":"ada","fileUrl":"https://files.example/a"})"},
        {R"({"uniqueItems":true,"items":{"type":"integer","minimum":0,"multipleOf":1}})", many},
        {R"({"uniqueItems":true})", R"([{"a":1,"b":[1,2]},{"b":[1,2],"a":2},{"a":1.5,"b":[2,1]}])"},
        {R"({"anyOf":[{"required":["x"]},{"required":["a"]}],"oneOf":[{"not":{"required":["a"]}},true],
            "if":{"required":["a"]},"then":{"properties":{"a":{"enum":[1,"long enough to be on the heap"]}}}})",
         R"({"a":"long enough to be on the heap"})"},
        {R"({"$schema":"https://json-schema.org/draft/2020-12/schema","allOf":[{"properties":{"a":true}}],
            "unevaluatedProperties":{"type":"string"}})",
         R"({"a":1,"b":"x"})"},
        {R"({"patternProperties":{"^[a-z]+$":{"format":"date-time"}},"propertyNames":{"maxLength":9},
            "dependencies":{"a":["b"]}})",
         R"({"a":"2026-11-20T12:00:00.123456+01:00","b":"2016-12-31T23:59:60Z"})"},
        {R"({"items":[{"format":"uuid"},{"format":"email"},{"format":"hostname"},{"format":"ipv4"},{"format":"ipv6"},
            {"format":"uri"},{"format":"uri-reference"},{"format":"json-pointer"},{"format":"duration"},
            {"format":"date"},{"format":"time"}]})",
         R"(["3f0c7a52-9a53-4d0f-8a7e-0c6a3c1f0b11","ada.lovelace@mail.example.org","files.example.org","192.0.2.1",
             "2001:db8::1:2","https://files.example.org/a?b=c#d","../a%20b","/a~1b/0","P1Y2M3DT4H5M6S","2026-11-20",
             "12:00:00.5Z"])"},
    };
    for (const auto& row : rows) {
        const Schema schema = SchemaSet::compile(row.schema).value();
        CAPTURE(row.schema);
        schema.validate(row.text).value();
        CHECK(counting::allocations_of([&] { static_cast<void>(schema.validate(row.text)); }) == 0);
    }
}
