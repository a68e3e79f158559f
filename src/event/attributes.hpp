#pragma once

#include "event/codec.hpp"

#include <deque>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

/// Extensions made of an event's attributes, with the memory of their texts; reused from event to event.
struct AttributeTexts {
    std::vector<Extension> extensions{};
    std::deque<std::string> texts{};
};

/// Writes the attributes of `event` (EventTraits<T>::attributes) as extensions; empty optionals are left out.
/// @return `permanent` as encode_payload(), with the attribute as pointer
[[nodiscard]] Result<void> encode_attributes(const EventDescriptor& descriptor, const void* event, AttributeTexts& out);

/// Sets the attributes of `event` from extensions. Numbers and booleans are also taken from text, as headers have them.
/// @return `permanent` as fill_payload(), with the attribute as pointer
[[nodiscard]] Result<void> fill_attributes(const EventDescriptor& descriptor, void* event,
                                           std::span<const Extension> extensions);

}  // namespace codec
EVENTSDK_END_NAMESPACE
