#include "schema/compare.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <random>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

using Json = nlohmann::json;

constexpr int max_example_depth = 6;
constexpr std::size_t max_size = 50;  // of generated strings and arrays

class Generator {
public:
    Generator(const SchemaTree& tree, const SchemaTree& other, CompatibilityPolicy policy)
        : tree_{tree}, strict_{policy == CompatibilityPolicy::strict} {
        collect_names(other.root());
    }

    Json next() { return make(tree_.root(), 0); }

private:
    std::size_t below(std::size_t count) { return count == 0 ? 0 : random_() % count; }
    bool sometimes() { return below(2) == 0; }
    template <class T, std::size_t size>
    const T& one_of(const std::array<T, size>& list) {
        return list[below(size)];
    }

    // Names that the other schema describes: where the two may disagree.
    void collect_names(const Json& schema) {
        if (!schema.is_structured()) return;
        for (const auto& [name, inner] : schema.items()) {
            if (schema.is_object() && name == "properties" && inner.is_object())
                for (const auto& [property, ignored] : inner.items()) names_.push_back(property);
            collect_names(inner);
        }
    }

    Json make(const Json& schema, int depth) {
        auto rules = tree_.resolved(schema);
        for (const auto* keyword : {"anyOf", "oneOf"})
            if (rules.contains(keyword) && !rules[keyword].empty())
                merge(rules, rules[keyword][below(rules[keyword].size())]);
        if (rules.contains("allOf"))
            for (const auto& part : Json(rules["allOf"])) merge(rules, part);
        if (rules.contains("const")) return rules["const"];
        if (rules.contains("enum") && !rules["enum"].empty()) return rules["enum"][below(rules["enum"].size())];
        const auto type = type_for(rules);
        if (type == "object") return make_object(rules, depth);
        if (type == "array") return make_array(rules, depth);
        if (type == "string") return make_string(rules);
        if (type == "integer" || type == "number") return make_number(rules, type == "integer");
        return type == "boolean" ? Json(sometimes()) : Json(nullptr);
    }

    void merge(Json& rules, const Json& schema) {
        const auto more = tree_.resolved(schema);
        for (const auto& [keyword, value] : more.items()) {
            if (keyword == "properties" && rules.contains(keyword)) rules[keyword].update(value);
            else if (keyword == "required" && rules.contains(keyword))
                rules[keyword].insert(rules[keyword].end(), value.begin(), value.end());
            else rules[keyword] = value;
        }
    }

    std::string type_for(const Json& rules) {
        static const std::array<std::string, 6> any{"null", "boolean", "integer", "number", "string", "object"};
        const auto type = rules.find("type");
        if (type != rules.end() && type->is_string()) return type->get<std::string>();
        if (type != rules.end() && type->is_array() && !type->empty())
            return (*type)[below(type->size())].get<std::string>();
        if (rules.contains("properties") || rules.contains("required")) return "object";
        if (rules.contains("items") || rules.contains("prefixItems")) return "array";
        if (rules.contains("minLength") || rules.contains("maxLength") || rules.contains("pattern")) return "string";
        if (rules.contains("minimum") || rules.contains("maximum")) return "number";
        return one_of(any);
    }

    static std::size_t size_of(const Json& rules, const char* keyword, std::size_t otherwise) {
        const auto at = rules.find(keyword);
        return at == rules.end() ? otherwise : static_cast<std::size_t>(std::clamp(at->get<double>(), 0.0, 1e6));
    }

    // Lengths at the bounds are where schemas differ.
    std::size_t size_between(const Json& rules, const char* low_keyword, const char* high_keyword, std::size_t usual) {
        const auto low = size_of(rules, low_keyword, 0);
        const auto high = std::max(low, size_of(rules, high_keyword, low + usual));
        const std::array<std::size_t, 3> sizes{low, std::min(high, low + max_size),
                                               std::min(high, low + below(usual + 1))};
        return std::min(one_of(sizes), std::max(max_size, low));
    }

    Json make_string(const Json& rules) {
        static const std::array<std::string, 10> samples{"",
                                                         "x",
                                                         "abc",
                                                         "A1",
                                                         "CS-1042",
                                                         "x1",
                                                         "2026-11-20T12:00:00Z",
                                                         "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
                                                         "a@b.example",
                                                         "42"};
        if (rules.contains("pattern") || rules.contains("format") || sometimes()) return one_of(samples);
        return std::string(size_between(rules, "minLength", "maxLength", 8), 'x');
    }

    Json make_number(const Json& rules, bool integer) {
        static const std::array<double, 6> samples{0, 1, -1, 100, 1.5, 1e6};
        double value = one_of(samples);
        const auto at = [&](const char* keyword, double shift) {
            if (const auto bound = rules.find(keyword); bound != rules.end() && sometimes())
                value = bound->get<double>() + shift;
        };
        at("minimum", 0);
        at("exclusiveMinimum", 1);
        at("maximum", 0);
        at("exclusiveMaximum", -1);
        if (rules.contains("multipleOf")) value = std::round(value) * rules["multipleOf"].get<double>();
        if (integer) value = std::trunc(value);
        constexpr double below = 9.0e18;  // what surely fits 64 bits
        if (value == std::trunc(value) && std::abs(value) < below) return static_cast<std::int64_t>(value);
        return value;
    }

    Json make_array(const Json& rules, int depth) {
        Json out = Json::array();
        const auto count = depth >= max_example_depth ? 0 : size_between(rules, "minItems", "maxItems", 2);
        const Json anything = true;
        const auto listed = rules.contains("prefixItems") ? rules["prefixItems"] : Json::array();
        for (std::size_t i = 0; i < count; ++i) {
            const auto& items = rules.contains("items") ? rules["items"] : anything;
            const auto& schema = i < listed.size()  ? listed[i]
                                 : items.is_array() ? (i < items.size() ? items[i] : anything)
                                                    : items;
            out.push_back(make(schema, depth + 1));
        }
        return out;
    }

    Json make_object(const Json& rules, int depth) {
        Json out = Json::object();
        const auto required = rules.contains("required") ? rules["required"] : Json::array();
        const auto is_required = [&](const std::string& name) {
            return std::find(required.begin(), required.end(), name) != required.end();
        };
        const auto properties = rules.contains("properties") ? rules["properties"] : Json::object();
        for (const auto& [name, schema] : properties.items())
            if (is_required(name) || (depth < max_example_depth && sometimes())) out[name] = make(schema, depth + 1);
        const Json anything = true;
        const auto extra = [&](const std::string& name) {
            const auto* cover = covering(rules, name);
            // Of a tolerant world: only members that the schema describes are written.
            if (!strict_ && (cover == nullptr || allows_everything(*cover))) return;
            if (!out.contains(name)) out[name] = make(cover == nullptr ? anything : *cover, depth + 1);
        };
        for (const auto& name : required)
            if (!out.contains(name)) out[name.get<std::string>()] = make(anything, depth + 1);
        if (depth < max_example_depth && sometimes() && !names_.empty()) extra(names_[below(names_.size())]);
        if (depth < max_example_depth && sometimes()) extra("further");
        return out;
    }

    const SchemaTree& tree_;
    bool strict_;
    std::vector<std::string> names_;
    std::mt19937 random_{42};
};

}  // namespace

std::vector<Json> generate_examples(const SchemaTree& from, const SchemaTree& other, CompatibilityPolicy policy,
                                    std::size_t count) {
    Generator generator{from, other, policy};
    std::vector<Json> examples;
    for (std::size_t i = 0; i < count; ++i) examples.push_back(generator.next());
    return examples;
}

namespace {

Json adapt(const SchemaTree& reader, const Json& schema, const Json& value, bool lenient, int depth) {
    if (depth > 64 || !value.is_structured()) return value;
    const auto rules = reader.resolved(schema);
    if (value.is_array()) {
        auto out = Json::array();
        const bool uniform = rules.contains("items") && !rules["items"].is_array();
        for (const auto& element : value)
            out.push_back(uniform ? adapt(reader, rules["items"], element, lenient, depth + 1) : element);
        return out;
    }
    auto out = Json::object();
    const auto properties = rules.contains("properties") ? rules["properties"] : Json::object();
    for (const auto& [name, member] : value.items()) {
        const auto known = properties.find(name);
        const auto* cover = known == properties.end() ? covering(rules, name) : nullptr;
        if (lenient && cover != nullptr && cover->is_boolean() && !cover->get<bool>()) continue;
        out[name] = known == properties.end() ? member : adapt(reader, *known, member, lenient, depth + 1);
    }
    for (const auto& [name, property] : properties.items()) {
        const auto resolved = reader.resolved(property);
        if (!out.contains(name) && resolved.contains("default")) out[name] = resolved["default"];
    }
    return out;
}

}  // namespace

Json as_read(const SchemaTree& reader, const Json& document, CompatibilityPolicy policy) {
    return adapt(reader, reader.root(), document, policy == CompatibilityPolicy::lenient, 0);
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
