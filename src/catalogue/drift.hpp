#pragma once

#include <eventsdk/event.hpp>
#include <eventsdk/schema/schema.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace catalogue {

/// Compares a struct's description with the schema of one of its types, as far as `properties`, `required`, `type`,
/// `enum`, `items`, `additionalProperties` and local `$ref`s say what is allowed: what the struct writes must be able to
/// pass, and what passes must fit into the struct.
/// @return `invalid_argument` "catalogue.drift" naming type, member, schema file and pointer; Error::pointer is that of
///   the payload.
[[nodiscard]] Result<void> check_drift(const EventDescriptor& descriptor, std::string_view type, const Schema& schema);

}  // namespace catalogue
EVENTSDK_END_NAMESPACE
