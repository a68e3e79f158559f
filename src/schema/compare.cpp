#include "schema/compare_values.hpp"

#include "json/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

using Json = nlohmann::json;

class Comparison {
public:
    Comparison(const SchemaTree& old_tree, const SchemaTree& new_tree, CompatibilityPolicy policy)
        : old_tree_{old_tree}, new_tree_{new_tree}, lenient_{policy == CompatibilityPolicy::lenient} {}

    void compare(const Json& old_schema, const Json& new_schema, const std::string& pointer) {
        // A pair that is being compared is taken to be compatible: so recursive schemas end.
        if (depth_ > max_compared_depth || !open_.emplace(old_schema.dump(), new_schema.dump()).second) return;
        const auto key = std::pair{old_schema.dump(), new_schema.dump()};
        ++depth_;
        const auto from = old_tree_.resolved(old_schema);
        const auto to = new_tree_.resolved(new_schema);
        const bool forbids_all = from.contains("not") && allows_everything(from["not"]);
        if (!forbids_all) compare_keywords(from, to, pointer);
        --depth_;
        open_.erase(key);
    }

    std::vector<CompatibilityFinding> take() { return std::move(findings_); }

private:
    void find(std::string rule, std::string pointer, std::string message) {
        add(findings_, std::move(rule), std::move(pointer), std::move(message));
    }

    bool is_compatible(const Json& old_schema, const Json& new_schema) {
        const auto before = findings_.size();
        compare(old_schema, new_schema, "");
        const bool compatible = findings_.size() == before;
        findings_.resize(before);
        return compatible;
    }

    void compare_keywords(const Json& from, const Json& to, const std::string& pointer) {
        const auto old_types = types_of(old_tree_, from);
        if (!compare_types(old_tree_, from, new_tree_, to, pointer, findings_)) return;
        compare_values(from, to, pointer, findings_);
        compare_bounds(from, to, pointer, old_types, findings_);
        if (old_types.count("object") != 0) {
            compare_required(from, to, pointer);
            compare_properties(from, to, pointer);
            compare_additional(from, to, pointer);
        }
        if (old_types.count("array") != 0) compare_items(from, to, pointer);
        compare_combinations(from, to, pointer);
        compare_rest(from, to, pointer);
    }

    void compare_required(const Json& from, const Json& to, const std::string& pointer) {
        const auto before = names(member(from, "required"));
        const auto& properties = member(to, "properties");
        for (const auto& name : names(member(to, "required"))) {
            if (before.count(name) != 0) continue;
            const auto property = properties.find(name);
            if (property != properties.end() && new_tree_.resolved(*property).contains("default")) continue;
            find("required_added", below(pointer, "required"),
                 fmt::format("the member \"{}\" is required now", json::printable(name)));
        }
    }

    void compare_properties(const Json& from, const Json& to, const std::string& pointer) {
        const auto& before = member(from, "properties");
        const auto& now = member(to, "properties");
        for (const auto& [name, schema] : now.items()) {
            const auto at = below(below(pointer, "properties"), name);
            if (const auto old_schema = before.find(name); old_schema != before.end()) compare(*old_schema, schema, at);
            else compare_added(from, name, schema, at);
        }
        for (const auto& [name, schema] : before.items())
            if (!now.contains(name)) compare_removed(to, name, schema, below(below(pointer, "properties"), name));
    }

    void compare_added(const Json& from, const std::string& name, const Json& schema, const std::string& pointer) {
        const auto model = content_model(from);
        if (model == ContentModel::closed || allows_everything(schema)) return;
        const auto* cover = model == ContentModel::partly_open ? covering(from, name) : nullptr;
        if (cover != nullptr) {
            if (!is_compatible(*cover, schema))
                find("property_added_not_covered", pointer, "members of this name were limited otherwise before");
        } else if (!lenient_) {
            find("property_added_to_open_content_model", pointer, "members of this name could hold anything before");
        }
    }

    void compare_removed(const Json& to, const std::string& name, const Json& schema, const std::string& pointer) {
        if (schema.is_boolean() && !schema.get<bool>()) return;
        const auto model = content_model(to);
        const auto* cover = model == ContentModel::partly_open ? covering(to, name) : nullptr;
        if (cover != nullptr && !(cover->is_boolean() && !cover->get<bool>())) {
            if (!is_compatible(schema, *cover))
                find("property_removed_not_covered", pointer, "members of this name are limited otherwise now");
        } else if ((model == ContentModel::closed || cover != nullptr) && !lenient_) {
            find("property_removed_from_closed_content_model", pointer, "members of this name are forbidden now");
        }
    }

    void compare_additional(const Json& from, const Json& to, const std::string& pointer) {
        const Json everything = true;
        for (const auto* keyword : {"additionalProperties", "unevaluatedProperties"}) {
            const auto now = to.find(keyword);
            if (now == to.end() || allows_everything(*now)) continue;
            const auto old_limit = from.find(keyword);
            const auto& before = old_limit == from.end() ? everything : *old_limit;
            if (before.is_boolean() && !before.get<bool>()) continue;
            if (!allows_everything(before) && now->is_object()) compare(before, *now, below(pointer, keyword));
            else if (!lenient_)
                find(snake(keyword) + (now->is_boolean() ? "_removed" : "_narrowed"), below(pointer, keyword),
                     "further members are limited now");
        }
        const auto& patterns = member(from, "patternProperties");
        for (const auto& [text, schema] : member(to, "patternProperties").items()) {
            const auto at = below(below(pointer, "patternProperties"), text);
            if (patterns.contains(text)) compare(patterns[text], schema, at);
            else if (!lenient_ && content_model(from) != ContentModel::closed)
                find("pattern_property_added", at, "members of such names are limited now");
        }
    }

    static const Json& element_schema(const Json& schema, std::size_t index) {
        const auto& list = schema.contains("prefixItems") ? schema["prefixItems"] : member(schema, "items");
        if (list.is_array() && index < list.size()) return list[index];
        if (schema.contains("prefixItems") || !list.is_array()) return member(schema, "items");
        return member(schema, "additionalItems");
    }
    static std::size_t prefix_size(const Json& schema) {
        const auto& list = schema.contains("prefixItems") ? schema["prefixItems"] : member(schema, "items");
        return list.is_array() ? list.size() : 0;
    }

    void compare_items(const Json& from, const Json& to, const std::string& pointer) {
        const auto listed = std::max(prefix_size(from), prefix_size(to));
        for (std::size_t i = 0; i < listed; ++i)
            compare(element_schema(from, i), element_schema(to, i),
                    below(below(pointer, to.contains("prefixItems") ? "prefixItems" : "items"), std::to_string(i)));
        compare(element_schema(from, listed), element_schema(to, listed),
                below(pointer, listed == 0 || to.contains("prefixItems") ? "items" : "additionalItems"));
    }

    static const Json* alternatives(const Json& schema) {
        for (const auto* keyword : {"anyOf", "oneOf"})
            if (const auto at = schema.find(keyword); at != schema.end()) return &*at;
        return nullptr;
    }

    void compare_combinations(const Json& from, const Json& to, const std::string& pointer) {
        const auto fits_one_of = [&](const Json& one, const Json& list) {
            return std::any_of(list.begin(), list.end(), [&](const Json& other) { return is_compatible(one, other); });
        };
        std::size_t index = 0;
        auto plain = from;
        for (const auto* keyword : {"allOf", "anyOf", "oneOf"}) plain.erase(keyword);
        for (const auto& part : member(to, "allOf")) {
            const auto& parts = member(from, "allOf");
            const bool known = std::any_of(parts.begin(), parts.end(),
                                           [&](const Json& old_part) { return is_compatible(old_part, part); });
            if (!known && !is_compatible(plain, part))
                find("all_of_extended", below(below(pointer, "allOf"), std::to_string(index)),
                     "a further schema must hold now");
            ++index;
        }
        const auto* now = alternatives(to);
        if (now == nullptr) return;
        const auto* before = alternatives(from);
        const auto at = below(pointer, to.contains("anyOf") ? "anyOf" : "oneOf");
        if (before == nullptr) {
            if (!fits_one_of(plain, *now)) find("alternatives_added", at, "one of several schemas must hold now");
            return;
        }
        for (std::size_t i = 0; i < before->size(); ++i)
            if (!fits_one_of((*before)[i], *now))
                find("alternative_removed", at, fmt::format("nothing accepts the old alternative {}", i));
    }

    // Keywords that are compared as a whole.
    void compare_rest(const Json& from, const Json& to, const std::string& pointer) {
        if (to.contains("not") && !(from.contains("not") && is_compatible_reversed(to["not"], from["not"])))
            find(from.contains("not") ? "not_changed" : "not_added", below(pointer, "not"),
                 "other values are excluded now");
        for (const auto* keyword : {"if", "then", "else", "contains", "propertyNames", "dependencies",
                                    "dependentRequired", "dependentSchemas", "unevaluatedItems", "$dynamicRef"}) {
            const auto now = to.find(keyword);
            if (now == to.end() || allows_everything_as(keyword, *now)) continue;
            const auto before = from.find(keyword);
            if (before == from.end())
                find(snake(keyword) + "_added", below(pointer, keyword), fmt::format("\"{}\" is new", keyword));
            else if (*before != *now)
                find(snake(keyword) + "_changed", below(pointer, keyword),
                     fmt::format("\"{}\" is another one", keyword));
        }
    }

    static bool allows_everything_as(std::string_view keyword, const Json& value) {
        const bool map = keyword.substr(0, 3) == "dep";
        return map ? value.empty()
                   : keyword != "if" && keyword != "contains" && !value.is_string() && allows_everything(value);
    }

    bool is_compatible_reversed(const Json& new_schema, const Json& old_schema) {
        Comparison reversed{new_tree_, old_tree_, CompatibilityPolicy::strict};
        reversed.compare(new_schema, old_schema, "");
        return reversed.findings_.empty();
    }

    const SchemaTree& old_tree_;
    const SchemaTree& new_tree_;
    bool lenient_;
    std::size_t depth_ = 0;
    std::set<std::pair<std::string, std::string>> open_;
    FindingList findings_;
};

}  // namespace

std::vector<CompatibilityFinding> compare(const SchemaTree& old_tree, const SchemaTree& new_tree,
                                          CompatibilityPolicy policy) {
    Comparison comparison{old_tree, new_tree, policy};
    comparison.compare(old_tree.root(), new_tree.root(), "");
    return comparison.take();
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
