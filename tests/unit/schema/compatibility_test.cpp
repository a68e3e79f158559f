#include <eventsdk/schema/compatibility.hpp>

#include "folder.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

using namespace eventsdk;
using nlohmann::json;

namespace {

json vectors() {
    std::ifstream file{std::string{EVENTSDK_TEST_SOURCE_DIR} + "/vectors/json_schema_compat.json"};
    return json::parse(file);
}

bool compatible(const json& old_schema, const json& new_schema, const CompatibilityOptions& options) {
    auto findings = check_compatibility(old_schema.dump(), new_schema.dump(), options);
    if (!findings) FAIL(findings.error().to_string());
    for (const auto& finding : *findings)
        UNSCOPED_INFO(finding.rule << " at " << finding.pointer << ": " << finding.message);
    return findings->empty();
}

std::vector<CompatibilityFinding> findings_of(const std::string& old_schema, const std::string& new_schema,
                                              const CompatibilityOptions& options = {}) {
    auto findings = check_compatibility(old_schema, new_schema, options);
    if (!findings) FAIL(findings.error().to_string());
    return *findings;
}

std::string first_rule(const std::string& old_schema, const std::string& new_schema,
                       const CompatibilityOptions& options = {}) {
    const auto findings = findings_of(old_schema, new_schema, options);
    return findings.empty() ? "" : findings.front().rule;
}

}  // namespace

TEST_CASE("verdicts are those of Confluent's registry for every vector", "[schema][unit]") {
    const auto all = vectors();
    REQUIRE(all["cases"].size() == 21);
    for (const auto& row : all["cases"])
        for (const auto& [policy_name, policy] :
             {std::pair{"STRICT", CompatibilityPolicy::strict}, {"LENIENT", CompatibilityPolicy::lenient}})
            for (const auto& [level_name, level] : {std::pair{"BACKWARD", CompatibilityLevel::backward},
                                                    {"FORWARD", CompatibilityLevel::forward},
                                                    {"FULL", CompatibilityLevel::full}}) {
                INFO(row["name"].get<std::string>() << ' ' << policy_name << ' ' << level_name);
                CHECK(compatible(row["old"], row["new"], {.level = level, .policy = policy}) ==
                      row[policy_name][level_name].get<bool>());
            }
}

TEST_CASE("transitive means against every older version", "[schema][unit]") {
    const auto example = vectors()["transitive"]["example"];
    const auto text = [](const json& schema) { return schema.dump(); };
    const std::vector<std::string> older{text(example["versions"][0]), text(example["versions"][1])};
    CHECK(check_compatibility_transitive(older, text(example["versions"][2]))->empty());
    const auto& breaks = example["breaks_only_transitively"];
    CHECK(compatible(breaks["v1"], breaks["v2"], {}));
    CHECK(compatible(breaks["v2"], breaks["v3"], {}));
    const std::vector<std::string> both{text(breaks["v1"]), text(breaks["v2"])};
    const auto findings = check_compatibility_transitive(both, text(breaks["v3"]));
    REQUIRE(findings->size() == 1);
    CHECK(findings->front().rule == "type_changed");
    CHECK(findings->front().pointer == "/properties/b/type");
    CHECK(findings->front().message.find("against schema 1: ") == 0);
}

TEST_CASE("each rule names the place and the reason", "[schema][unit]") {
    const auto rule = [](const std::string& a, const std::string& b) {
        return first_rule(a, b, {.policy = CompatibilityPolicy::strict});
    };
    CHECK(rule(R"({"type":["string","null"]})", R"({"type":"string"})") == "type_narrowed");
    CHECK(rule(R"({"type":"string"})", R"({"type":"integer"})") == "type_changed");
    CHECK(rule(R"({"enum":["a","b"]})", R"({"enum":["a"]})") == "enum_narrowed");
    CHECK(rule(R"({"type":"string"})", R"({"enum":["a"]})") == "enum_added");
    CHECK(rule(R"({"maxLength":5,"type":"string"})", R"({"maxLength":4,"type":"string"})") == "max_length_decreased");
    CHECK(rule(R"({"type":"integer"})", R"({"type":"integer","minimum":0})") == "minimum_added");
    CHECK(rule(R"({"type":"integer","multipleOf":3})", R"({"type":"integer","multipleOf":2})") ==
          "multiple_of_changed");
    CHECK(rule(R"({"type":"integer","multipleOf":4})", R"({"type":"integer","multipleOf":2})").empty());
    CHECK(rule(R"({"type":"array"})", R"({"type":"array","uniqueItems":true})") == "unique_items_added");
    CHECK(rule(R"({"type":"array","items":{"type":"number"}})", R"({"type":"array","items":{"type":"integer"}})") ==
          "type_narrowed");
    CHECK(rule(R"({"anyOf":[{"type":"string"},{"type":"integer"}]})",
               R"({"anyOf":[{"type":"string"},{"type":"boolean"}]})") == "type_narrowed");
    CHECK(rule(R"({"oneOf":[{"type":"string"}]})", R"({"oneOf":[{"type":"string"},{"type":"integer"}]})").empty());
    CHECK(rule(R"({"type":"string"})", R"({"not":{"const":"x"},"type":"string"})") == "not_added");
    CHECK(rule(R"({"properties":{"a":{"$ref":"#/definitions/t"}},"definitions":{"t":{"type":"string"}}})",
               R"({"properties":{"a":{"$ref":"#/definitions/t"}},"definitions":{"t":{"type":"integer"}}})") ==
          "type_changed");
    CHECK(rule(R"({"properties":{"next":{"$ref":"#"}},"required":[]})",
               R"({"properties":{"next":{"$ref":"#"}},"required":["v"]})") == "required_added");
    const auto findings = findings_of(R"({"properties":{"a":{"properties":{"b":{"maximum":3}}}}})",
                                      R"({"properties":{"a":{"properties":{"b":{"maximum":2}}}}})");
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].pointer == "/properties/a/properties/b/maximum");
    CHECK(findings[0].message == "maximum was 3, is 2");
}

TEST_CASE("an example catches what no rule sees", "[schema][unit]") {
    // Each alternative lives on, but a value now fits two of them.
    const std::string before = R"({"oneOf":[{"type":"integer"}]})";
    const std::string after = R"({"oneOf":[{"type":"integer"},{"type":"integer","minimum":0}]})";
    CHECK(findings_of(before, after, {.examples = 0}).empty());
    const auto findings = findings_of(before, after);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "counterexample");
    CHECK(findings[0].pointer == "/oneOf");
}

TEST_CASE("additive allows optional properties and annotations, and nothing else", "[schema][unit]") {
    const CompatibilityOptions additive{.level = CompatibilityLevel::additive};
    const auto rule = [&](const std::string& a, const std::string& b) { return first_rule(a, b, additive); };
    const std::string base = R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})";
    CHECK(
        rule(
            base,
            R"({"type":"object","title":"A","properties":{"a":{"type":"string","description":"x"},"b":{"type":"integer"}},"required":["a"]})")
            .empty());
    CHECK(rule(base, R"({"type":"object","properties":{"a":{"type":"string"},"b":{}},"required":["a","b"]})") ==
          "required_added");
    CHECK(rule(base, R"({"type":"object","properties":{"a":{"type":"string"}}})") == "required_removed");
    CHECK(rule(base, R"({"type":"object","properties":{},"required":["a"]})") == "property_removed");
    CHECK(rule(base, R"({"type":"object","properties":{"a":{"type":["string","null"]}},"required":["a"]})") ==
          "type_changed");
    CHECK(rule(base, R"({"type":"object","properties":{"a":{"type":"string","format":"uuid"}},"required":["a"]})") ==
          "format_added");
    CHECK(rule(base, R"({"type":"object","properties":{"a":{"type":"string","maxLength":9}},"required":["a"]})") ==
          "max_length_added");
    CHECK(rule(R"({"properties":{"x":{"items":{"properties":{"y":{}}}}}})",
               R"({"properties":{"x":{"items":{"properties":{"y":{},"z":{}}}}}})")
              .empty());
    CHECK(rule(R"({"properties":{"x":{"items":{"properties":{"y":{}}}}}})",
               R"({"properties":{"x":{"items":{"properties":{}}}}})") == "property_removed");
}

TEST_CASE("loaded versions are compared with what they refer to in other files", "[schema][unit]") {
    Folder folder;
    folder.file("common/types.schema.json",
                R"({"definitions":{"short":{"type":"string","maxLength":5},"long":{"$ref":"#/definitions/any"},
                    "any":{"type":"string"}, "n%/~":{"type":"integer"}}})");
    const auto version = [&](int number, const std::string& definition) {
        folder.file("a/A.v" + std::to_string(number) + ".schema.json",
                    R"({"type":"object","properties":{"x":{"$ref":"../common/types.schema.json#/definitions/)" +
                        definition + R"("},"z":{"$ref":"#"}}})");
    };
    version(1, "short");
    version(2, "long");
    version(3, "short");
    version(4, "n%25~1~0");
    folder.file("B.v1.schema.json", R"({"type":"object"})");
    const auto set = SchemaSet::load(folder.path()).value();

    const auto next = check_versions(set);
    REQUIRE(next.size() == 3);
    CHECK(next[0].findings.empty());
    REQUIRE_FALSE(next[1].findings.empty());
    CHECK(next[1].findings[0].rule == "max_length_added");
    CHECK(next[1].findings[0].pointer == "/properties/x/maxLength");
    CHECK(next[1].older.version() == 2);
    CHECK(next[1].newer.version() == 3);
    CHECK(next[2].findings[0].rule == "type_changed");
    CHECK(check_versions(set, true).size() == 6);
    CHECK(check_compatibility(*set.find("A", 1), *set.find("A", 3)).empty());
    CHECK(check_versions(set, false, {.level = CompatibilityLevel::additive})[0].findings[0].rule ==
          "max_length_removed");
}

TEST_CASE("what a bundled schema allows is what the files allow", "[schema][unit]") {
    // Beside `$ref`, draft-07 ignores and 2020-12 does not; each file keeps its dialect.
    Folder folder;
    folder.file("old.schema.json", R"({"definitions":{"t":{"$ref":"#/definitions/u","maxLength":1},
                                       "u":{"type":"string"}}})");
    folder.file("new.schema.json", R"({"$schema":"https://json-schema.org/draft/2020-12/schema",
                                       "$defs":{"t":{"$ref":"#u","maxLength":1},"u":{"$anchor":"u","type":"string"}}})");
    folder.file("A.v1.schema.json", R"({"properties":{"x":{"$ref":"old.schema.json#/definitions/t"}}})");
    folder.file("A.v2.schema.json", R"({"properties":{"x":{"$ref":"new.schema.json#/$defs/t"}}})");
    const auto set = SchemaSet::load(folder.path()).value();
    const auto findings = check_compatibility(*set.find("A", 1), *set.find("A", 2), {.examples = 0});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "max_length_added");
    CHECK(check_compatibility(*set.find("A", 2), *set.find("A", 1)).empty());
}

TEST_CASE("a text that is no schema is an error, not a verdict", "[schema][unit]") {
    CHECK(check_compatibility("{", "{}").error().code == "schema.load.json");
    CHECK(check_compatibility("{}", R"({"type":"objekt"})").error().code == "schema.load.meta_schema");
}
