// What the client's statistics tell a reader: the bounds of its partitions, from which lag is computed.
#include "kafka/reader.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

void KafkaReader::take_statistics(std::string_view json) {
    const Statistics statistics = parse_statistics(json);
    for (const Statistics::PartitionBounds& each : statistics.partitions) {
        const auto partition = find({each.topic, each.partition});
        if (!partition) continue;
        partition->low.store(each.bounds.low, std::memory_order_relaxed);
        partition->high.store(each.bounds.high, std::memory_order_relaxed);
        partition->last_stable.store(each.bounds.last_stable, std::memory_order_relaxed);
    }
    if (meter_) meter_->show(statistics);
}

// The newest high watermark comes from the last fetch, the rest from the last statistics, which only come when somebody
// measures.
Watermarks KafkaReader::known_bounds(const TopicPartition& partition) const {
    const auto found = find(partition);
    if (!found || closed_) return {-1, -1, -1};
    Watermarks bounds{found->low.load(std::memory_order_relaxed), found->high.load(std::memory_order_relaxed),
                      found->last_stable.load(std::memory_order_relaxed)};
    std::int64_t low = -1;
    std::int64_t high = -1;
    if (bounds.high < 0 && rd_kafka_get_watermark_offsets(native(), partition.topic.c_str(), partition.partition, &low,
                                                          &high) == RD_KAFKA_RESP_ERR_NO_ERROR)
        bounds.high = high >= 0 ? high : -1;
    return bounds;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
