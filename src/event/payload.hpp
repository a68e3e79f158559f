#pragma once

#include "json/document.hpp"

#include <eventsdk/event/detail/event_descriptor.hpp>

#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace json {
class TapeWriter;
}
namespace codec {

/// Appends `object` as JSON to `out`, from its description; on failure `out` is as before.
/// No allocation but for `out` growing, and for nlohmann types.
/// @return `permanent`, Error::pointer says where: "event.not_a_number" (NaN or infinite), "event.utf8",
///   "event.out_of_range" (a time beyond the years 0000…9999), "event.unknown_name" (an enumerator without a name),
///   "event.too_deep", "event.foreign" (to_json failed).
[[nodiscard]] Result<void> encode_payload(const ValueType& type, const void* object, std::string& out);

/// The same, and makes the document of what it appends in `tape`, for a schema to look at.
[[nodiscard]] Result<void> encode_payload(const ValueType& type, const void* object, std::string& out,
                                          json::TapeWriter& tape);

/// Fills `object` from `value`. Members that are not described are passed over; every described member is set, so the
/// object may be reused. Null and absence empty an optional.
/// @return `permanent`, Error::pointer says where: "event.missing", "event.wrong_type", "event.out_of_range",
///   "event.unknown_name", "event.time", "event.uuid", "event.foreign" (from_json failed).
[[nodiscard]] Result<void> fill_payload(const ValueType& type, void* object, const json::Value& value);

/// Name and version of an event object on the wire.
/// @return `permanent` "event.unknown_type" when `type_of` names none of the described types.
[[nodiscard]] Result<EventType> wire_type(const EventDescriptor& descriptor, const void* event);

}  // namespace codec
EVENTSDK_END_NAMESPACE
