#include "schema/compare_values.hpp"

#include "json/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

using Json = nlohmann::json;

const Json no_limit = Json::object();

std::string type_of(const Json& value) {
    if (value.is_number_integer() || (value.is_number() && std::trunc(value.get<double>()) == value.get<double>()))
        return "integer";
    if (value.is_number()) return "number";
    return value.is_boolean() ? "boolean" : value.type_name();
}

// The values of `enum` and `const`; nothing when there is neither.
std::vector<Json> values_of(const Json& schema) {
    if (const auto at = schema.find("const"); at != schema.end()) return {*at};
    const auto at = schema.find("enum");
    return at == schema.end() ? std::vector<Json>{} : at->get<std::vector<Json>>();
}

struct Bound {
    const char* keyword;
    bool upper;
    const char* type;
};
constexpr std::array<Bound, 12> bounds{{
    {"maximum", true, "integer"},
    {"exclusiveMaximum", true, "integer"},
    {"minimum", false, "integer"},
    {"exclusiveMinimum", false, "integer"},
    {"maxLength", true, "string"},
    {"minLength", false, "string"},
    {"maxItems", true, "array"},
    {"minItems", false, "array"},
    {"maxProperties", true, "object"},
    {"minProperties", false, "object"},
    {"maxContains", true, "array"},
    {"minContains", false, "array"},
}};

}  // namespace

std::string snake(std::string_view keyword) {
    std::string out;
    for (const char c : keyword) {
        if (c >= 'A' && c <= 'Z') out += '_';
        out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    return out;
}

std::string below(std::string pointer, std::string_view keyword) {
    json::append_pointer(pointer, keyword);
    return pointer;
}

const Json& member(const Json& schema, const char* keyword) {
    const auto at = schema.find(keyword);
    return at == schema.end() ? no_limit : *at;
}

std::set<std::string> names(const Json& list) {
    std::set<std::string> out;
    if (list.is_array())
        for (const auto& name : list)
            if (name.is_string()) out.insert(name.get<std::string>());
    return out;
}

std::set<std::string> types_of(const SchemaTree& tree, const Json& schema, int depth) {
    std::set<std::string> types;
    if (const auto values = values_of(schema); !values.empty()) {
        for (const auto& value : values) types.insert(type_of(value));
        return types;
    }
    const auto at = schema.find("type");
    for (const auto* keyword : {"anyOf", "oneOf"})
        if (at == schema.end() && schema.contains(keyword) && depth < 8) {
            for (const auto& one : schema[keyword]) types.merge(types_of(tree, tree.resolved(one), depth + 1));
            return types;
        }
    if (at == schema.end()) return {"null", "boolean", "integer", "number", "string", "array", "object"};
    if (at->is_string()) types.insert(at->get<std::string>());
    else types = names(*at);
    if (types.count("number") != 0) types.insert("integer");
    return types;
}

bool compare_types(const SchemaTree& old_tree, const Json& from, const SchemaTree& new_tree, const Json& to,
                   const std::string& pointer, FindingList& out) {
    const auto old_types = types_of(old_tree, from, 0);
    auto new_types = types_of(new_tree, to, 0);
    if (!values_of(to).empty()) {  // compared as values; the type beside them still counts
        auto without = to;
        without.erase("enum");
        without.erase("const");
        new_types = types_of(new_tree, without, 0);
    }
    std::vector<std::string> lost;
    std::set_difference(old_types.begin(), old_types.end(), new_types.begin(), new_types.end(),
                        std::back_inserter(lost));
    if (lost.empty()) return true;
    const bool none_left = lost.size() == old_types.size();
    std::string listed;
    for (const auto& type : lost) listed += (listed.empty() ? "" : ", ") + type;
    add(out, none_left ? "type_changed" : "type_narrowed", below(pointer, "type"),
        fmt::format("no longer allowed: {}", listed));
    return !none_left;
}

void compare_values(const Json& from, const Json& to, const std::string& pointer, FindingList& out) {
    const auto new_values = values_of(to);
    if (new_values.empty()) return;
    const char* keyword = to.contains("const") ? "const" : "enum";
    const auto old_values = values_of(from);
    if (old_values.empty())
        return add(out, std::string{keyword} + "_added", below(pointer, keyword), "only listed values are allowed now");
    for (const auto& value : old_values)
        if (std::find(new_values.begin(), new_values.end(), value) == new_values.end())
            add(out, *keyword == 'c' ? "const_changed" : "enum_narrowed", below(pointer, keyword),
                fmt::format("{} is no longer allowed", json::printable(value.dump())));
}

void compare_bounds(const Json& from, const Json& to, const std::string& pointer, const std::set<std::string>& types,
                    FindingList& out) {
    for (const auto& [keyword, upper, type] : bounds) {
        const auto now = to.find(keyword);
        if (now == to.end() || types.count(type) == 0) continue;
        const auto before = from.find(keyword);
        if (before == from.end())
            add(out, snake(keyword) + "_added", below(pointer, keyword),
                fmt::format("{} {} is new", keyword, now->dump()));
        else if (upper ? *now < *before : *now > *before)
            add(out, snake(keyword) + (upper ? "_decreased" : "_increased"), below(pointer, keyword),
                fmt::format("{} was {}, is {}", keyword, before->dump(), now->dump()));
    }
    if (const auto now = to.find("multipleOf"); now != to.end() && types.count("integer") != 0) {
        const auto before = from.find("multipleOf");
        const bool divides = before != from.end() && std::fmod(before->get<double>(), now->get<double>()) == 0;
        if (!divides)
            add(out, before == from.end() ? "multiple_of_added" : "multiple_of_changed", below(pointer, "multipleOf"),
                fmt::format("must be a multiple of {} now", now->dump()));
    }
    if (const auto now = to.find("pattern");
        now != to.end() && types.count("string") != 0 && member(from, "pattern") != *now)
        add(out, from.contains("pattern") ? "pattern_changed" : "pattern_added", below(pointer, "pattern"),
            fmt::format("must match {} now", json::printable(now->dump(), 200)));
    if (member(to, "uniqueItems") == Json(true) && member(from, "uniqueItems") != Json(true) &&
        types.count("array") != 0)
        add(out, "unique_items_added", below(pointer, "uniqueItems"), "elements must differ now");
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
