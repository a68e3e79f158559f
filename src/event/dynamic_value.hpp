#pragma once

// The only part of the payload code that knows nlohmann::json: members of that type, and foreign types.

#include "event/failure.hpp"
#include "json/document.hpp"
#include "json/writer.hpp"

#include <eventsdk/event/value_type.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

/// Writes a value of kind json or foreign; `depth` is how many more levels are allowed.
[[nodiscard]] bool encode_dynamic(const ValueType& type, const void* object, json::Writer& out, int depth,
                                  Failure& failure);
/// Fills a value of kind json or foreign.
[[nodiscard]] bool fill_dynamic(const ValueType& type, void* object, const json::Value& value, Failure& failure);

}  // namespace codec
EVENTSDK_END_NAMESPACE
