#pragma once

#include "schema/compare.hpp"

#include <nlohmann/json_fwd.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

// The part of a comparison that looks at one value alone: types, listed values, bounds. Both schemas are resolved.

using FindingList = std::vector<CompatibilityFinding>;

inline void add(FindingList& out, std::string rule, std::string pointer, std::string message) {
    out.push_back({std::move(rule), std::move(pointer), std::move(message)});
}

/// "maxLength" as rules name it: "max_length".
[[nodiscard]] std::string snake(std::string_view keyword);
[[nodiscard]] std::string below(std::string pointer, std::string_view keyword);
/// A keyword's value, or an empty object.
[[nodiscard]] const nlohmann::json& member(const nlohmann::json& schema, const char* keyword);
/// The strings of a list.
[[nodiscard]] std::set<std::string> names(const nlohmann::json& list);
/// Names of the types that a schema allows, those of its alternatives included.
[[nodiscard]] std::set<std::string> types_of(const SchemaTree& tree, const nlohmann::json& schema, int depth = 0);

/// False when no type is left, so that further rules would only repeat it.
bool compare_types(const SchemaTree& old_tree, const nlohmann::json& from, const SchemaTree& new_tree,
                   const nlohmann::json& to, const std::string& pointer, FindingList& out);
void compare_values(const nlohmann::json& from, const nlohmann::json& to, const std::string& pointer, FindingList& out);
void compare_bounds(const nlohmann::json& from, const nlohmann::json& to, const std::string& pointer,
                    const std::set<std::string>& types, FindingList& out);

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
