#include "schema/formats.hpp"
#include "schema/keywords.hpp"

#include "support/catch.hpp"

#include <eventsdk/schema/schema_set.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

using namespace eventsdk::schema_detail;

namespace {

const char* effect_of(Role role) {
    switch (role) {
        case Role::core: return "identifies or refers";
        case Role::enforced: return "enforced";
        case Role::annotation: return "annotation: no effect";
        case Role::refused: break;
    }
    return "refused at load";
}

const char* yes_or_no(bool value) { return value ? "yes" : "no"; }

std::set<std::string> table_rows() {
    std::ifstream file{std::string{EVENTSDK_SOURCE_DIR} + "/docs/schemas.md"};
    std::set<std::string> rows;
    for (std::string line; std::getline(file, line);)
        if (line.rfind("| `", 0) == 0) rows.insert(line);
    return rows;
}

}  // namespace

TEST_CASE("the documentation's tables are those of the code", "[schema][unit]") {
    std::set<std::string> expected;
    for (const auto& keyword : keywords())
        expected.insert(fmt::format("| `{}` | {} | {} | {} | {} |", keyword.name, yes_or_no(keyword.draft_07),
                                    yes_or_no(keyword.draft_2019_09), yes_or_no(keyword.draft_2020_12),
                                    effect_of(keyword.role)));
    for (const auto& format : formats()) expected.insert(fmt::format("| `{}` | {} |", format.name, format.source));
    CHECK(table_rows() == expected);
}

namespace {

/// For each keyword that is enforced a schema and a value that breaks it.
struct Breach {
    std::string_view keyword;
    std::string_view schema;
    std::string_view value;
};

constexpr Breach breaches[] = {
    {"$ref", R"({"$ref":"#/$defs/a","$defs":{"a":false}})", "1"},
    {"$dynamicRef", R"({"$dynamicRef":"#a","$defs":{"a":{"$dynamicAnchor":"a","type":"string"}}})", "1"},
    {"type", R"({"type":"string"})", "1"},
    {"enum", R"({"enum":[2]})", "1"},
    {"const", R"({"const":2})", "1"},
    {"multipleOf", R"({"multipleOf":0.01})", "0.075"},
    {"maximum", R"({"maximum":18446744073709551614})", "18446744073709551615"},
    {"exclusiveMaximum", R"({"exclusiveMaximum":1})", "1.0"},
    {"minimum", R"({"minimum":9007199254740993})", "9007199254740992"},
    {"exclusiveMinimum", R"({"exclusiveMinimum":1})", "1"},
    {"maxLength", R"({"maxLength":1})", R"("ab")"},
    {"minLength", R"({"minLength":2})", R"("\ud83d\ude00")"},
    {"pattern", R"({"pattern":"^b"})", R"("ab")"},
    {"format", R"({"format":"uuid"})", R"("ab")"},
    {"prefixItems", R"({"prefixItems":[true,false]})", "[1,2]"},
    {"items", R"({"items":false})", "[1]"},
    {"additionalItems", R"({"items":[true],"additionalItems":false})", "[1,2]"},
    {"maxItems", R"({"maxItems":1})", "[1,2]"},
    {"minItems", R"({"minItems":1})", "[]"},
    {"uniqueItems", R"({"uniqueItems":true})", R"([{"a":1,"b":2},{"b":2.0,"a":1}])"},
    {"contains", R"({"contains":{"const":2}})", "[1]"},
    {"maxContains", R"({"contains":true,"maxContains":1})", "[1,2]"},
    {"minContains", R"({"contains":true,"minContains":2})", "[1]"},
    {"unevaluatedItems", R"({"unevaluatedItems":false})", "[1]"},
    {"maxProperties", R"({"maxProperties":0})", R"({"a":1})"},
    {"minProperties", R"({"minProperties":1})", "{}"},
    {"required", R"({"required":["a"]})", "{}"},
    {"properties", R"({"properties":{"a":false}})", R"({"a":1})"},
    {"patternProperties", R"({"patternProperties":{"^a":false}})", R"({"ab":1})"},
    {"additionalProperties", R"({"additionalProperties":false})", R"({"a":1})"},
    {"propertyNames", R"({"propertyNames":{"maxLength":1}})", R"({"ab":1})"},
    {"dependencies", R"({"dependencies":{"a":["b"]}})", R"({"a":1})"},
    {"dependentRequired", R"({"dependentRequired":{"a":["b"]}})", R"({"a":1})"},
    {"dependentSchemas", R"({"dependentSchemas":{"a":false}})", R"({"a":1})"},
    {"unevaluatedProperties", R"({"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false})",
     R"({"a":1,"b":2})"},
    {"allOf", R"({"allOf":[true,false]})", "1"},
    {"anyOf", R"({"anyOf":[false,false]})", "1"},
    {"oneOf", R"({"oneOf":[true,true]})", "1"},
    {"not", R"({"not":true})", "1"},
    {"if", R"({"if":true,"then":false})", "1"},
    {"then", R"({"if":true,"then":false})", "1"},
    {"else", R"({"if":false,"else":false})", "1"},
};

}  // namespace

TEST_CASE("every keyword that the documentation calls enforced refuses something in each of its dialects",
          "[schema][unit]") {
    using eventsdk::SchemaDialect;
    for (const auto& keyword : keywords()) {
        if (keyword.role != Role::enforced) continue;
        const auto* breach = std::find_if(std::begin(breaches), std::end(breaches),
                                          [&](const Breach& b) { return b.keyword == keyword.name; });
        CAPTURE(std::string{keyword.name});
        REQUIRE(breach != std::end(breaches));
        for (const auto dialect :
             {SchemaDialect::draft_07, SchemaDialect::draft_2019_09, SchemaDialect::draft_2020_12}) {
            if (find_keyword(keyword.name, dialect) == nullptr) continue;
            CAPTURE(static_cast<int>(dialect));
            auto schema = eventsdk::SchemaSet::compile(breach->schema, {.default_dialect = dialect});
            if (!schema) FAIL(schema.error().to_string());
            CHECK_FALSE(schema->validate(breach->value).has_value());
        }
    }
}

TEST_CASE("every keyword that the documentation calls refused is an error at load", "[schema][unit]") {
    const auto error = eventsdk::SchemaSet::compile(R"({"$recursiveAnchor":true})",
                                                    {.default_dialect = eventsdk::SchemaDialect::draft_2019_09})
                           .error();
    CHECK(error.code == "schema.load.unsupported");
    CHECK(eventsdk::SchemaSet::compile(R"({"$recursiveRef":"#"})",
                                       {.default_dialect = eventsdk::SchemaDialect::draft_2019_09})
              .error()
              .code == "schema.load.unsupported");
}
