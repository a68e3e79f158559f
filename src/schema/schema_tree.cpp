#include "schema/compare.hpp"
#include "schema/keywords.hpp"
#include "schema/meta_schemas.hpp"
#include "schema/pattern.hpp"
#include "schema/uri.hpp"

#include <nlohmann/json.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_references = 64;

// The subschema with an anchor, or with an $id that ends in the reference.
const Json* find_named(const Json& schema, std::string_view anchor, std::string_view id) {
    if (schema.is_object()) {
        const auto is = [&](const char* keyword, std::string_view text) {
            const auto at = schema.find(keyword);
            return at != schema.end() && at->is_string() && at->get_ref<const std::string&>() == text;
        };
        const bool by_anchor = !anchor.empty() && (is("$anchor", anchor) || is("$dynamicAnchor", anchor) ||
                                                   is("$id", "#" + std::string{anchor}));
        if (by_anchor || (!id.empty() && is("$id", id))) return &schema;
    }
    if (schema.is_structured())
        for (const auto& inner : schema)
            if (const auto* found = find_named(inner, anchor, id)) return found;
    return nullptr;
}

}  // namespace

SchemaTree::SchemaTree(std::string_view text, bool bundled)
    : root_{std::make_unique<Json>(Json::parse(text))}, siblings_of_ref_count_{bundled} {
    if (!root_->is_object() || bundled) return;
    const auto named = root_->find("$schema");
    if (named == root_->end() || !named->is_string()) return;
    const auto dialect = dialect_named(named->get_ref<const std::string&>());
    siblings_of_ref_count_ = dialect && *dialect != SchemaDialect::draft_07;
}
SchemaTree::~SchemaTree() = default;

Json SchemaTree::resolved(const Json& schema) const {
    if (schema.is_boolean()) return schema.get<bool>() ? Json::object() : Json{{"not", Json::object()}};
    Json result = schema;
    for (std::size_t i = 0; i < max_references; ++i) {
        const auto reference = result.find("$ref");
        if (reference == result.end() || !reference->is_string()) return result;
        const auto* target = find(reference->get_ref<const std::string&>());
        if (target == nullptr) return result;
        auto siblings = siblings_of_ref_count_ ? result : Json::object();
        siblings.erase("$ref");
        result = target->is_object() ? *target : resolved(*target);
        result.update(siblings);
    }
    return result;
}

const Json* SchemaTree::find(std::string_view reference) const {
    const auto hash = std::min(reference.find('#'), reference.size());
    const auto fragment = hash < reference.size() ? percent_decoded(reference.substr(hash + 1)) : std::string{};
    const auto* start = hash == 0 ? root_.get() : find_named(*root_, {}, reference.substr(0, hash));
    if (start == nullptr || fragment.empty()) return start;
    if (fragment.front() != '/') return find_named(*start, fragment, {});
    const Json::json_pointer pointer{fragment};
    return start->contains(pointer) ? &start->at(pointer) : nullptr;
}

bool allows_everything(const Json& schema) {
    if (schema.is_boolean()) return schema.get<bool>();
    for (const auto& [name, value] : schema.items()) {
        const auto* keyword = find_keyword(name, SchemaDialect::draft_2020_12);
        if (keyword != nullptr && keyword->role == Role::enforced) return false;
    }
    return true;
}

ContentModel content_model(const Json& schema) {
    const auto patterns = schema.find("patternProperties");
    const bool some_patterns = patterns != schema.end() && !patterns->empty();
    bool open = true;
    bool closed = false;
    for (const auto* keyword : {"additionalProperties", "unevaluatedProperties"}) {
        const auto at = schema.find(keyword);
        if (at == schema.end() || allows_everything(*at)) continue;
        open = false;
        closed = closed || (at->is_boolean() && !at->get<bool>());
    }
    if (open && !some_patterns) return ContentModel::open;
    return closed && !some_patterns ? ContentModel::closed : ContentModel::partly_open;
}

const Json* covering(const Json& schema, std::string_view name) {
    if (const auto patterns = schema.find("patternProperties"); patterns != schema.end())
        for (const auto& [text, inner] : patterns->items()) {
            const auto pattern = Pattern::compile(text, text.size());
            if (pattern && (*pattern)->matches(name)) return &inner;
        }
    for (const auto* keyword : {"additionalProperties", "unevaluatedProperties"})
        if (const auto at = schema.find(keyword); at != schema.end()) return &*at;
    return nullptr;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
