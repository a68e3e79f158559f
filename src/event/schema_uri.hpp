#pragma once

#include <eventsdk/core/config.hpp>

#include <cstdint>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

/// Appends the `dataschema` of a type and version: "urn:eventsdk:schema:AssignmentSubmitted/2".
void append_schema_uri(std::string& out, std::string_view type, std::int32_t version);

/// The schema version that a foreign CloudEvent says: the trailing `/2` of dataschema, else `.v2` of type, else 1.
[[nodiscard]] std::int32_t version_of(std::string_view dataschema, std::string_view type) noexcept;

}  // namespace codec
EVENTSDK_END_NAMESPACE
