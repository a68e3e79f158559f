// Any text is checked against schemas with every keyword: it is valid, or breaks a rule that is named; the same without
// white space.
//
// An input is one byte that chooses the schema, then the text.
#include "require.hpp"

#include "json/document.hpp"

#include <eventsdk/schema/schema_set.hpp>

#include <cstdint>
#include <vector>

using namespace eventsdk;

namespace {

constexpr const char* schemas[] = {
    R"j({"type":"object","required":["id","at"],"additionalProperties":false,"minProperties":1,"maxProperties":5,
        "properties":{"id":{"format":"uuid"},"at":{"format":"date-time"},"code":{"pattern":"^[A-Z]{2,4}-[0-9]+$"},
        "n":{"type":"integer","minimum":-9007199254740993,"exclusiveMaximum":18446744073709551615,"multipleOf":0.5},
        "tags":{"type":"array","uniqueItems":true,"minItems":1,"maxItems":9,"items":{"enum":["a",1,null,[1],{"a":1}]}}}})j",
    R"j({"definitions":{"tree":{"type":"object","properties":{"children":{"items":{"$ref":"#/definitions/tree"}},
        "name":{"minLength":1,"maxLength":3}},"required":["name"]}},"$ref":"#/definitions/tree"})j",
    R"j({"anyOf":[{"type":"string","format":"email"},{"type":"array","items":[{"const":1.0},{"format":"time"}],
        "additionalItems":{"type":"number"},"contains":{"exclusiveMinimum":0}},{"not":{"type":["array","string"]}}]})j",
    R"j({"oneOf":[{"required":["a"]},{"required":["b"]}],"patternProperties":{"^x(y|z)*$":{"type":"boolean"},"é":false},
        "propertyNames":{"maxLength":4},"dependencies":{"a":["c"],"b":{"minProperties":3}},
        "if":{"required":["c"]},"then":{"properties":{"c":{"format":"uri"}}},"else":{"maxProperties":2}})j",
    R"j({"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{"format":"duration"}],
        "items":{"format":"ipv6"},"contains":{"format":"ipv4"},"minContains":0,"maxContains":2,
        "allOf":[{"properties":{"a":true}},{"if":{"required":["a"]},"then":{"properties":{"b":true}}}],
        "dependentRequired":{"a":["b"]},"dependentSchemas":{"b":{"properties":{"d":true}}},
        "unevaluatedProperties":{"type":"null"}})j",
    R"j({"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://example.com/tree","$dynamicAnchor":"node",
        "properties":{"children":{"items":{"$dynamicRef":"#node"}},"f":{"format":"regex"},"h":{"format":"hostname"},
        "p":{"format":"json-pointer"},"r":{"format":"uri-reference"},"d":{"format":"date"}},
        "unevaluatedItems":{"format":"date"},"prefixItems":[true]})j"};

std::vector<Schema> compiled() {
    SchemaOptions options;
    options.limits.max_steps = 100'000;
    std::vector<Schema> made;
    for (const char* text : schemas) made.push_back(SchemaSet::compile(text, options).value());
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<Schema> all = compiled();
    static json::Document document;
    if (size == 0) return 0;
    const Schema& schema = all[data[0] % all.size()];
    const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
    const auto verdict = schema.validate(text);
    const auto violations = schema.validate_all(text, 20);
    require(verdict.has_value() == violations.empty(), "validate() and validate_all() disagree");
    if (!verdict) {
        const Error& error = verdict.error();
        require(error.kind == ErrorKind::permanent, "kind of the error");
        require(error.code.rfind("schema.", 0) == 0 || error.code.rfind("json.", 0) == 0, "code of the error");
        require(!error.message.empty(), "text of the error");
    }
    for (const Violation& each : violations) require(!each.code.empty() && !each.message.empty(), "a violation's text");
    const auto parsed = document.parse(text);
    if (!parsed) {
        require(!verdict, "what cannot be parsed is valid");
        return 0;
    }
    const std::string dense = simdjson::minify(*parsed);
    require(schema.validate(dense).has_value() == verdict.has_value(), "white space changes the verdict");
    return 0;
}
