#pragma once

#include "event/cloud_event.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

/// The place of an attribute that the specification names, or null for an extension.
[[nodiscard]] std::string_view* core_attribute(std::string_view name, std::string_view& specversion,
                                               CloudEvent& event) noexcept;
/// The characters of a text, and that it is not empty where it must not be.
[[nodiscard]] Result<void> check_text(std::string_view name, std::string_view text, bool not_empty);
/// What is required, and the forms of specversion, source, dataschema and time.
[[nodiscard]] Result<void> check_attributes(std::string_view specversion, const CloudEvent& event);

}  // namespace codec
EVENTSDK_END_NAMESPACE
