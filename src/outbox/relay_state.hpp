#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/outbox/outbox_store.hpp>

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {

/// The relay-state topic: one partition per lease group, and in it under the group's key the rows of its newest
/// transaction. Whoever takes a group over writes a fence first, so that it knows where reading ends.

/// `{"rows":[[17,"<event id>"],…]}`
[[nodiscard]] std::string format_state(std::span<const OutboxRow* const> rows);
/// @return `fatal` "relay.state" when it is nothing that format_state() wrote
[[nodiscard]] Result<std::vector<OutboxRow>> parse_state(std::string_view text);

[[nodiscard]] inline std::string state_key(int group) { return "group-" + std::to_string(group); }
[[nodiscard]] inline std::string fence_key(int group) { return "fence-" + std::to_string(group); }

/// The rows of each group's newest transaction.
/// @param fences by group, the offset of the fence just written in its partition
[[nodiscard]] Result<std::vector<OutboxRow>> read_states(BrokerPort& broker, const std::string& topic,
                                                         const std::map<int, std::int64_t>& fences,
                                                         MonotonicTime deadline);

}  // namespace outbox
EVENTSDK_END_NAMESPACE
