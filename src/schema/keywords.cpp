#include "schema/keywords.hpp"

#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

constexpr bool yes = true;
constexpr bool no = false;

constexpr std::array<Keyword, 62> table{{
    {"$schema", yes, yes, yes, Shape::plain, Role::core},
    {"$id", yes, yes, yes, Shape::plain, Role::core},
    {"$ref", yes, yes, yes, Shape::plain, Role::enforced},
    {"$anchor", no, yes, yes, Shape::plain, Role::core},
    {"$dynamicRef", no, no, yes, Shape::plain, Role::enforced},
    {"$dynamicAnchor", no, no, yes, Shape::plain, Role::core},
    {"$recursiveRef", no, yes, no, Shape::plain, Role::refused},
    {"$recursiveAnchor", no, yes, no, Shape::plain, Role::refused},
    {"$vocabulary", no, yes, yes, Shape::plain, Role::core},
    {"$comment", yes, yes, yes, Shape::plain, Role::annotation},
    {"$defs", yes, yes, yes, Shape::map, Role::core},
    {"definitions", yes, yes, yes, Shape::map, Role::core},
    {"type", yes, yes, yes, Shape::plain, Role::enforced},
    {"enum", yes, yes, yes, Shape::plain, Role::enforced},
    {"const", yes, yes, yes, Shape::plain, Role::enforced},
    {"multipleOf", yes, yes, yes, Shape::plain, Role::enforced},
    {"maximum", yes, yes, yes, Shape::plain, Role::enforced},
    {"exclusiveMaximum", yes, yes, yes, Shape::plain, Role::enforced},
    {"minimum", yes, yes, yes, Shape::plain, Role::enforced},
    {"exclusiveMinimum", yes, yes, yes, Shape::plain, Role::enforced},
    {"maxLength", yes, yes, yes, Shape::plain, Role::enforced},
    {"minLength", yes, yes, yes, Shape::plain, Role::enforced},
    {"pattern", yes, yes, yes, Shape::plain, Role::enforced},
    {"format", yes, yes, yes, Shape::plain, Role::enforced},
    {"prefixItems", no, no, yes, Shape::schemas, Role::enforced},
    {"items", yes, yes, yes, Shape::schema_or_list, Role::enforced},
    {"additionalItems", yes, yes, no, Shape::schema, Role::enforced},
    {"maxItems", yes, yes, yes, Shape::plain, Role::enforced},
    {"minItems", yes, yes, yes, Shape::plain, Role::enforced},
    {"uniqueItems", yes, yes, yes, Shape::plain, Role::enforced},
    {"contains", yes, yes, yes, Shape::schema, Role::enforced},
    {"maxContains", no, yes, yes, Shape::plain, Role::enforced},
    {"minContains", no, yes, yes, Shape::plain, Role::enforced},
    {"unevaluatedItems", no, yes, yes, Shape::schema, Role::enforced},
    {"maxProperties", yes, yes, yes, Shape::plain, Role::enforced},
    {"minProperties", yes, yes, yes, Shape::plain, Role::enforced},
    {"required", yes, yes, yes, Shape::plain, Role::enforced},
    {"properties", yes, yes, yes, Shape::map, Role::enforced},
    {"patternProperties", yes, yes, yes, Shape::map, Role::enforced},
    {"additionalProperties", yes, yes, yes, Shape::schema, Role::enforced},
    {"propertyNames", yes, yes, yes, Shape::schema, Role::enforced},
    {"dependencies", yes, yes, yes, Shape::map_or_names, Role::enforced},
    {"dependentRequired", no, yes, yes, Shape::plain, Role::enforced},
    {"dependentSchemas", no, yes, yes, Shape::map, Role::enforced},
    {"unevaluatedProperties", no, yes, yes, Shape::schema, Role::enforced},
    {"allOf", yes, yes, yes, Shape::schemas, Role::enforced},
    {"anyOf", yes, yes, yes, Shape::schemas, Role::enforced},
    {"oneOf", yes, yes, yes, Shape::schemas, Role::enforced},
    {"not", yes, yes, yes, Shape::schema, Role::enforced},
    {"if", yes, yes, yes, Shape::schema, Role::enforced},
    {"then", yes, yes, yes, Shape::schema, Role::enforced},
    {"else", yes, yes, yes, Shape::schema, Role::enforced},
    {"title", yes, yes, yes, Shape::plain, Role::annotation},
    {"description", yes, yes, yes, Shape::plain, Role::annotation},
    {"default", yes, yes, yes, Shape::plain, Role::annotation},
    {"examples", yes, yes, yes, Shape::plain, Role::annotation},
    {"deprecated", no, yes, yes, Shape::plain, Role::annotation},
    {"readOnly", yes, yes, yes, Shape::plain, Role::annotation},
    {"writeOnly", yes, yes, yes, Shape::plain, Role::annotation},
    {"contentEncoding", yes, yes, yes, Shape::plain, Role::annotation},
    {"contentMediaType", yes, yes, yes, Shape::plain, Role::annotation},
    {"contentSchema", no, yes, yes, Shape::schema, Role::annotation},
}};

}  // namespace

std::span<const Keyword> keywords() noexcept { return table; }

const Keyword* find_keyword(std::string_view name, SchemaDialect dialect) noexcept {
    for (const auto& keyword : table)
        if (keyword.name == name) {
            const bool known = dialect == SchemaDialect::draft_07        ? keyword.draft_07
                               : dialect == SchemaDialect::draft_2019_09 ? keyword.draft_2019_09
                                                                         : keyword.draft_2020_12;
            return known ? &keyword : nullptr;
        }
    return nullptr;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
