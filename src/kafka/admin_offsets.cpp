#include "kafka/admin.hpp"
#include "kafka/errors.hpp"
#include "kafka/positions.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <thread>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

using DeleteRecords = std::unique_ptr<rd_kafka_DeleteRecords_t, Deleter<rd_kafka_DeleteRecords_destroy>>;
using GroupOffsets =
    std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t, Deleter<rd_kafka_ListConsumerGroupOffsets_destroy>>;

constexpr Duration coordinator_pause{100};
constexpr Duration leader_pause{50};  // a broker leads a new topic a little after it is known as its leader
constexpr std::size_t most_group_clients = 8;

std::string subject_of_partition(const TopicPartition& partition) {
    return fmt::format("topic '{}' partition {}", partition.topic, partition.partition);
}

}  // namespace

AdminClient::Question KafkaAdmin::ask_offset(const OffsetQuestion& question, rd_kafka_IsolationLevel_t isolation,
                                             const Deadline& deadline) {
    return client_->ask(
        RD_KAFKA_ADMIN_OP_LISTOFFSETS, deadline,
        [&](rd_kafka_t* client, const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            send_list_offsets(client, {&question, 1}, options, queue);
        },
        [&](rd_kafka_AdminOptions_t* options) {
            NativeError{rd_kafka_AdminOptions_set_isolation_level(options, isolation)};
        });
}

Result<std::int64_t> KafkaAdmin::told_offset(const OffsetQuestion& question, const AdminClient::Question& asked,
                                             const Deadline& deadline) {
    auto answer = client_->answer(asked, subject_of_partition({question.topic, question.partition}), deadline);
    if (!answer && answer.error().native_code == RD_KAFKA_RESP_ERR__NOENT) {
        return explain_no_leader(client_->native().get(), {&question, 1}, deadline.left());
    }
    if (!answer) return answer.error();
    auto offsets = read_offsets(answer->get(), {&question, 1});
    if (!offsets) return offsets.error();
    return offsets->front();
}

Result<std::int64_t> KafkaAdmin::offset(const TopicPartition& partition, std::int64_t spec,
                                        rd_kafka_IsolationLevel_t isolation, const Deadline& deadline) {
    const OffsetQuestion question{partition.topic, partition.partition, spec};
    return told_offset(question, ask_offset(question, isolation, deadline), deadline);
}

Result<Watermarks> KafkaAdmin::watermarks(const TopicPartition& partition, Duration timeout) {
    const Deadline deadline{timeout};
    while (true) {
        auto marks = ask_watermarks(partition, deadline);
        const bool moving = !marks && marks.error().native_code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
        if (!moving || deadline.over()) return marks;
        std::this_thread::sleep_for(std::min(leader_pause, deadline.left()));
    }
}

// Three questions in the time of one: restoring an aggregate asks them every time.
Result<Watermarks> KafkaAdmin::ask_watermarks(const TopicPartition& partition, const Deadline& deadline) {
    const OffsetQuestion first{partition.topic, partition.partition, RD_KAFKA_OFFSET_SPEC_EARLIEST};
    const OffsetQuestion last{partition.topic, partition.partition, RD_KAFKA_OFFSET_SPEC_LATEST};
    const AdminClient::Question low_answer = ask_offset(first, RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED, deadline);
    const AdminClient::Question stable_answer = ask_offset(last, RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED, deadline);
    const AdminClient::Question high_answer = ask_offset(last, RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED, deadline);
    const auto low = told_offset(first, low_answer, deadline);
    if (!low) return low.error();
    const auto stable = told_offset(last, stable_answer, deadline);
    if (!stable) return stable.error();
    const auto high = told_offset(last, high_answer, deadline);
    if (!high) return high.error();
    // Answered at slightly different times, between which the log may have grown or been cut.
    Watermarks marks{.low = *low, .high = *high, .last_stable = std::max(*low, *stable)};
    marks.high = std::max(marks.high, marks.last_stable);
    return marks;
}

Result<std::int64_t> KafkaAdmin::offset_for_time(const TopicPartition& partition, Timestamp time, Duration timeout) {
    const Deadline deadline{timeout};
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(time).time_since_epoch().count();
    auto found =
        offset(partition, std::max<std::int64_t>(0, milliseconds), RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED, deadline);
    if (!found || *found >= 0) return found;
    return offset(partition, RD_KAFKA_OFFSET_SPEC_LATEST, RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED, deadline);
}

Result<void> KafkaAdmin::delete_records_before(const TopicPartition& partition, std::int64_t before, Duration timeout) {
    const PartitionList list{rd_kafka_topic_partition_list_new(1)};
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)->offset = before;
    const DeleteRecords wanted{rd_kafka_DeleteRecords_new(list.get())};
    auto answer =
        client_->call(RD_KAFKA_ADMIN_OP_DELETERECORDS, subject_of_partition(partition), Deadline{timeout},
                      [&](rd_kafka_t* client, const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                          rd_kafka_DeleteRecords_t* target = wanted.get();
                          rd_kafka_DeleteRecords(client, &target, 1, options, queue);
                      });
    const OffsetQuestion question{partition.topic, partition.partition};
    if (!answer && answer.error().native_code == RD_KAFKA_RESP_ERR__NOENT) {
        return explain_no_leader(client_->native().get(), {&question, 1}, timeout);
    }
    if (!answer) return answer.error();
    const auto* offsets = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(answer->get()));
    for (int i = 0; i < offsets->cnt; ++i) {
        if (offsets->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            Error error = make_error(offsets->elems[i].err, subject_of_partition(partition));
            if (error.code == codes::offset_out_of_range) error.kind = ErrorKind::invalid_argument;  // beyond the end
            return error;
        }
    }
    return {};
}

Result<std::shared_ptr<AdminClient>> KafkaAdmin::client_of(const std::string& group) {
    const std::lock_guard lock{mutex_};
    if (const auto found = group_clients_.find(group); found != group_clients_.end()) return found->second;
    auto made = group_client_(group);
    if (!made) return made.error();
    if (group_clients_.size() >= most_group_clients) group_clients_.clear();
    return group_clients_[group] = std::move(*made);
}

Result<std::vector<PartitionOffset>> KafkaAdmin::group_offsets(const std::string& group, Duration timeout) {
    const std::string subject = fmt::format("offsets of group '{}'", group);
    if (group.empty()) return make_error(RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, subject);
    auto client = client_of(group);
    if (!client) return client.error();
    const Deadline deadline{timeout};
    while (true) {
        auto positions = ask_group_offsets(**client, group, subject, deadline);
        // A coordinator that is loading or moving answers a moment later.
        if (positions || positions.error().code != "kafka.coordinator" || deadline.left() <= coordinator_pause)
            return positions;
        std::this_thread::sleep_for(coordinator_pause);
    }
}

Result<std::vector<PartitionOffset>> KafkaAdmin::ask_group_offsets(AdminClient& asked, const std::string& group,
                                                                   const std::string& subject,
                                                                   const Deadline& deadline) {
    const GroupOffsets wanted{rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), nullptr)};
    auto answer = asked.call(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, subject, deadline,
                             [&](rd_kafka_t* client, const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                                 rd_kafka_ListConsumerGroupOffsets_t* target = wanted.get();
                                 rd_kafka_ListConsumerGroupOffsets(client, &target, 1, options, queue);
                             });
    if (!answer) return answer.error();
    std::size_t count = 0;
    const auto** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
        rd_kafka_event_ListConsumerGroupOffsets_result(answer->get()), &count);
    std::vector<PartitionOffset> positions;
    for (std::size_t i = 0; i < count; ++i) {
        if (const auto* failed = rd_kafka_group_result_error(groups[i])) return make_error(failed, subject);
        const auto* list = rd_kafka_group_result_partitions(groups[i]);
        for (int j = 0; list != nullptr && j < list->cnt; ++j) {
            const rd_kafka_topic_partition_t& found = list->elems[j];
            if (found.offset < 0) continue;
            positions.push_back(from_native(found));
        }
    }
    return positions;
}

Result<std::vector<GroupDescription>> KafkaAdmin::list_groups(Duration timeout) {
    const Deadline deadline{timeout};
    auto answer = client_->call(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, "list of groups", deadline,
                                [](rd_kafka_t* client, const rd_kafka_AdminOptions_t* options,
                                   rd_kafka_queue_t* queue) { rd_kafka_ListConsumerGroups(client, options, queue); });
    if (!answer) return answer.error();
    std::size_t count = 0;
    const auto** listings =
        rd_kafka_ListConsumerGroups_result_valid(rd_kafka_event_ListConsumerGroups_result(answer->get()), &count);
    std::vector<GroupDescription> groups;
    for (std::size_t i = 0; i < count; ++i) {
        groups.push_back(
            {.group = rd_kafka_ConsumerGroupListing_group_id(listings[i]),
             .state = rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupListing_state(listings[i]))});
    }
    if (auto counted = count_members(groups, deadline); !counted) return counted.error();
    return groups;
}

Result<void> KafkaAdmin::count_members(std::vector<GroupDescription>& groups, const Deadline& deadline) {
    if (groups.empty()) return {};
    std::vector<const char*> names;
    names.reserve(groups.size());
    for (const GroupDescription& group : groups) names.push_back(group.group.c_str());
    auto answer =
        client_->call(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, "description of groups", deadline,
                      [&](rd_kafka_t* client, const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                          rd_kafka_DescribeConsumerGroups(client, names.data(), names.size(), options, queue);
                      });
    if (!answer) return answer.error();
    std::size_t count = 0;
    const auto** found = rd_kafka_DescribeConsumerGroups_result_groups(
        rd_kafka_event_DescribeConsumerGroups_result(answer->get()), &count);
    for (std::size_t i = 0; i < count; ++i) {
        for (GroupDescription& group : groups) {
            if (group.group != rd_kafka_ConsumerGroupDescription_group_id(found[i])) continue;
            group.members = rd_kafka_ConsumerGroupDescription_member_count(found[i]);
            group.state = rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(found[i]));
        }
    }
    return {};
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
