#include "kafka/admin.hpp"
#include "kafka/errors.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Deleter<rd_kafka_NewTopic_destroy>>;
using DeleteTopic = std::unique_ptr<rd_kafka_DeleteTopic_t, Deleter<rd_kafka_DeleteTopic_destroy>>;
using ConfigResource = std::unique_ptr<rd_kafka_ConfigResource_t, Deleter<rd_kafka_ConfigResource_destroy>>;
using TopicCollection = std::unique_ptr<rd_kafka_TopicCollection_t, Deleter<rd_kafka_TopicCollection_destroy>>;

std::string subject_of(std::string_view topic) { return fmt::format("topic '{}'", topic); }

std::map<std::string, std::string> settings_of(const TopicSpec& spec) {
    std::map<std::string, std::string> settings = spec.config;
    constexpr std::array policies{"delete", "compact", "compact,delete"};
    settings.emplace("cleanup.policy", policies[static_cast<std::size_t>(spec.cleanup)]);
    if (spec.retention) {
        settings.emplace("retention.ms",
                         spec.retention == Duration::max() ? "-1" : std::to_string(spec.retention->count()));
    }
    if (spec.min_in_sync_replicas) settings.emplace("min.insync.replicas", std::to_string(*spec.min_in_sync_replicas));
    if (spec.max_record_bytes) settings.emplace("max.message.bytes", std::to_string(*spec.max_record_bytes));
    return settings;
}

Result<void> first_error(const rd_kafka_topic_result_t** results, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const rd_kafka_resp_err_t native = rd_kafka_topic_result_error(results[i]);
        if (native == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
        const char* detail = rd_kafka_topic_result_error_string(results[i]);
        return make_error(native, subject_of(rd_kafka_topic_result_name(results[i])), detail != nullptr ? detail : "");
    }
    return {};
}

void let_the_broker_wait(rd_kafka_AdminOptions_t* options, const Deadline& deadline) {
    rd_kafka_AdminOptions_set_operation_timeout(options, milliseconds(deadline.left()), nullptr, 0);
}

}  // namespace

Result<void> KafkaAdmin::create_topic(const TopicSpec& spec, Duration timeout) {
    const Deadline deadline{timeout};
    const std::string subject = subject_of(spec.name);
    std::array<char, 512> text{};
    const NewTopic topic{
        rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions, spec.replication, text.data(), text.size())};
    if (topic == nullptr) {
        return make_error(ErrorKind::invalid_argument, codes::topic_invalid,
                          fmt::format("{}: {}", subject, text.data()));
    }
    for (const auto& [name, value] : settings_of(spec)) {
        rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
    }
    auto answer = client_->call(
        RD_KAFKA_ADMIN_OP_CREATETOPICS, subject, deadline,
        [&](rd_kafka_t* client, const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            rd_kafka_NewTopic_t* wanted = topic.get();
            rd_kafka_CreateTopics(client, &wanted, 1, options, queue);
        },
        [&](rd_kafka_AdminOptions_t* options) { let_the_broker_wait(options, deadline); });
    if (!answer) return answer.error();
    std::size_t count = 0;
    const auto** results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer->get()), &count);
    if (auto created = first_error(results, count); !created) return created;
    return wait_for_leaders(spec, deadline);
}

Result<void> KafkaAdmin::wait_for_leaders(const TopicSpec& spec, const Deadline& deadline) {
    const std::shared_ptr<rd_kafka_t> client = client_->native();
    const Queue pause{rd_kafka_queue_new(client.get())};
    while (true) {
        const auto metadata =
            client_->metadata(AdminClient::Scope::one_topic, spec.name, subject_of(spec.name), deadline);
        if (!metadata) return metadata.error();
        const rd_kafka_metadata_t& found = **metadata;
        bool led = found.topic_cnt == 1 && found.topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR &&
                   found.topics[0].partition_cnt >= spec.partitions;
        for (int i = 0; led && i < found.topics[0].partition_cnt; ++i) led = found.topics[0].partitions[i].leader >= 0;
        if (led) return {};
        if (deadline.over()) {
            return make_error(ErrorKind::retriable, codes::timeout,
                              fmt::format("{}: created, but without leaders after {} ms", subject_of(spec.name),
                                          deadline.timeout().count()));
        }
        const Event nothing{rd_kafka_queue_poll(pause.get(), deadline.slice_ms(Duration{20}))};
    }
}

Result<void> KafkaAdmin::delete_topic(const std::string& topic, Duration timeout) {
    const Deadline deadline{timeout};
    const DeleteTopic wanted{rd_kafka_DeleteTopic_new(topic.c_str())};
    auto answer = client_->call(
        RD_KAFKA_ADMIN_OP_DELETETOPICS, subject_of(topic), deadline,
        [&](rd_kafka_t* client, const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            rd_kafka_DeleteTopic_t* target = wanted.get();
            rd_kafka_DeleteTopics(client, &target, 1, options, queue);
        },
        [&](rd_kafka_AdminOptions_t* options) { let_the_broker_wait(options, deadline); });
    if (!answer) return answer.error();
    std::size_t count = 0;
    const auto** results =
        rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(answer->get()), &count);
    auto deleted = first_error(results, count);
    answer->event.reset();
    if (deleted) client_->renew();
    return deleted;
}

Result<std::vector<TopicDescription>> KafkaAdmin::list_topics(Duration timeout) {
    const auto metadata = client_->metadata(AdminClient::Scope::all_topics, {}, "list of topics", Deadline{timeout});
    if (!metadata) return metadata.error();
    std::vector<TopicDescription> topics;
    for (int i = 0; i < (*metadata)->topic_cnt; ++i) {
        const rd_kafka_metadata_topic_t& found = (*metadata)->topics[i];
        if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;  // being deleted
        TopicDescription topic{.name = found.topic, .partitions = found.partition_cnt};
        if (found.partition_cnt > 0) topic.replication = static_cast<std::int16_t>(found.partitions[0].replica_cnt);
        topic.internal = topic.name.starts_with("__");
        topics.push_back(std::move(topic));
    }
    return topics;
}

Result<TopicDescription> KafkaAdmin::describe_topic(const std::string& topic, Duration timeout) {
    const Deadline deadline{timeout};
    const char* name = topic.c_str();
    const TopicCollection wanted{rd_kafka_TopicCollection_of_topic_names(&name, 1)};
    const AdminClient::Question config_answer = ask_config(topic, deadline);
    auto answer =
        client_->call(RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, subject_of(topic), deadline,
                      [&](rd_kafka_t* client, const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                          rd_kafka_DescribeTopics(client, wanted.get(), options, queue);
                      });
    if (!answer) return answer.error();
    std::size_t count = 0;
    const auto** found =
        rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(answer->get()), &count);
    if (count != 1) return make_error(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, subject_of(topic));
    const rd_kafka_error_t* failed = rd_kafka_TopicDescription_error(found[0]);
    if (failed != nullptr) return make_error(failed, subject_of(topic));
    TopicDescription description{.name = topic, .internal = rd_kafka_TopicDescription_is_internal(found[0]) != 0};
    if (const rd_kafka_Uuid_t* id = rd_kafka_TopicDescription_topic_id(found[0])) {
        description.id = rd_kafka_Uuid_base64str(id);
    }
    std::size_t partitions = 0;
    const auto** infos = rd_kafka_TopicDescription_partitions(found[0], &partitions);
    description.partitions = static_cast<std::int32_t>(partitions);
    std::size_t replicas = 0;
    if (partitions > 0) static_cast<void>(rd_kafka_TopicPartitionInfo_replicas(infos[0], &replicas));
    description.replication = static_cast<std::int16_t>(replicas);
    auto config = told_config(topic, config_answer, deadline);
    if (!config) return config.error();
    description.config = std::move(*config);
    return description;
}

AdminClient::Question KafkaAdmin::ask_config(const std::string& topic, const Deadline& deadline) {
    const ConfigResource resource{rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str())};
    return client_->ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, deadline,
                        [&](rd_kafka_t* client, const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                            rd_kafka_ConfigResource_t* wanted = resource.get();
                            rd_kafka_DescribeConfigs(client, &wanted, 1, options, queue);
                        });
}

Result<std::map<std::string, std::string>> KafkaAdmin::told_config(const std::string& topic,
                                                                   const AdminClient::Question& asked,
                                                                   const Deadline& deadline) {
    auto answer = client_->answer(asked, subject_of(topic), deadline);
    if (!answer) return answer.error();
    std::size_t count = 0;
    const auto** resources =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(answer->get()), &count);
    std::map<std::string, std::string> settings;
    for (std::size_t i = 0; i < count; ++i) {
        const rd_kafka_resp_err_t native = rd_kafka_ConfigResource_error(resources[i]);
        if (native != RD_KAFKA_RESP_ERR_NO_ERROR) return make_error(native, subject_of(topic));
        std::size_t entries = 0;
        const auto** configs = rd_kafka_ConfigResource_configs(resources[i], &entries);
        for (std::size_t j = 0; j < entries; ++j) {
            const char* value = rd_kafka_ConfigEntry_value(configs[j]);
            settings[rd_kafka_ConfigEntry_name(configs[j])] = value != nullptr ? value : "";
        }
    }
    return settings;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
