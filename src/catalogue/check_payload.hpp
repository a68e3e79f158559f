#pragma once

#include "json/document.hpp"

#include <eventsdk/schema/schema.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace catalogue {

/// The payload against its schema; Error::pointer says where in the payload. No allocation when it is valid.
[[nodiscard]] Result<void> check_payload(const Schema& schema, const json::Value& payload);

}  // namespace catalogue
EVENTSDK_END_NAMESPACE
