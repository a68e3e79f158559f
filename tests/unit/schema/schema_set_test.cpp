#include <eventsdk/schema/schema_set.hpp>

#include "folder.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <iterator>
#include <string>

using namespace eventsdk;
namespace fs = std::filesystem;

namespace {

const std::string any_object = R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object"})";

}  // namespace

TEST_CASE("a set finds schemas by event type and version", "[schema][unit]") {
    Folder folder;
    folder.file("education/AssignmentSubmitted.v1.schema.json", any_object)
        .file("education/AssignmentSubmitted.v12.schema.json", any_object)
        .file("learning/exercise.started.v1.schema.json", any_object)
        .file("qa/deep/er/EXECUTION_SUCCESS.v2.schema.json", any_object)
        .file("common.schema.json", R"({"definitions":{"id":{"type":"string"}}})")
        .file("notes.txt", "no schema")
        .file(".git/Old.v1.schema.json", "not even JSON");
    auto set = SchemaSet::load(folder.path());
    REQUIRE(set.has_value());
    CHECK(set->all().size() == 4);
    CHECK(set->versions("AssignmentSubmitted") == std::vector<int>{1, 12});
    CHECK(set->versions("Nobody").empty());
    const auto* schema = set->find("exercise.started", 1);
    REQUIRE(schema != nullptr);
    CHECK(schema->file() == "learning/exercise.started.v1.schema.json");
    CHECK(schema->type() == "exercise.started");
    CHECK(schema->version() == 1);
    CHECK(schema->text() == any_object);
    CHECK(set->find("EXECUTION_SUCCESS", 2) != nullptr);
    CHECK(set->find("EXECUTION_SUCCESS", 1) == nullptr);
    CHECK(set->find("common", 0) == nullptr);
    const SchemaSet copy = *set;
    CHECK(copy.find("exercise.started", 1) == schema);
}

TEST_CASE("a violation names the place, the rule, the schema and the keyword", "[schema][unit]") {
    Folder folder;
    folder.file("education/A.v1.schema.json",
                R"({"type":"object","required":["courseId","n"],"additionalProperties":false,
        "properties":{"courseId":{"type":"string","format":"uuid"},"n":{"type":"integer","minimum":1},
        "list":{"type":"array","items":{"enum":["a","b"]}}}})");
    auto set = SchemaSet::load(folder.path());
    REQUIRE(set.has_value());
    const auto& schema = *set->find("A", 1);
    CHECK(schema.validate(R"({"courseId":"0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","n":1})").has_value());

    const auto missing = schema.validate(R"({"courseId":"0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"})");
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().kind == ErrorKind::permanent);
    CHECK(missing.error().code == "schema.required");
    CHECK(missing.error().message == "at \"\": the member \"n\" is missing (education/A.v1.schema.json#/required)");

    const auto all = schema.validate_all(R"({"courseId":"x","n":0,"list":["a","c",7],"extra/~":1})");
    REQUIRE(all.size() == 5);
    CHECK(all[0].code == "schema.format");
    CHECK(all[0].pointer == "/courseId");
    CHECK(all[0].schema == "education/A.v1.schema.json#/properties/courseId/format");
    CHECK(all[0].keyword == "format");
    CHECK(all[0].message == "\"x\" is not a uuid");
    CHECK(all[1].pointer == "/n");
    CHECK(all[1].message == "0 must be at least 1");
    CHECK(all[2].pointer == "/list/1");
    CHECK(all[2].code == "schema.enum");
    CHECK(all[3].pointer == "/list/2");
    CHECK(all[4].pointer == "/extra~1~0");
    CHECK(all[4].schema == "education/A.v1.schema.json#/additionalProperties");
    CHECK(schema.validate_all(R"({"courseId":"x","n":0,"list":["a","c",7],"extra/~":1})", 2).size() == 2);

    const auto broken = schema.validate_all("{");
    REQUIRE(broken.size() == 1);
    CHECK(broken[0].code == "json.syntax");
    CHECK(schema.validate(R"({"n":1,"n":2})").error().code == "json.duplicate_key");
}

TEST_CASE("a schema refers to files of the set, to ids, and to nothing else", "[schema][unit]") {
    Folder folder;
    folder
        .file(
            "common.schema.json",
            R"({"$id":"https://campus.example/common","definitions":{"id":{"$id":"#id","type":"string","minLength":2}}})")
        .file("parts/plain.json", R"({"anything":{"type":"integer"},"unknown words":[1,2]})")
        .file("a/ByPath.v1.schema.json", R"({"properties":{"x":{"$ref":"../common.schema.json#/definitions/id"}}})")
        .file("a/ByAnchor.v1.schema.json", R"({"properties":{"x":{"$ref":"../common.schema.json#id"}}})")
        .file("a/ById.v1.schema.json",
              R"({"properties":{"x":{"$ref":"https://campus.example/common#/definitions/id"}}})")
        .file(
            "a/OwnId.v1.schema.json",
            R"({"$id":"https://campus.example/own","properties":{"x":{"$ref":"../common.schema.json#/definitions/id"}}})")
        .file("a/Plain.v1.schema.json", R"({"properties":{"x":{"$ref":"../parts/plain.json#/anything"}}})");
    auto set = SchemaSet::load(folder.path());
    if (!set) FAIL(set.error().to_string());
    for (const auto* type : {"ByPath", "ByAnchor", "ById", "OwnId"}) {
        CAPTURE(type);
        CHECK(set->find(type, 1)->validate(R"({"x":"ab"})").has_value());
        const auto all = set->find(type, 1)->validate_all(R"({"x":"a"})");
        REQUIRE(all.size() == 1);
        CHECK(all[0].schema == "common.schema.json#/definitions/id/minLength");
    }
    CHECK_FALSE(set->find("Plain", 1)->validate(R"({"x":"ab"})").has_value());
}

TEST_CASE("loading refuses what it cannot enforce, with file, place and reason", "[schema][unit]") {
    struct Row {
        std::string text;
        std::string code;
        std::string in_message;
    };
    const std::vector<Row> rows{
        {R"({"type":"objekt"})", "schema.load.meta_schema", "a/X.v1.schema.json#/type"},
        {R"({"properties":{"n":{"minimum":"3"}}})", "schema.load.meta_schema",
         "#/properties/n/minimum: must be a number"},
        {R"({"multipleOf":0})", "schema.load.meta_schema", "#/multipleOf"},
        {R"({"multipleOf":-1})", "schema.load.meta_schema", "#/multipleOf"},
        {R"({"minLength":-1})", "schema.load.meta_schema", "#/minLength"},
        {R"({"maxItems":1.5})", "schema.load.meta_schema", "#/maxItems"},
        {R"({"required":"a"})", "schema.load.meta_schema", "#/required"},
        {R"({"required":["a","a"]})", "schema.load.meta_schema", "holds \"a\" twice"},
        {R"({"allOf":[]})", "schema.load.meta_schema", "#/allOf"},
        {R"({"properties":{"a":3}})", "schema.load.meta_schema",
         "#/properties/a: a schema must be an object or a boolean"},
        {R"([])", "schema.load.meta_schema", "a schema must be"},
        {R"({"$ref":7})", "schema.load.meta_schema", "#/$ref"},
        {R"({"items":3})", "schema.load.meta_schema", "#/items"},
        {R"({"not":[]})", "schema.load.meta_schema", "#/not"},
        {R"({"uniqueItems":1})", "schema.load.meta_schema", "#/uniqueItems"},
        {R"({"definitions":{"never used":{"type":7}}})", "schema.load.meta_schema", "#/definitions/never used/type"},
        {R"({"typ":"object"})", "schema.load.unknown_keyword", "the keyword \"typ\" is not known"},
        {R"({"prefixItems":[true]})", "schema.load.unknown_keyword", "prefixItems"},
        {R"({"format":"iri"})", "schema.load.unsupported", "the format \"iri\" cannot be enforced"},
        {R"({"$schema":"https://json-schema.org/draft/2019-09/schema","$recursiveRef":"#"})", "schema.load.unsupported",
         "$recursiveRef"},
        {R"({"$schema":"http://json-schema.org/draft-04/schema#"})", "schema.load.dialect", "draft-04"},
        {R"j({"pattern":"(?=a)"})j", "schema.load.pattern", "look-around"},
        {R"({"pattern":"(a)\\1"})", "schema.load.pattern", "back-reference"},
        {R"({"pattern":"(a"})", "schema.load.pattern", "a group is not closed"},
        {R"({"patternProperties":{"[":{}}})", "schema.load.pattern", "not closed"},
        {R"({"$ref":"#/definitions/none"})", "schema.load.ref", "there is no \"#/definitions/none\""},
        {R"({"$ref":"other.schema.json"})", "schema.load.ref", "\"other.schema.json\" is not in the loaded set"},
        {R"({"$ref":"https://example.com/remote.json"})", "schema.load.ref_outside", "https://example.com/remote.json"},
        {R"({"$ref":"file:///etc/passwd"})", "schema.load.ref_outside", "file:///etc/passwd"},
        {R"({"$ref":"../../../etc/passwd"})", "schema.load.ref_outside", "../../../etc/passwd"},
        {R"({"$ref":"#"})", "schema.load.ref_cycle", "lead back here"},
        {R"({"allOf":[{"$ref":"#/definitions/a"}],"definitions":{"a":{"anyOf":[{"$ref":"#"}]}}})",
         "schema.load.ref_cycle", "lead back here"},
        {R"({"type":"object","type":"array"})", "schema.load.json", "occurs more than once"},
        {"{", "schema.load.json", "the text ends too early"},
        {R"({"definitions":{"a":{"$id":"x"},"b":{"$id":"x"}}})", "schema.load.duplicate",
         "the $id \"x\" is also that of"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        Folder folder;
        const auto error = folder.file("a/X.v1.schema.json", row.text).error();
        CHECK(error.kind == ErrorKind::invalid_argument);
        CHECK(error.code == row.code);
        CAPTURE(error.message);
        CHECK(error.message.find(row.in_message) != std::string::npos);
        CHECK(error.message.find("a/X.v1.schema.json#") == 0);
    }
}

TEST_CASE("loading refuses a directory that cannot be a set", "[schema][unit]") {
    CHECK(SchemaSet::load("/nonexistent/schemas").error().code == "schema.load.directory");
    CHECK(Folder{}.error().code == "schema.load.directory");

    const auto twice = Folder{}.file("a/E.v1.schema.json", any_object).file("b/E.v1.schema.json", any_object).error();
    CHECK(twice.code == "schema.load.duplicate");
    CHECK(twice.message.find("a/E.v1.schema.json") != std::string::npos);
    CHECK(twice.message.find("b/E.v1.schema.json") != std::string::npos);

    CHECK(Folder{}.file("E.v0.schema.json", any_object).error().code == "schema.load.name");
    CHECK(Folder{}.file("E.v01.schema.json", any_object).error().code == "schema.load.name");
    CHECK(Folder{}.file("E.v99999999999.schema.json", any_object).error().code == "schema.load.name");
    CHECK(Folder{}.file("E.v1.schema.json", std::string(1'000'001, ' ')).error().code == "schema.load.too_large");
    CHECK(Folder{}.file("E.v1.schema.json", "[" + std::string(100'000, '[')).error().code == "schema.load.json");

    Folder folder;
    folder.file("set/E.v1.schema.json", R"({"$ref":"link.json"})").file("secret.json", "{}");
    fs::create_symlink("../secret.json", folder.path() / "set/link.json");
    auto set = SchemaSet::load(folder.path() / "set");
    REQUIRE_FALSE(set.has_value());
    CHECK(set.error().code == "schema.load.ref_outside");
}

TEST_CASE("a mounted directory of links is read once, and a circle of links ends", "[schema][unit]") {
    Folder folder;
    folder.file("..2026_11_20/education/E.v1.schema.json", any_object);
    fs::create_directory_symlink("..2026_11_20", folder.path() / "..data");
    fs::create_directory_symlink("..data/education", folder.path() / "education");
    fs::create_directory_symlink("..", folder.path() / "..2026_11_20/education/up");
    auto set = SchemaSet::load(folder.path());
    if (!set) FAIL(set.error().to_string());
    REQUIRE(set->all().size() == 1);
    CHECK(set->find("E", 1)->file() == "education/E.v1.schema.json");
}

TEST_CASE("unknown keywords are listed when loading is not strict, and x- names always pass", "[schema][unit]") {
    const std::string text = R"({"typ":"object","x-owner":"team","properties":{"a":{"requird":[],"format":"iri"}}})";
    CHECK(SchemaSet::compile(text).error().code == "schema.load.unknown_keyword");
    auto lenient = SchemaSet::compile(text, {.strict_keywords = false});
    REQUIRE(lenient.has_value());
    CHECK(lenient->unknown_keywords() ==
          std::vector<std::string>{"/typ", "/x-owner", "/properties/a/requird", "/properties/a/format"});
    CHECK(lenient->validate("7").has_value());
    CHECK(SchemaSet::compile(R"({"x-owner":"team"})").has_value());
}

TEST_CASE("one schema is compiled from its text", "[schema][unit]") {
    auto schema = SchemaSet::compile(R"({"type":"string"})", {}, "orders/Placed.v3.schema.json");
    REQUIRE(schema.has_value());
    CHECK(schema->file() == "orders/Placed.v3.schema.json");
    CHECK(schema->type() == "Placed");
    CHECK(schema->version() == 3);
    CHECK(schema->validate("\"x\"").has_value());
    CHECK(schema->validate("1").error().code == "schema.type");
    CHECK(SchemaSet::compile("true")->validate("1").has_value());
    CHECK(SchemaSet::compile("false")->validate("1").error().code == "schema.false");
    CHECK(SchemaSet::compile(R"({"$ref":"other.json"})").error().code == "schema.load.ref");
}

TEST_CASE("the dialect follows $schema and keywords of another one have no effect", "[schema][unit]") {
    const auto valid = [](const std::string& schema, const std::string& text) {
        auto compiled = SchemaSet::compile(schema, {.strict_keywords = false});
        if (!compiled) FAIL(compiled.error().to_string());
        return compiled->validate(text).has_value();
    };
    const std::string d7 = R"("$schema":"http://json-schema.org/draft-07/schema#")";
    const std::string d19 = R"("$schema":"https://json-schema.org/draft/2019-09/schema")";
    const std::string d20 = R"("$schema":"https://json-schema.org/draft/2020-12/schema")";
    const std::string siblings = R"(,"$ref":"#/definitions/any","type":"string","definitions":{"any":true}})";
    CHECK(valid("{" + d7 + siblings, "1"));
    CHECK_FALSE(valid("{" + d19 + siblings, "1"));
    CHECK_FALSE(valid("{" + d20 + siblings, "1"));
    CHECK(valid("{" + d7 + R"(,"prefixItems":[false]})", "[1]"));
    CHECK_FALSE(valid("{" + d20 + R"(,"prefixItems":[false]})", "[1]"));
    CHECK_FALSE(valid("{" + d19 + R"(,"items":[true],"additionalItems":false})", "[1,2]"));
    CHECK_FALSE(valid("{" + d19 + R"(,"properties":{"a":true},"unevaluatedProperties":false})", R"({"b":1})"));
    CHECK(valid("{" + d7 + R"(,"dependentRequired":{"a":["b"]}})", R"({"a":1})"));
    CHECK_FALSE(valid("{" + d20 + R"(,"dependentRequired":{"a":["b"]}})", R"({"a":1})"));
}

TEST_CASE("members are found in whatever order they come", "[schema][unit]") {
    const auto schema = SchemaSet::compile(R"({"additionalProperties":false,"required":["first"],"properties":{
        "first":{"const":1},"":{"const":2},"a member of many letters":{"const":3},"a member of more letters":{"const":4},
        "x":{"const":5}}})")
                            .value();
    const std::string members[] = {R"("first":1)", R"("":2)", R"("a member of many letters":3)",
                                   R"("a member of more letters":4)", R"("x":5)"};
    std::size_t order[] = {0, 1, 2, 3, 4};
    do {
        std::string text;
        for (const auto index : order) text += (text.empty() ? "{" : ",") + members[index];
        CAPTURE(text);
        CHECK(schema.validate(text + "}").has_value());
        CHECK(schema.validate(text + R"(,"y":6})").error().code == "schema.additionalProperties");
        CHECK(schema.validate(R"({"y":6,)" + text.substr(1) + "}").error().code == "schema.additionalProperties");
    } while (std::next_permutation(std::begin(order), std::end(order)));
    CHECK(schema.validate(R"({"a member of many letters":4,"first":1})").error().pointer ==
          "/a member of many letters");
    CHECK(schema.validate(R"({"":2,"x":5})").error().code == "schema.required");
}
