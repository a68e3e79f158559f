#include "schema/lint.hpp"

#include "json/text.hpp"
#include "schema/check.hpp"
#include "schema/compiled.hpp"
#include "schema/keywords.hpp"
#include "schema/meta_schemas.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::string below(std::string pointer, std::string_view name) {
    json::append_pointer(pointer, name);
    return pointer;
}

/// Keywords that limit values of one type only; values of others pass them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> typed_keywords{
    {{"properties", "object"},
     {"required", "object"},
     {"additionalProperties", "object"},
     {"patternProperties", "object"},
     {"minProperties", "object"},
     {"maxProperties", "object"},
     {"items", "array"},
     {"prefixItems", "array"},
     {"minItems", "array"},
     {"maxItems", "array"},
     {"uniqueItems", "array"},
     {"minLength", "string"},
     {"maxLength", "string"},
     {"pattern", "string"},
     {"format", "string"},
     {"minimum", "number"},
     {"maximum", "number"},
     {"multipleOf", "number"}}};

constexpr std::array<std::pair<const char*, const char*>, 5> ranges{{{"minimum", "maximum"},
                                                                     {"minLength", "maxLength"},
                                                                     {"minItems", "maxItems"},
                                                                     {"minProperties", "maxProperties"},
                                                                     {"minContains", "maxContains"}}};

/// Keywords that say nothing without another one.
constexpr std::array<std::pair<const char*, const char*>, 5> followers{{{"then", "if"},
                                                                        {"else", "if"},
                                                                        {"minContains", "contains"},
                                                                        {"maxContains", "contains"},
                                                                        {"additionalItems", "items"}}};

class Linter {
public:
    explicit Linter(const Schema& schema) : compiled_{schema.compiled()} {
        for (const Node& node : compiled_.plan->nodes)
            if (compiled_.plan->files[node.file] == compiled_.file) nodes_.emplace(node.pointer, &node);
    }

    std::vector<LintFinding> run() {
        const OrderedJson root = OrderedJson::parse(compiled_.text);
        if (root.is_object()) {
            const auto named = root.find("$schema");
            if (named == root.end()) find("", "dialect_missing", "\"$schema\" does not say which dialect it is");
            else dialect_ = dialect_named(named->get<std::string>()).value_or(dialect_);
        }
        if ((compiled_.root->types & ~kind_object) != 0 && !compiled_.root->combination && compiled_.version > 0)
            find("/type", "not_an_object", "payloads are JSON objects; say \"type\": \"object\"");
        walk(root, "", true);
        return std::move(findings_);
    }

private:
    void find(std::string pointer, std::string rule, std::string message) {
        findings_.push_back({compiled_.file, std::move(pointer), std::move(rule), std::move(message)});
    }

    /// `whole`: nothing around the subschema says more about the same value.
    void walk(const OrderedJson& schema, const std::string& pointer, bool whole) {
        if (!schema.is_object()) return;
        if (dialect_ == SchemaDialect::draft_07 && schema.contains("$ref")) return beside_reference(schema, pointer);
        if (whole) look_for_type(schema, pointer);
        look_for_required(schema, pointer, whole);
        look_for_contradictions(schema, pointer);
        look_for_samples(schema, pointer);
        for (const auto& [name, value] : schema.items()) {
            const auto* keyword = find_keyword(name, dialect_);
            if (keyword != nullptr) walk_keyword(*keyword, value, below(pointer, name));
        }
    }

    void walk_keyword(const Keyword& keyword, const OrderedJson& value, const std::string& pointer) {
        constexpr std::array<std::string_view, 7> of_members{
            "properties", "patternProperties", "additionalProperties", "items", "prefixItems", "$defs", "definitions"};
        const bool whole = std::find(of_members.begin(), of_members.end(), keyword.name) != of_members.end();
        const bool list =
            value.is_array() && (keyword.shape == Shape::schemas || keyword.shape == Shape::schema_or_list);
        const bool map = value.is_object() && (keyword.shape == Shape::map || keyword.shape == Shape::map_or_names);
        if (keyword.shape == Shape::plain) return;
        if (!list && !map) return walk(value, pointer, whole);
        for (const auto& [name, inner] : value.items()) walk(inner, below(pointer, name), whole);
    }

    void beside_reference(const OrderedJson& schema, const std::string& pointer) {
        for (const auto& [name, value] : schema.items()) {
            const auto* keyword = find_keyword(name, dialect_);
            if (name != "$ref" && keyword != nullptr && keyword->role == Role::enforced)
                find(below(pointer, name), "ignored_beside_ref",
                     "draft-07 ignores what stands beside \"$ref\"; put both into \"allOf\"");
        }
    }

    void look_for_type(const OrderedJson& schema, const std::string& pointer) {
        for (const char* other : {"type", "enum", "const", "allOf", "anyOf", "oneOf", "$ref", "$dynamicRef", "if"})
            if (schema.contains(other)) return;
        for (const auto& [keyword, type] : typed_keywords)
            if (schema.contains(keyword))
                return find(pointer, "type_missing",
                            fmt::format("\"{}\" lets everything pass that is no {}; add \"type\"", keyword, type));
    }

    void look_for_required(const OrderedJson& schema, const std::string& pointer, bool whole) {
        const auto required = schema.find("required");
        const auto properties = schema.find("properties");
        if (!whole || required == schema.end() || properties == schema.end()) return;
        for (const auto& name : *required)
            if (!properties->contains(name.get<std::string>()) && !schema.contains("patternProperties"))
                find(below(pointer, "required"), "required_undescribed",
                     fmt::format("{} is required and not described: any value passes", name.dump()));
    }

    void look_for_contradictions(const OrderedJson& schema, const std::string& pointer) {
        for (const auto& [low, high] : ranges)
            if (schema.contains(low) && schema.contains(high) && schema[low] > schema[high])
                find(below(pointer, low), "never_fits", fmt::format("\"{}\" is above \"{}\"", low, high));
        for (const auto& [name, other] : followers)
            if (schema.contains(name) && !schema.contains(other))
                find(below(pointer, name), "no_effect", fmt::format("has no effect without \"{}\"", other));
        const Node* node = node_at(pointer);
        if (node == nullptr || !schema.contains("type")) return;
        for (const char* keyword : {"const", "enum"}) {
            const auto at = schema.find(keyword);
            if (at == schema.end()) continue;
            const OrderedJson values = *keyword == 'e' ? *at : OrderedJson::array({*at});
            for (const auto& value : values)
                if (!fits(*node, value))
                    find(below(pointer, keyword), "never_fits",
                         fmt::format("{} does not fit the rules beside it", json::printable(value.dump())));
        }
    }

    void look_for_samples(const OrderedJson& schema, const std::string& pointer) {
        const Node* node = node_at(pointer);
        if (node == nullptr) return;
        if (const auto at = schema.find("default"); at != schema.end() && !fits(*node, *at))
            find(below(pointer, "default"), "default_invalid", "the default value does not fit its own schema");
        const auto examples = schema.find("examples");
        if (examples == schema.end() || !examples->is_array()) return;
        std::size_t index = 0;
        for (const auto& example : *examples) {
            if (!fits(*node, example))
                find(below(below(pointer, "examples"), std::to_string(index)), "example_invalid",
                     "the example does not fit its own schema");
            ++index;
        }
    }

    /// The compiled subschema, or null where nothing refers to it.
    [[nodiscard]] const Node* node_at(const std::string& pointer) const {
        const auto found = nodes_.find(pointer);
        return found == nodes_.end() ? nullptr : found->second;
    }

    [[nodiscard]] bool fits(const Node& node, const OrderedJson& value) const {
        auto part = std::make_shared<Compiled>(compiled_);
        part->root = &node;
        part->reference.reset();
        return Schema{std::move(part)}.validate(value.dump()).has_value();
    }

    const Compiled& compiled_;
    std::map<std::string_view, const Node*> nodes_{};
    SchemaDialect dialect_ = SchemaDialect::draft_07;
    std::vector<LintFinding> findings_{};
};

}  // namespace

std::vector<LintFinding> lint_schema(const Schema& schema) { return Linter{schema}.run(); }

std::vector<LintFinding> lint_schemas(const SchemaSet& schemas) {
    std::vector<LintFinding> findings;
    const Schema* before = nullptr;
    for (const Schema& schema : schemas.all()) {
        for (LintFinding& each : lint_schema(schema)) findings.push_back(std::move(each));
        const int previous = before != nullptr && before->type() == schema.type() ? before->version() : 0;
        if (schema.version() != previous + 1)
            findings.push_back({std::string{schema.file()}, "", "version_gap",
                                fmt::format("version {} of {} is missing", previous + 1, schema.type())});
        before = &schema;
    }
    return findings;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
