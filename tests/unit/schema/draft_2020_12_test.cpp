#include <eventsdk/schema/schema_set.hpp>

#include "schema/loader.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace eventsdk;

namespace {

const SchemaOptions draft{.default_dialect = SchemaDialect::draft_2020_12};

struct Row {
    std::string schema;
    std::vector<std::string> valid;
    std::vector<std::string> invalid;
};

void verify(const std::vector<Row>& rows, const SchemaOptions& options = draft) {
    for (const auto& row : rows) {
        CAPTURE(row.schema);
        auto schema = SchemaSet::compile(row.schema, options);
        if (!schema) FAIL(schema.error().to_string());
        for (const auto& text : row.valid) {
            CAPTURE(text);
            CHECK(schema->validate(text).has_value());
        }
        for (const auto& text : row.invalid) {
            CAPTURE(text);
            CHECK_FALSE(schema->validate(text).has_value());
            CHECK_FALSE(schema->validate_all(text).empty());
        }
    }
}

}  // namespace

TEST_CASE("unevaluatedProperties sees what subschemas of the same object have looked at", "[schema][unit]") {
    verify({
        {R"({"allOf":[{"properties":{"a":true}},{"patternProperties":{"^b":true}}],"unevaluatedProperties":false})",
         {R"({"a":1,"bx":2})", "{}", "1"},
         {R"({"c":1})"}},
        {R"({"anyOf":[{"required":["a"],"properties":{"a":true}},{"required":["b"],"properties":{"b":true}}],"unevaluatedProperties":false})",
         {R"({"a":1})", R"({"a":1,"b":1})"},
         {R"({"a":1,"c":1})"}},
        {R"({"if":{"properties":{"kind":{"const":"x"}},"required":["kind"]},"then":{"properties":{"x":true}},"else":{"properties":{"y":true}},"unevaluatedProperties":false})",
         {R"({"kind":"x","x":1})", R"({"y":1})"},
         {R"({"kind":"x","y":1})", R"({"x":1})"}},
        {R"({"not":{"properties":{"a":false}},"unevaluatedProperties":false})", {}, {R"({"a":1})"}},
        {R"({"dependentSchemas":{"a":{"properties":{"b":true}}},"properties":{"a":true},"unevaluatedProperties":false})",
         {R"({"a":1,"b":1})"},
         {R"({"b":1})"}},
        {R"({"properties":{"p":{"properties":{"q":true}}},"unevaluatedProperties":{"type":"integer"}})",
         {R"({"p":{"z":1},"n":1})"},
         {R"({"p":{},"n":"x"})"}},
        {R"({"$ref":"#/$defs/base","properties":{"b":true},"unevaluatedProperties":false,"$defs":{"base":{"properties":{"a":true},"unevaluatedProperties":true}}})",
         {R"({"a":1,"b":1,"c":1})"},
         {}},
    });
}

TEST_CASE("unevaluatedItems sees what subschemas of the same array have looked at", "[schema][unit]") {
    verify({
        {R"({"prefixItems":[true],"allOf":[{"prefixItems":[true,true]}],"unevaluatedItems":false})",
         {"[1,2]"},
         {"[1,2,3]"}},
        {R"({"contains":{"type":"string"},"unevaluatedItems":{"type":"integer"}})",
         {R"(["a",1,"b"])"},
         {R"(["a",null])"}},
        {R"({"items":{"type":"integer"},"unevaluatedItems":false})", {"[1,2]"}, {R"(["a"])"}},
    });
    verify({{R"({"contains":{"type":"string"},"minContains":0,"unevaluatedItems":{"type":"integer"}})",
             {"[1]"},
             {R"(["a"])"}}},
           {.default_dialect = SchemaDialect::draft_2019_09});
}

TEST_CASE("a dynamic reference is answered by the outermost schema passed through", "[schema][unit]") {
    const std::string tree = R"({"$id":"https://t.example/tree","$dynamicAnchor":"node","type":"object",
        "properties":{"data":true,"children":{"type":"array","items":{"$dynamicRef":"#node"}}}})";
    const std::string strict =
        R"({"$id":"https://t.example/strict","$dynamicAnchor":"node","$ref":"tree","unevaluatedProperties":false})";
    auto loose = schema_detail::compile_text(tree, draft, "tree");
    auto closed = schema_detail::compile_text(strict, draft, "strict", {{"https://t.example/tree", tree}});
    REQUIRE(loose.has_value());
    if (!closed) FAIL(closed.error().to_string());
    const std::string misspelt = R"({"children":[{"daat":1}]})";
    CHECK(loose->validate(misspelt).has_value());
    CHECK(closed->validate(R"({"children":[{"data":1,"children":[]}]})").has_value());
    const auto found = closed->validate_all(misspelt);
    REQUIRE(found.size() == 1);
    CHECK(found[0].pointer == "/children/0/daat");
    CHECK(found[0].schema == "strict#/unevaluatedProperties");
}

TEST_CASE("references, anchors and identifiers of 2020-12", "[schema][unit]") {
    verify({
        {R"({"$ref":"#/$defs/a","minimum":3,"$defs":{"a":{"type":"integer"}}})", {"3"}, {"2", "3.5"}},
        {R"({"properties":{"x":{"$ref":"#word"}},"$defs":{"w":{"$anchor":"word","type":"string"}}})",
         {R"({"x":"a"})"},
         {R"({"x":1})"}},
        {R"({"$id":"https://a.example/root.json","$ref":"part.json","$defs":{"p":{"$id":"part.json","$ref":"#/$defs/q","$defs":{"q":{"type":"null"}}}}})",
         {"null"},
         {"1"}},
        {R"({"$ref":"urn:uuid:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","$defs":{"u":{"$id":"urn:uuid:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","type":"boolean"}}})",
         {"true"},
         {"1"}},
        {R"({"$schema":"http://json-schema.org/draft-07/schema#","properties":{"x":{"$ref":"#/definitions/i","type":"string"}},"definitions":{"i":{"type":"integer"}}})",
         {R"({"x":1})"},
         {R"({"x":"a"})"}},
        {R"({"$ref":"https://json-schema.org/draft/2020-12/schema"})",
         {R"({"properties":{"a":{"minLength":1}}})", "true"},
         {R"({"properties":{"a":{"minLength":-1}}})", "1"}},
    });
    CHECK(SchemaSet::compile(R"({"$id":"x#frag"})", draft).error().code == "schema.load.meta_schema");
    CHECK(SchemaSet::compile(R"({"items":[true]})", draft).error().code == "schema.load.meta_schema");
    CHECK(SchemaSet::compile(R"({"additionalItems":true})", draft).error().code == "schema.load.unknown_keyword");
}

TEST_CASE("contains is counted, and 0 is enough when the schema says so", "[schema][unit]") {
    verify({
        {R"({"contains":{"const":1},"minContains":2,"maxContains":3})", {"[1,1]", "[1,0,1,1]"}, {"[1]", "[1,1,1,1]"}},
        {R"({"contains":{"const":1},"minContains":0})", {"[]", "[2]"}, {}},
        {R"({"minContains":5})", {"[]"}, {}},
    });
}

TEST_CASE("numbers are compared by value and without loss", "[schema][unit]") {
    verify({
        {R"({"const":1})", {"1", "1.0", "1e0"}, {"true", "1.5"}},
        {R"({"enum":[9007199254740993]})", {"9007199254740993"}, {"9007199254740992", "9007199254740992.0"}},
        {R"({"type":"integer"})", {"1.0", "-0.0", "1e15", "18446744073709551615"}, {"1.5", "\"1\""}},
        {R"({"maximum":9007199254740992.0})", {"9007199254740992"}, {"9007199254740993", "18446744073709551615"}},
        {R"({"exclusiveMinimum":-9223372036854775808})", {"-9223372036854775807"}, {"-9223372036854775808", "-1e300"}},
        {R"({"multipleOf":0.01})", {"0.07", "19.99", "1e20", "0", "-4.35"}, {"0.075", "1e-3"}},
        {R"({"multipleOf":1e-8})", {"12391239123"}, {"1e-9"}},
        {R"({"multipleOf":7})", {"18446744073709551614", "-7"}, {"18446744073709551615"}},
        {R"({"uniqueItems":true})",
         {R"([1,"1",true,[1],{"a":1}])"},
         {"[1,1.0]", R"([{"a":1,"b":[2]},{"b":[2.0],"a":1}])"}},
    });
}
