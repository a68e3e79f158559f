#include "support/assignment_events.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace eventsdk;
using support::AssignmentGraded;
using support::AssignmentSubmitted;
using support::SchemaDirectory;

namespace {

struct Submitted3 {
    std::string course_id{};
};
struct Rival {
    std::string anything{};
};

Error refusal(const Result<Catalogue>& loaded) {
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().kind == ErrorKind::invalid_argument);
    return loaded.error();
}

bool names(const Error& error, std::string_view text) { return error.message.find(text) != std::string::npos; }

SchemaDirectory& with_assignments(SchemaDirectory& schemas) {
    return schemas.add("education/AssignmentSubmitted.v1.schema.json", support::submitted_schema)
        .add("education/AssignmentGraded.v1.schema.json", support::graded_schema);
}

/// The drift between AssignmentGraded and the schema given.
Error drift(std::string_view schema) {
    SchemaDirectory schemas;
    schemas.add("education/AssignmentGraded.v1.schema.json", schema);
    const Error error =
        refusal(Catalogue::load({.environment = "test", .schemas = schemas.path()}, event<AssignmentGraded>()));
    CHECK(error.code == "catalogue.drift");
    CHECK(names(error, "AssignmentGraded"));
    return error;
}

}  // namespace

template <>
struct eventsdk::EventTraits<Submitted3> {
    static constexpr EventType type{"CourseOpened", 3};
    static constexpr AggregateType aggregate{"education", "course"};
    static constexpr auto fields = std::tuple{field("courseId", &Submitted3::course_id)};
};

template <>
struct eventsdk::EventTraits<Rival> {
    static constexpr EventType type{"AssignmentSubmitted", 1};
    static constexpr auto fields = std::tuple{field("anything", &Rival::anything)};
};

TEST_CASE("a catalogue knows the topics of its events", "[catalogue][unit]") {
    const Catalogue catalogue = support::assignment_catalogue();
    CHECK(catalogue.topics() == std::vector<std::string>{"test.education.assignment"});
    CHECK(catalogue.topic_of("AssignmentGraded").value() == "test.education.assignment");
    CHECK(catalogue.topic_of(AggregateType{"identity", "session"}).value() == "test.identity.session");
    CHECK(catalogue.knows("test.education.assignment", "AssignmentSubmitted"));
    CHECK(catalogue.knows("test.education.assignment.dlq", "AssignmentSubmitted"));
    CHECK_FALSE(catalogue.knows("test.education.assignment", "Unheard"));
    CHECK_FALSE(catalogue.knows("elsewhere", "AssignmentSubmitted"));
    CHECK(catalogue.topic_of("Unheard").error().code == "catalogue.unknown_type");
    CHECK(catalogue.warnings().empty());
}

TEST_CASE("a type without a schema is refused, naming the file to add", "[catalogue][unit]") {
    SchemaDirectory schemas;
    schemas.add("education/AssignmentGraded.v1.schema.json", support::graded_schema);
    const Error error =
        refusal(Catalogue::load({.environment = "test", .schemas = schemas.path()}, event<AssignmentSubmitted>()));
    CHECK(error.code == "catalogue.no_schema");
    CHECK(error.hint.find("education/AssignmentSubmitted.v1.schema.json") != std::string::npos);
}

TEST_CASE("a missing environment is refused only where topics are made from it", "[catalogue][unit]") {
    SchemaDirectory schemas;
    with_assignments(schemas);
    const Error error = refusal(Catalogue::load({.schemas = schemas.path()}, event<AssignmentGraded>()));
    CHECK(error.code == "catalogue.environment");
    CHECK(names(error, "environment"));
    CHECK(Catalogue::load({.schemas = schemas.path()}, event<AssignmentGraded>({.topic = "grades"})));
}

TEST_CASE("a missing schema directory is refused, naming it", "[catalogue][unit]") {
    CHECK(refusal(Catalogue::load({.environment = "test"}, event<AssignmentGraded>())).code == "catalogue.schemas");
}

TEST_CASE("two structs on one type are refused", "[catalogue][unit]") {
    SchemaDirectory schemas;
    with_assignments(schemas);
    const CatalogueOptions options{.environment = "test", .schemas = schemas.path()};
    const Error rivals = refusal(
        Catalogue::load(options, event<AssignmentSubmitted>(), event<Rival>({.topic = "test.education.assignment"})));
    CHECK(rivals.code == "catalogue.duplicate_type");
    CHECK(names(rivals, "AssignmentSubmitted"));
    const Error twice = refusal(Catalogue::load(options, event<AssignmentGraded>(), event<AssignmentGraded>()));
    CHECK(twice.code == "catalogue.duplicate_type");
}

TEST_CASE("topic names that Kafka cannot hold are refused", "[catalogue][unit]") {
    SchemaDirectory schemas;
    with_assignments(schemas);
    const CatalogueOptions options{.environment = "test", .schemas = schemas.path()};
    CHECK(refusal(Catalogue::load(options, event<AssignmentGraded>({.topic = "no spaces"}))).code == "topic.name");
    const Error collision = refusal(Catalogue::load(options, event<AssignmentGraded>({.topic = "a.b"}),
                                                    event<AssignmentSubmitted>({.topic = "a_b"})));
    CHECK(collision.code == "catalogue.topic_collision");
    CHECK(names(collision, "a.b"));
    CHECK(names(collision, "a_b"));
}

TEST_CASE("one topic in two formats is refused", "[catalogue][unit]") {
    SchemaDirectory schemas;
    with_assignments(schemas);
    const Error error =
        refusal(Catalogue::load({.environment = "test", .schemas = schemas.path()}, event<AssignmentGraded>(),
                                event<AssignmentSubmitted>({.format = EnvelopeFormat::cloudevents_structured()})));
    CHECK(error.code == "catalogue.topic_format");
}

TEST_CASE("gaps and steps beyond the newest version are refused among upcasters", "[catalogue][unit]") {
    SchemaDirectory schemas;
    schemas.add("education/CourseOpened.v3.schema.json",
                R"({"type":"object","required":["courseId"],"properties":{"courseId":{"type":"string"}}})");
    const auto load = [&](std::map<std::int32_t, Upcaster> upcasters) {
        return Catalogue::load({.environment = "test", .schemas = schemas.path()},
                               event<Submitted3>({.upcasters = std::move(upcasters)}));
    };
    CHECK(load({{1, unchanged}, {2, unchanged}}));
    CHECK(load({{2, unchanged}}));
    const Error gap = refusal(load({{1, unchanged}}));
    CHECK(gap.code == "catalogue.upcaster_gap");
    CHECK(names(gap, "version 2"));
    CHECK(refusal(load({{2, unchanged}, {3, unchanged}})).code == "catalogue.upcaster_version");
    CHECK(refusal(load({{0, unchanged}, {1, unchanged}, {2, unchanged}})).code == "catalogue.upcaster_version");
    CHECK(refusal(load({{2, Upcaster{}}})).code == "catalogue.upcaster_empty");
}

TEST_CASE("an untyped event needs a topic and one registration per version", "[catalogue][unit]") {
    SchemaDirectory schemas;
    with_assignments(schemas);
    const CatalogueOptions options{.environment = "test", .schemas = schemas.path()};
    CHECK(refusal(Catalogue::load(options, untyped_event("AssignmentGraded", 1, {}))).code == "catalogue.no_topic");
    const EventOptions grades{.topic = "grades"};
    CHECK(Catalogue::load(options, untyped_event("AssignmentGraded", 1, grades)));
    CHECK(refusal(Catalogue::load(options, untyped_event("AssignmentGraded", 1, grades),
                                  untyped_event("AssignmentGraded", 1, grades)))
              .code == "catalogue.duplicate_type");
}

TEST_CASE("a description that contradicts its schema is refused, naming the member", "[catalogue][unit]") {
    SECTION("a member that the schema does not allow") {
        CHECK(drift(R"({"type":"object","additionalProperties":false,"required":["points"],
                        "properties":{"points":{"type":"integer"}}})")
                  .pointer == "/studentId");
    }
    SECTION("a required member that the struct does not have") {
        CHECK(drift(R"({"type":"object","required":["studentId","points","grader"],
                        "properties":{"studentId":{"type":"string"},"points":{"type":"integer"}}})")
                  .pointer == "/grader");
    }
    SECTION("a member of another type") {
        const Error error = drift(R"({"type":"object","required":["studentId","points"],
                                      "properties":{"studentId":{"type":"string"},"points":{"type":"string"}}})");
        CHECK(error.pointer == "/points");
        CHECK(names(error, "AssignmentGraded.v1.schema.json"));
    }
    SECTION("a member that may be left out, but not in the struct") {
        CHECK(drift(R"({"type":"object","required":["studentId"],
                        "properties":{"studentId":{"type":"string"},"points":{"type":"integer"}}})")
                  .pointer == "/points");
    }
    SECTION("a member that may be null, but not in the struct") {
        CHECK(drift(R"({"type":"object","required":["studentId","points"],
                        "properties":{"studentId":{"type":["string","null"]},"points":{"type":"integer"}}})")
                  .pointer == "/studentId");
    }
    SECTION("through a reference within the file") {
        CHECK(drift(R"({"type":"object","required":["studentId","points"],"definitions":{"id":{"type":"integer"}},
                        "properties":{"studentId":{"$ref":"#/definitions/id"},"points":{"type":"integer"}}})")
                  .pointer == "/studentId");
    }
    SECTION("the payload itself") { CHECK(drift(R"({"type":"array"})").pointer.empty()); }
}

TEST_CASE("a schema that says less than the description is accepted", "[catalogue][unit]") {
    SchemaDirectory schemas;
    schemas.add("education/AssignmentGraded.v1.schema.json", R"({"type":"object"})");
    CHECK(Catalogue::load({.environment = "test", .schemas = schemas.path()}, event<AssignmentGraded>()));
}

TEST_CASE("an unusual event type name is a warning, not a refusal", "[catalogue][unit]") {
    SchemaDirectory schemas;
    schemas.add("x/SubmitAssignment.v1.schema.json", R"({"type":"object"})");
    const auto catalogue = Catalogue::load({.environment = "test", .schemas = schemas.path()},
                                           untyped_event("SubmitAssignment", 1, {.topic = "x"}));
    REQUIRE(catalogue);
    REQUIRE(catalogue->warnings().size() == 1);
    CHECK(catalogue->warnings().front().find("SubmitAssignment") != std::string::npos);
}
