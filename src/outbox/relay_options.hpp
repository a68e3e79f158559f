#pragma once

#include <eventsdk/outbox/outbox_relay.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {

/// @return `invalid_argument` naming the first option that is out of range.
Result<void> check(const RelayOptions& options);

}  // namespace outbox
EVENTSDK_END_NAMESPACE
