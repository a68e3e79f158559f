#pragma once

#include "memory/cluster.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

/// Answers at once.
class MemoryAdmin final : public Admin {
public:
    explicit MemoryAdmin(std::shared_ptr<Cluster> cluster) : cluster_{std::move(cluster)} {}

    [[nodiscard]] Result<void> create_topic(const TopicSpec& spec, Duration timeout) override;
    [[nodiscard]] Result<void> delete_topic(const std::string& topic, Duration timeout) override;
    [[nodiscard]] Result<std::vector<TopicDescription>> list_topics(Duration timeout) override;
    [[nodiscard]] Result<TopicDescription> describe_topic(const std::string& topic, Duration timeout) override;
    [[nodiscard]] Result<Watermarks> watermarks(const TopicPartition& partition, Duration timeout) override;
    [[nodiscard]] Result<std::int64_t> offset_for_time(const TopicPartition& partition, Timestamp time,
                                                       Duration timeout) override;
    [[nodiscard]] Result<void> delete_records_before(const TopicPartition& partition, std::int64_t offset,
                                                     Duration timeout) override;
    [[nodiscard]] Result<std::vector<PartitionOffset>> group_offsets(const std::string& group,
                                                                     Duration timeout) override;
    [[nodiscard]] Result<std::vector<GroupDescription>> list_groups(Duration timeout) override;

private:
    const std::shared_ptr<Cluster> cluster_;
};

}  // namespace memory
EVENTSDK_END_NAMESPACE
