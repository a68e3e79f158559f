#pragma once

#include "schema/sources.hpp"

#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// A schema with everything that it refers to in one text, which needs no other file: each `$ref` leads into its
/// `$defs`. Empty when the file refers to no other one. All of its references were resolved before.
[[nodiscard]] Result<std::string> bundle(Sources& sources, std::uint32_t source);

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
