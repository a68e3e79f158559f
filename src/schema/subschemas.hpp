#pragma once

#include "json/document.hpp"
#include "json/text.hpp"
#include "json/values.hpp"
#include "schema/keywords.hpp"

#include <cstddef>
#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// Calls `visit(pointer, value)` for each subschema of one keyword's value; stops at the first error.
template <class Visit>
Result<void> for_each_subschema(const Keyword& keyword, const json::Value& value, const std::string& pointer,
                                Visit&& visit) {
    const bool list = keyword.shape == Shape::schemas || (keyword.shape == Shape::schema_or_list && value.is_array());
    const bool map = keyword.shape == Shape::map || keyword.shape == Shape::map_or_names;
    if (list && value.is_array()) {
        std::size_t index = 0;
        for (const auto element : json::array_of(value)) {
            auto inner = pointer;
            json::append_pointer(inner, index++);
            if (auto visited = visit(inner, element); !visited) return visited;
        }
    } else if (map && value.is_object()) {
        for (const auto member : json::object_of(value)) {
            if (keyword.shape == Shape::map_or_names && member.value.is_array()) continue;
            auto inner = pointer;
            json::append_pointer(inner, member.key);
            if (auto visited = visit(inner, member.value); !visited) return visited;
        }
    } else if (keyword.shape == Shape::schema || keyword.shape == Shape::schema_or_list) {
        return visit(pointer, value);
    }
    return {};
}

/// The same for all keywords of a subschema.
template <class Visit>
Result<void> for_each_subschema(const simdjson::dom::object& object, const std::string& pointer, SchemaDialect dialect,
                                Visit&& visit) {
    for (const auto member : object) {
        const auto* keyword = find_keyword(member.key, dialect);
        if (keyword == nullptr || keyword->shape == Shape::plain) continue;
        auto inner = pointer;
        json::append_pointer(inner, member.key);
        if (auto visited = for_each_subschema(*keyword, member.value, inner, visit); !visited) return visited;
    }
    return {};
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
