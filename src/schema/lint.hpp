#pragma once

#include <eventsdk/schema/schema_set.hpp>

#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// Something in a schema that is allowed, and is mostly a mistake. The rules are listed in docs/cli.md.
struct LintFinding {
    std::string file{};
    std::string pointer{};  ///< JSON Pointer into the file
    std::string rule{};     ///< stable, snake_case
    std::string message{};  ///< one sentence
};

/// Findings of one loaded schema, in the order of the file.
[[nodiscard]] std::vector<LintFinding> lint_schema(const Schema& schema);
/// lint_schema() of each, and gaps between versions.
[[nodiscard]] std::vector<LintFinding> lint_schemas(const SchemaSet& schemas);

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
