#include "schema/compiler.hpp"

#include "json/text.hpp"
#include "schema/keywords.hpp"

#include <fmt/format.h>

#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

constexpr std::size_t max_chain = 128;

}  // namespace

Compiler::Compiler(Sources& sources, const SchemaOptions& options)
    : sources_{sources}, options_{options}, plan_{std::make_shared<Plan>()} {
    plan_->limits = options.limits;
}

Compiler::Handler Compiler::handler_of(std::string_view keyword) noexcept {
    static constexpr std::array<Entry, 45> entries{{
        {"type", &Compiler::type},
        {"enum", &Compiler::enumeration},
        {"const", &Compiler::constant},
        {"multipleOf", &Compiler::multiple_of},
        {"maximum", &Compiler::bound},
        {"minimum", &Compiler::bound},
        {"exclusiveMaximum", &Compiler::bound},
        {"exclusiveMinimum", &Compiler::bound},
        {"maxLength", &Compiler::length},
        {"minLength", &Compiler::length},
        {"pattern", &Compiler::pattern},
        {"format", &Compiler::format},
        {"items", &Compiler::items},
        {"prefixItems", &Compiler::prefix_items},
        {"additionalItems", &Compiler::additional_items},
        {"maxItems", &Compiler::array_size},
        {"minItems", &Compiler::array_size},
        {"uniqueItems", &Compiler::unique_items},
        {"contains", &Compiler::contains},
        {"maxContains", &Compiler::contains_count},
        {"minContains", &Compiler::contains_count},
        {"unevaluatedItems", &Compiler::unevaluated},
        {"maxProperties", &Compiler::object_size},
        {"minProperties", &Compiler::object_size},
        {"required", &Compiler::required},
        {"properties", &Compiler::properties},
        {"patternProperties", &Compiler::pattern_properties},
        {"additionalProperties", &Compiler::additional_properties},
        {"propertyNames", &Compiler::property_names},
        {"dependencies", &Compiler::dependencies},
        {"dependentRequired", &Compiler::dependencies},
        {"dependentSchemas", &Compiler::dependencies},
        {"unevaluatedProperties", &Compiler::unevaluated},
        {"allOf", &Compiler::combination},
        {"anyOf", &Compiler::combination},
        {"oneOf", &Compiler::combination},
        {"not", &Compiler::condition},
        {"if", &Compiler::condition},
        {"then", &Compiler::condition},
        {"else", &Compiler::condition},
        {"$ref", &Compiler::reference},
        {"$dynamicRef", &Compiler::dynamic_reference},
        {"definitions", &Compiler::definitions},
        {"$defs", &Compiler::definitions},
        {"contentSchema", &Compiler::annotation},
    }};
    for (const auto& entry : entries)
        if (entry.name == keyword) return entry.handler;
    return &Compiler::annotation;
}

Result<const Node*> Compiler::compile(std::uint32_t source) {
    const Node* root = node_at({source, ""}, sources_.source(source).root);
    if (auto drained = drain(); !drained) return std::move(drained.error());
    return root;
}

Result<std::shared_ptr<const Plan>> Compiler::finish() {
    if (auto bound = bind_dynamic_references(); !bound) return std::move(bound.error());
    plan_->files.clear();
    for (std::uint32_t i = 0; i < sources_.count(); ++i) plan_->files.push_back(sources_.source(i).file);
    if (const Node* node = find_endless(*plan_, max_chain))
        return load_error("ref_cycle", plan_->files[node->file], node->pointer,
                          "the subschemas applied to one value lead back here, or there are too many of them in a row",
                          "a recursive schema must go through properties or items");
    return std::shared_ptr<const Plan>{plan_};
}

std::vector<std::string> Compiler::unknown_keywords(std::uint32_t source) const {
    std::vector<std::string> pointers;
    for (const auto& [file, pointer] : unknown_)
        if (file == source) pointers.push_back(pointer);
    return pointers;
}

Result<void> Compiler::drain() {
    while (!queue_.empty()) {
        const auto pending = std::move(queue_.front());
        queue_.pop_front();
        if (auto filled = fill(pending); !filled) return filled;
    }
    return {};
}

Node* Compiler::node_at(const Place& place, const json::Value& value) {
    const auto [known, is_new] = nodes_.emplace(place, nullptr);
    if (is_new) {
        known->second = &plan_->nodes.emplace_back();
        known->second->file = place.source;
        known->second->pointer = place.pointer;
        queue_.push_back({known->second, place, value});
    }
    return known->second;
}

Result<void> Compiler::fill(const Pending& pending) {
    auto& node = *pending.node;
    node.resource = sources_.resource_of(pending.place);
    const auto dialect = sources_.resources()[node.resource].dialect;
    bool boolean = false;
    if (!pending.value.get(boolean)) {
        node.always_false = !boolean;
        node.trivial = boolean;
        return {};
    }
    simdjson::dom::object schema;
    if (pending.value.get(schema))
        return load_error("meta_schema", sources_.source(pending.place.source).file, pending.place.pointer,
                          "a schema must be an object or a boolean");
    std::map<std::string_view, std::size_t> properties;
    const bool only_reference = dialect == SchemaDialect::draft_07 && schema["$ref"].error() == simdjson::SUCCESS;
    for (const auto member : schema) {
        const bool definitions = member.key == "definitions" || member.key == "$defs";
        if (only_reference && member.key != "$ref" && !definitions) continue;
        const Subject subject{node,         pending.place, schema,        member.key,
                              member.value, dialect,       node.resource, properties};
        if (auto filled = fill_keyword(subject); !filled) return filled;
    }
    if (node.object) {
        std::vector<std::string_view> names;
        for (const auto& known : node.object->properties) names.push_back(known.name);
        node.object->table = NameTable{names};
    }
    node.trivial = node.types == kind_any && !node.number && !node.string && !node.array && !node.object &&
                   !node.values && !node.combination;
    node.leaf = !node.array && !node.object && !node.combination;
    return {};
}

Result<void> Compiler::fill_keyword(const Subject& subject) {
    const auto* keyword = find_keyword(subject.keyword, subject.dialect);
    if (keyword == nullptr)
        return note_unknown(subject, fmt::format("the keyword \"{}\" is not known", json::printable(subject.keyword)),
                            "unknown_keyword");
    if (keyword->role == Role::refused)
        return error(subject, "unsupported", fmt::format("the keyword \"{}\" cannot be enforced", subject.keyword));
    return (this->*handler_of(subject.keyword))(subject);
}

Result<void> Compiler::note_unknown(const Subject& subject, std::string_view what, std::string_view code) {
    const bool extension = subject.keyword.substr(0, 2) == "x-";
    const auto& source = sources_.source(subject.place.source);
    if (options_.strict_keywords && source.whole && !extension)
        return error(subject, code, what, "correct it, give it the prefix x-, or load with strict_keywords off");
    auto pointer = subject.place.pointer;
    json::append_pointer(pointer, subject.keyword);
    unknown_.emplace_back(subject.place.source, std::move(pointer));
    return {};
}

Error Compiler::error(const Subject& subject, std::string_view code, std::string_view reason,
                      std::string_view hint) const {
    auto pointer = subject.place.pointer;
    json::append_pointer(pointer, subject.keyword);
    return load_error(code, sources_.source(subject.place.source).file, pointer, reason, hint);
}

Result<std::size_t> Compiler::count_of(const Subject& subject) const {
    if (!subject.value.is_number()) return malformed(subject, "must be a whole number, 0 or more");
    const Number number{subject.value};
    if (!number.is_integer() || number < Number{std::int64_t{0}})
        return malformed(subject, "must be a whole number, 0 or more");
    constexpr double beyond = 1e18;
    return static_cast<std::size_t>(number.as_double() < beyond ? number.as_double() : beyond);
}

Result<const Pattern*> Compiler::pattern_of(const Subject& subject, std::string_view text) {
    if (const auto known = patterns_.find(text); known != patterns_.end()) return known->second;
    auto compiled = Pattern::compile(text, options_.limits.max_pattern_bytes);
    if (!compiled) return error(subject, "pattern", compiled.error().message, compiled.error().hint);
    plan_->patterns.push_back(std::move(*compiled));
    patterns_.emplace(text, plan_->patterns.back().get());
    return plan_->patterns.back().get();
}

Result<const Node*> Compiler::child(const Subject& subject, std::string_view more) {
    auto pointer = subject.place.pointer;
    json::append_pointer(pointer, subject.keyword);
    if (!more.empty()) pointer += more;
    if (!subject.value.is_object() && !subject.value.is_bool())
        return malformed(subject, "must be a schema: an object or a boolean");
    return node_at({subject.place.source, std::move(pointer)}, subject.value);
}

Result<std::vector<const Node*>> Compiler::children(const Subject& subject) {
    simdjson::dom::array list;
    if (subject.value.get(list) || list.size() == 0)
        return malformed(subject, "must be an array of at least one schema");
    std::vector<const Node*> nodes;
    for (const auto element : list) {
        auto pointer = subject.place.pointer;
        json::append_pointer(pointer, subject.keyword);
        json::append_pointer(pointer, nodes.size());
        nodes.push_back(node_at({subject.place.source, std::move(pointer)}, element));
    }
    return nodes;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
