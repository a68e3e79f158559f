#pragma once

#include <eventsdk/broker/record.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace broker {

/// A copy of all of a record in one piece of memory of its own: it pins nothing of what the original came in.
[[nodiscard]] ReceivedRecord compact_copy(const ReceivedRecord& record);

}  // namespace broker
EVENTSDK_END_NAMESPACE
