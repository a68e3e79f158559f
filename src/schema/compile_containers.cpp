#include "schema/compiler.hpp"

#include "json/text.hpp"
#include "json/values.hpp"

#include <fmt/format.h>

#include <set>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
Result<void> Compiler::array_size(const Subject& subject) {
    auto count = count_of(subject);
    if (!count) return std::move(count.error());
    auto& rules = made(subject.node.array);
    (subject.keyword == "maxItems" ? rules.max_items : rules.min_items) = *count;
    return {};
}

Result<void> Compiler::unique_items(const Subject& subject) {
    bool unique = false;
    if (subject.value.get(unique)) return malformed(subject, "must be true or false");
    if (unique) made(subject.node.array).unique = true;
    return {};
}

Result<void> Compiler::items(const Subject& subject) {
    auto& rules = made(subject.node.array);
    if (subject.value.is_array() && subject.dialect != SchemaDialect::draft_2020_12) {
        rules.prefix_keyword = "items";
        if (json::array_of(subject.value).size() == 0) return {};
        auto nodes = children(subject);
        if (!nodes) return std::move(nodes.error());
        rules.prefix = std::move(*nodes);
        return {};
    }
    auto node = child(subject);
    if (!node) return std::move(node.error());
    rules.rest = *node;
    rules.rest_keyword = "items";
    return {};
}

Result<void> Compiler::prefix_items(const Subject& subject) {
    auto nodes = children(subject);
    if (!nodes) return std::move(nodes.error());
    auto& rules = made(subject.node.array);
    rules.prefix = std::move(*nodes);
    rules.prefix_keyword = "prefixItems";
    return {};
}

Result<void> Compiler::additional_items(const Subject& subject) {
    auto node = child(subject);
    if (!node) return std::move(node.error());
    // Without a list of items the keyword has no meaning.
    if (simdjson::dom::array list; subject.schema["items"].get(list)) return {};
    auto& rules = made(subject.node.array);
    rules.rest = *node;
    rules.rest_keyword = "additionalItems";
    return {};
}

Result<void> Compiler::contains(const Subject& subject) {
    auto node = child(subject);
    if (!node) return std::move(node.error());
    auto& rules = made(subject.node.array);
    rules.contains = *node;
    rules.contains_evaluates = subject.dialect == SchemaDialect::draft_2020_12;
    return {};
}

Result<void> Compiler::contains_count(const Subject& subject) {
    auto count = count_of(subject);
    if (!count) return std::move(count.error());
    auto& rules = made(subject.node.array);
    (subject.keyword == "maxContains" ? rules.max_contains : rules.min_contains) = *count;
    return {};
}

Result<void> Compiler::unevaluated(const Subject& subject) {
    auto node = child(subject);
    if (!node) return std::move(node.error());
    if (subject.keyword == "unevaluatedItems") made(subject.node.array).unevaluated = *node;
    else made(subject.node.object).unevaluated = *node;
    return {};
}

Result<void> Compiler::object_size(const Subject& subject) {
    auto count = count_of(subject);
    if (!count) return std::move(count.error());
    auto& rules = made(subject.node.object);
    (subject.keyword == "maxProperties" ? rules.max_properties : rules.min_properties) = *count;
    return {};
}

Property& Compiler::property(const Subject& subject, std::string_view name) {
    auto& properties = made(subject.node.object).properties;
    const auto [known, is_new] = subject.properties.emplace(name, properties.size());
    if (is_new) properties.push_back({std::string{name}});
    return properties[known->second];
}

Result<std::vector<std::string>> Compiler::names_of(const Subject& subject, const json::Value& list) const {
    simdjson::dom::array names;
    if (list.get(names)) return malformed(subject, "must be an array of names");
    std::vector<std::string> result;
    std::set<std::string_view> seen;
    for (const auto element : names) {
        std::string_view name;
        if (element.get(name)) return malformed(subject, "must be an array of names");
        if (!seen.insert(name).second)
            return malformed(subject, fmt::format("holds \"{}\" twice", json::printable(name)));
        result.emplace_back(name);
    }
    return result;
}

Result<void> Compiler::required(const Subject& subject) {
    auto names = names_of(subject, subject.value);
    if (!names) return std::move(names.error());
    simdjson::dom::array list = json::array_of(subject.value);
    auto& rules = made(subject.node.object);
    for (const auto element : list) property(subject, json::string_of(element)).required = true;
    rules.required = names->size();
    return {};
}

Result<void> Compiler::properties(const Subject& subject) {
    simdjson::dom::object members;
    if (subject.value.get(members)) return malformed(subject, "must be an object of schemas");
    made(subject.node.object);
    for (const auto member : members) {
        auto pointer = subject.place.pointer;
        json::append_pointer(pointer, subject.keyword);
        json::append_pointer(pointer, member.key);
        property(subject, member.key).node = node_at({subject.place.source, std::move(pointer)}, member.value);
    }
    return {};
}

Result<void> Compiler::pattern_properties(const Subject& subject) {
    simdjson::dom::object members;
    if (subject.value.get(members)) return malformed(subject, "must be an object of schemas");
    auto& rules = made(subject.node.object);
    for (const auto member : members) {
        auto compiled = pattern_of(subject, member.key);
        if (!compiled) return std::move(compiled.error());
        auto pointer = subject.place.pointer;
        json::append_pointer(pointer, subject.keyword);
        json::append_pointer(pointer, member.key);
        rules.patterns.push_back({*compiled, node_at({subject.place.source, std::move(pointer)}, member.value)});
    }
    return {};
}

Result<void> Compiler::additional_properties(const Subject& subject) {
    auto node = child(subject);
    if (!node) return std::move(node.error());
    made(subject.node.object).additional = *node;
    return {};
}

Result<void> Compiler::property_names(const Subject& subject) {
    auto node = child(subject);
    if (!node) return std::move(node.error());
    made(subject.node.object).names = *node;
    return {};
}

Result<void> Compiler::dependencies(const Subject& subject) {
    simdjson::dom::object members;
    if (subject.value.get(members)) return malformed(subject, "must be an object");
    auto& rules = made(subject.node.object);
    for (const auto member : members) {
        Dependency dependency;
        dependency.name = member.key;
        dependency.keyword = subject.keyword == "dependencies"        ? "dependencies"
                             : subject.keyword == "dependentRequired" ? "dependentRequired"
                                                                      : "dependentSchemas";
        if (subject.keyword == "dependentRequired" || (subject.keyword == "dependencies" && member.value.is_array())) {
            auto names = names_of(subject, member.value);
            if (!names) return std::move(names.error());
            dependency.required = std::move(*names);
        } else {
            auto pointer = subject.place.pointer;
            json::append_pointer(pointer, subject.keyword);
            json::append_pointer(pointer, member.key);
            dependency.node = node_at({subject.place.source, std::move(pointer)}, member.value);
        }
        rules.dependencies.push_back(std::move(dependency));
    }
    return {};
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
