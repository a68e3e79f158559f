#pragma once

#include "kafka/admin_client.hpp"

#include <eventsdk/broker/admin.hpp>

#include <map>
#include <mutex>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

class KafkaAdmin final : public Admin {
public:
    /// Makes a client of its own for questions about one group.
    using GroupClient = std::function<Result<std::unique_ptr<AdminClient>>(const std::string& group)>;

    KafkaAdmin(std::shared_ptr<AdminClient> client, GroupClient group_client)
        : client_{std::move(client)}, group_client_{std::move(group_client)} {}

    Result<void> create_topic(const TopicSpec& spec, Duration timeout) override;
    Result<void> delete_topic(const std::string& topic, Duration timeout) override;
    Result<std::vector<TopicDescription>> list_topics(Duration timeout) override;
    Result<TopicDescription> describe_topic(const std::string& topic, Duration timeout) override;
    Result<Watermarks> watermarks(const TopicPartition& partition, Duration timeout) override;
    Result<std::int64_t> offset_for_time(const TopicPartition& partition, Timestamp time, Duration timeout) override;
    Result<void> delete_records_before(const TopicPartition& partition, std::int64_t offset, Duration timeout) override;
    Result<std::vector<PartitionOffset>> group_offsets(const std::string& group, Duration timeout) override;
    Result<std::vector<GroupDescription>> list_groups(Duration timeout) override;

private:
    [[nodiscard]] Result<void> wait_for_leaders(const TopicSpec& spec, const Deadline& deadline);
    [[nodiscard]] AdminClient::Question ask_config(const std::string& topic, const Deadline& deadline);
    [[nodiscard]] Result<std::map<std::string, std::string>> told_config(const std::string& topic,
                                                                         const AdminClient::Question& asked,
                                                                         const Deadline& deadline);
    [[nodiscard]] Result<Watermarks> ask_watermarks(const TopicPartition& partition, const Deadline& deadline);
    [[nodiscard]] AdminClient::Question ask_offset(const OffsetQuestion& question, rd_kafka_IsolationLevel_t isolation,
                                                   const Deadline& deadline);
    [[nodiscard]] Result<std::int64_t> told_offset(const OffsetQuestion& question, const AdminClient::Question& asked,
                                                   const Deadline& deadline);
    [[nodiscard]] Result<std::int64_t> offset(const TopicPartition& partition, std::int64_t spec,
                                              rd_kafka_IsolationLevel_t isolation, const Deadline& deadline);
    [[nodiscard]] Result<std::shared_ptr<AdminClient>> client_of(const std::string& group);
    [[nodiscard]] static Result<std::vector<PartitionOffset>> ask_group_offsets(AdminClient& asked,
                                                                                const std::string& group,
                                                                                const std::string& subject,
                                                                                const Deadline& deadline);
    [[nodiscard]] Result<void> count_members(std::vector<GroupDescription>& groups, const Deadline& deadline);

    std::shared_ptr<AdminClient> client_;
    GroupClient group_client_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<AdminClient>> group_clients_;
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
