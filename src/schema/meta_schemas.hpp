#pragma once

#include <eventsdk/schema/options.hpp>

#include <optional>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// The text of a published meta-schema, by its URI without fragment; empty when it is not among those built in.
[[nodiscard]] std::string_view meta_schema(std::string_view uri) noexcept;

/// The dialect that a `$schema` names, with or without a final `#`.
[[nodiscard]] std::optional<SchemaDialect> dialect_named(std::string_view uri) noexcept;

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
