#include "memory/admin.hpp"

#include "core/mutation.hpp"
#include "memory/errors.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

Result<void> MemoryAdmin::create_topic(const TopicSpec& spec, Duration) {
    const Cluster::Lock lock = cluster_->enter();
    return cluster_->create_topic(spec);
}

Result<void> MemoryAdmin::delete_topic(const std::string& topic, Duration) {
    const Cluster::Lock lock = cluster_->enter();
    return cluster_->delete_topic(topic);
}

Result<std::vector<TopicDescription>> MemoryAdmin::list_topics(Duration) {
    const Cluster::Lock lock = cluster_->enter();
    std::vector<TopicDescription> descriptions;
    for (const auto& [name, topic] : cluster_->topics().all()) descriptions.push_back(topic.describe(false));
    return descriptions;
}

Result<TopicDescription> MemoryAdmin::describe_topic(const std::string& topic, Duration) {
    const Cluster::Lock lock = cluster_->enter();
    const Topic* found = cluster_->topics().find(topic);
    if (found == nullptr) return topic_unknown(topic);
    return found->describe(true);
}

Result<Watermarks> MemoryAdmin::watermarks(const TopicPartition& partition, Duration) {
    const Cluster::Lock lock = cluster_->enter();
    const auto log = cluster_->topics().log(partition);
    if (!log) return log.error();
    return (*log)->watermarks();
}

Result<std::int64_t> MemoryAdmin::offset_for_time(const TopicPartition& partition, Timestamp time, Duration) {
    const Cluster::Lock lock = cluster_->enter();
    const auto log = cluster_->topics().log(partition);
    if (!log) return log.error();
    return (*log)->offset_for_time(time);
}

Result<void> MemoryAdmin::delete_records_before(const TopicPartition& partition, std::int64_t offset, Duration) {
    const Cluster::Lock lock = cluster_->enter();
    const auto log = cluster_->topics().log(partition);
    if (!log) return log.error();
    if (offset < 0 || offset > (*log)->watermarks().high) {
        return make_error(ErrorKind::invalid_argument, codes::offset_out_of_range,
                          "offset " + std::to_string(offset) + " of " + partition.topic + "/" +
                              std::to_string(partition.partition) + " is beyond the high watermark");
    }
    if (!EVENTSDK_MUTATED(21)) (*log)->delete_before(offset);
    cluster_->notify();
    return {};
}

Result<std::vector<PartitionOffset>> MemoryAdmin::group_offsets(const std::string& group, Duration) {
    const Cluster::Lock lock = cluster_->enter();
    return cluster_->groups().offsets(group);
}

Result<std::vector<GroupDescription>> MemoryAdmin::list_groups(Duration) {
    const Cluster::Lock lock = cluster_->enter();
    return cluster_->groups().describe();
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
