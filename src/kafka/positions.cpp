#include "kafka/positions.hpp"

#include <cstdlib>
#include <cstring>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

PartitionList to_native(std::span<const PartitionOffset> positions) {
    PartitionList list{rd_kafka_topic_partition_list_new(static_cast<int>(positions.size()))};
    for (const PartitionOffset& position : positions) {
        auto* added = rd_kafka_topic_partition_list_add(list.get(), position.topic.c_str(), position.partition);
        added->offset = position.offset;
        if (position.metadata.empty()) continue;
        added->metadata = std::malloc(position.metadata.size());  // freed with the list
        if (added->metadata == nullptr) continue;
        std::memcpy(added->metadata, position.metadata.data(), position.metadata.size());
        added->metadata_size = position.metadata.size();
    }
    return list;
}

PartitionList to_native(std::span<const TopicPartition> partitions) {
    PartitionList list{rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size()))};
    for (const TopicPartition& partition : partitions) {
        rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
    }
    return list;
}

std::vector<TopicPartition> partitions_of(const rd_kafka_topic_partition_list_t* list) {
    std::vector<TopicPartition> partitions;
    for (int i = 0; list != nullptr && i < list->cnt; ++i) {
        partitions.push_back({list->elems[i].topic, list->elems[i].partition});
    }
    return partitions;
}

PartitionOffset from_native(const rd_kafka_topic_partition_t& position) {
    PartitionOffset made{position.topic, position.partition, position.offset < 0 ? -1 : position.offset, {}};
    if (position.metadata_size > 0) {
        made.metadata.assign(static_cast<const char*>(position.metadata), position.metadata_size);
    }
    return made;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
