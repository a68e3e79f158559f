#include <eventsdk/schema/drift.hpp>

#include "folder.hpp"
#include "support/catch.hpp"

#include <optional>
#include <string>
#include <vector>

namespace {

enum class Grade { pass, fail };

struct Graded {
    std::string student_id;
    std::int32_t points = 0;
    Grade grade = Grade::pass;
    std::optional<std::string> comment{};
    std::vector<std::uint8_t> parts{};
};

}  // namespace

template <>
struct eventsdk::EnumTraits<Grade> {
    static constexpr std::array names{enum_name("pass", Grade::pass), enum_name("fail", Grade::fail)};
};

template <>
struct eventsdk::EventTraits<Graded> {
    static constexpr EventType type{"Graded", 1};
    static constexpr AggregateType aggregate{"education", "assignment"};
    static constexpr auto fields =
        std::tuple{field("studentId", &Graded::student_id), field("points", &Graded::points),
                   field("grade", &Graded::grade), field("comment", &Graded::comment), field("parts", &Graded::parts)};
};

using namespace eventsdk;

namespace {

std::vector<SchemaDifference> differences(const std::string& schema) {
    Folder folder;
    folder.file("education/Graded.v1.schema.json", schema);
    auto set = SchemaSet::load(folder.path());
    if (!set) FAIL(set.error().to_string());
    return set->check<Graded>();
}

}  // namespace

TEST_CASE("a description that agrees with its schema has no difference", "[schema][unit]") {
    const auto found =
        differences(R"({"type":"object","required":["studentId","points","grade","parts"],"additionalProperties":false,
        "properties":{"studentId":{"type":"string"},"points":{"type":"integer","minimum":0,"maximum":100},"grade":{"enum":["pass","fail"]},
        "comment":{"type":"string"},"parts":{"type":"array","items":{"type":"integer","maximum":255}}}})");
    CHECK(describe(found).empty());
}

TEST_CASE("every difference between a description and its schema is named", "[schema][unit]") {
    const auto found = differences(
        R"({"type":"object","required":["studentId","points","teacherId","comment"],"additionalProperties":false,
        "properties":{"studentId":{"type":"integer"},"points":{"type":"integer","maximum":4294967296},"grade":{"enum":["pass","late"]},
        "comment":{"type":"string"},"teacherId":{"type":"string"}}})");
    std::string text = describe(found);
    CAPTURE(text);
    for (const auto* part :
         {"/teacherId is required by the schema, but the struct does not describe it",
          "/comment is required by the schema, but the struct may leave it out",
          "/studentId is of another type in its schema",
          "/points may be 4294967296 by the schema, which the member cannot hold",
          "/grade can be \"fail\", which `enum` does not allow", "/grade may be \"late\"",
          "/grade may be left out by the schema", "/parts is described, but the schema allows no member of that name",
          "(education/Graded.v1.schema.json)"})
        CHECK(text.find(part) != std::string::npos);
    CHECK(found.size() == 8);
}

TEST_CASE("an event without a schema is a difference", "[schema][unit]") {
    const auto found = SchemaSet{}.check<Graded>();
    REQUIRE(found.size() == 1);
    CHECK(found[0].hint == "add Graded.v1.schema.json");
}
