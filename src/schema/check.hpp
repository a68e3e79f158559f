#pragma once

#include "json/document.hpp"

#include <eventsdk/schema/schema.hpp>

#include <cstddef>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// Checks a value that was parsed once by json::Document (strict); no allocation when it is valid.
/// `permanent` "schema.<keyword>" or "schema.too_costly". Pointers in messages are relative to `value`.
[[nodiscard]] Result<void> check(const Schema& schema, const json::Value& value);

/// All violations up to `cap`.
[[nodiscard]] std::vector<Violation> check_all(const Schema& schema, const json::Value& value, std::size_t cap);

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
