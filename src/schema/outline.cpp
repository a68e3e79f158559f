#include "schema/outline.hpp"

#include "json/text.hpp"
#include "schema/compare.hpp"
#include "schema/compiled.hpp"
#include "schema/keywords.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

using Json = nlohmann::json;

class Outliner {
public:
    Outliner(const SchemaTree& tree, std::size_t cap) : tree_{tree}, cap_{cap} {}

    void walk(const Json& schema, const std::string& pointer, bool required) {
        if (entries_.size() >= cap_) return;
        const Json resolved = tree_.resolved(schema);
        OutlineEntry& entry = entries_.emplace_back();
        entry.pointer = pointer;
        entry.required = required;
        Json rules = Json::object();
        Json notes = Json::object();
        for (const auto& [name, value] : resolved.items()) {
            const auto* keyword = find_keyword(name, SchemaDialect::draft_2020_12);
            const bool enforced = name == "additionalItems" || (keyword != nullptr && keyword->role == Role::enforced);
            if (keyword != nullptr && keyword->role == Role::core) continue;
            if (!enforced) notes[name] = value;
            else if (!is_walked(name, value)) rules[name] = value;
        }
        entry.rules = rules.dump();
        entry.notes = notes.dump();
        entry.recursive = std::find(open_.begin(), open_.end(), resolved) != open_.end();
        if (entry.recursive) return;
        open_.push_back(resolved);
        inner_places(resolved, pointer);
        open_.pop_back();
    }

    std::vector<OutlineEntry> take() { return std::move(entries_); }

private:
    /// Keywords whose schemas are places of their own.
    static bool is_walked(std::string_view name, const Json& value) {
        if (name == "properties" || name == "patternProperties" || name == "prefixItems") return true;
        return (name == "items" || name == "additionalProperties") && (value.is_object() || value.is_array());
    }

    void inner_places(const Json& schema, const std::string& pointer) {
        const auto below = [&pointer](std::string_view name) {
            std::string inner = pointer;
            json::append_pointer(inner, name);
            return inner;
        };
        if (const auto at = schema.find("properties"); at != schema.end())
            for (const auto& [name, inner] : at->items()) walk(inner, below(name), is_required(schema, name));
        if (const auto at = schema.find("patternProperties"); at != schema.end())
            for (const auto& [pattern, inner] : at->items()) walk(inner, below(pattern), false);
        if (const auto at = schema.find("additionalProperties"); at != schema.end() && at->is_object())
            walk(*at, below("*"), false);
        for (const auto* keyword : {"prefixItems", "items"}) {
            const auto at = schema.find(keyword);
            if (at == schema.end()) continue;
            if (at->is_object()) walk(*at, below("*"), false);
            if (!at->is_array()) continue;
            for (std::size_t i = 0; i < at->size(); ++i) walk((*at)[i], below(std::to_string(i)), false);
        }
    }

    static bool is_required(const Json& schema, const std::string& name) {
        const auto at = schema.find("required");
        return at != schema.end() && std::find(at->begin(), at->end(), name) != at->end();
    }

    const SchemaTree& tree_;
    std::size_t cap_;
    std::vector<Json> open_{};  // schemas around the present place
    std::vector<OutlineEntry> entries_{};
};

}  // namespace

std::vector<OutlineEntry> outline(const Schema& schema, std::size_t cap) {
    const auto& compiled = schema.compiled();
    const bool bundled = !compiled.bundle.empty();
    const SchemaTree tree{bundled ? compiled.bundle : compiled.text, bundled};
    Outliner outliner{tree, cap};
    outliner.walk(tree.root(), "", false);
    return outliner.take();
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
