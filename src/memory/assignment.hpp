#pragma once

#include <eventsdk/broker/record.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

/// Who wants partitions of which topics.
using Subscriptions = std::map<std::string, std::set<std::string>>;
using Owners = std::map<TopicPartition, std::string>;

/// Deals the partitions of each topic to its subscribers so that no one has two more than another of the same topics,
/// and whoever has a partition keeps it unless it has more than its share.
/// @param partitions partition count of every topic
/// @param owners who reads what now
[[nodiscard]] Owners assign_partitions(const Subscriptions& subscriptions,
                                       const std::map<std::string, std::int32_t>& partitions, const Owners& owners);

}  // namespace memory
EVENTSDK_END_NAMESPACE
