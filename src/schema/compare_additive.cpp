#include "schema/compare.hpp"
#include "schema/compare_values.hpp"
#include "schema/keywords.hpp"

#include "json/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

using Json = nlohmann::json;

/// Keywords name rules without their dollar.
std::string rule_of(std::string_view keyword) {
    std::string out;
    for (const char c : keyword) {
        if (c >= 'A' && c <= 'Z') out += '_';
        if (c != '$') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    return out;
}

class Additive {
public:
    Additive(const SchemaTree& old_tree, const SchemaTree& new_tree) : old_tree_{old_tree}, new_tree_{new_tree} {}

    void compare(const Json& old_schema, const Json& new_schema, const std::string& pointer) {
        if (depth_ > max_compared_depth || !open_.emplace(old_schema.dump(), new_schema.dump()).second) return;
        ++depth_;
        const auto from = old_tree_.resolved(old_schema);
        const auto to = new_tree_.resolved(new_schema);
        for (const auto& [keyword, value] : to.items())
            if (!from.contains(keyword)) compare_keyword(keyword, empty_of(keyword), value, pointer);
        for (const auto& [keyword, value] : from.items())
            compare_keyword(keyword, value, to.contains(keyword) ? to[keyword] : empty_of(keyword), pointer);
        --depth_;
    }

    std::vector<CompatibilityFinding> take() { return std::move(findings_); }

private:
    static Json empty_of(std::string_view keyword) {
        if (keyword == "properties") return Json::object();
        return keyword == "required" ? Json::array() : Json{};
    }

    void find(std::string rule, std::string pointer, std::string message) {
        findings_.push_back({std::move(rule), std::move(pointer), std::move(message)});
    }

    void compare_keyword(const std::string& keyword, const Json& before, const Json& now, const std::string& pointer) {
        const auto* known = find_keyword(keyword, SchemaDialect::draft_2020_12);
        if (known != nullptr && known->role != Role::enforced && known->name != "$schema") return;
        if (known == nullptr && keyword != "additionalItems") return;
        const auto at = below(pointer, keyword);
        if (keyword == "properties") return compare_properties(before, now, at);
        if (keyword == "required") return compare_required(before, now, at);
        const bool schemas = known == nullptr || known->shape == Shape::schema || known->shape == Shape::schema_or_list;
        if (schemas && before.is_object() && now.is_object()) return compare(before, now, at);
        if (before.is_null()) return find(rule_of(keyword) + "_added", at, fmt::format("\"{}\" is new", keyword));
        if (now.is_null()) return find(rule_of(keyword) + "_removed", at, fmt::format("\"{}\" is gone", keyword));
        if (before != now) find(rule_of(keyword) + "_changed", at, fmt::format("\"{}\" is another one", keyword));
    }

    void compare_properties(const Json& before, const Json& now, const std::string& pointer) {
        for (const auto& [name, schema] : before.items()) {
            const auto at = below(pointer, name);
            if (now.contains(name)) compare(schema, now[name], at);
            else find("property_removed", at, fmt::format("the property \"{}\" is gone", json::printable(name)));
        }
    }

    void compare_required(const Json& before, const Json& now, const std::string& pointer) {
        const auto has = [](const Json& list, const Json& name) {
            return std::find(list.begin(), list.end(), name) != list.end();
        };
        for (const auto& name : now)
            if (!has(before, name))
                find("required_added", pointer, fmt::format("the member {} is required now", name.dump()));
        for (const auto& name : before)
            if (!has(now, name))
                find("required_removed", pointer, fmt::format("the member {} is no longer required", name.dump()));
    }

    const SchemaTree& old_tree_;
    const SchemaTree& new_tree_;
    std::size_t depth_ = 0;
    std::set<std::pair<std::string, std::string>> open_;
    std::vector<CompatibilityFinding> findings_;
};

}  // namespace

std::vector<CompatibilityFinding> compare_additive(const SchemaTree& old_tree, const SchemaTree& new_tree) {
    Additive comparison{old_tree, new_tree};
    comparison.compare(old_tree.root(), new_tree.root(), "");
    return comparison.take();
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
