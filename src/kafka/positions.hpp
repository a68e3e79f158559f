#pragma once

#include "kafka/rdkafka.hpp"

#include <eventsdk/broker/record.hpp>

#include <span>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// Positions as librdkafka takes them, their metadata included.
[[nodiscard]] PartitionList to_native(std::span<const PartitionOffset> positions);
[[nodiscard]] PartitionList to_native(std::span<const TopicPartition> partitions);

[[nodiscard]] std::vector<TopicPartition> partitions_of(const rd_kafka_topic_partition_list_t* list);
[[nodiscard]] PartitionOffset from_native(const rd_kafka_topic_partition_t& position);

}  // namespace kafka
EVENTSDK_END_NAMESPACE
