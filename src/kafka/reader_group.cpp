// The reader as a member of its group: commits, metadata, leaving.
#include "kafka/errors.hpp"
#include "kafka/positions.hpp"
#include "kafka/reader.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

constexpr std::size_t most_metadata = 4'096;

}  // namespace

Result<void> KafkaReader::check_commit(std::span<const PartitionOffset> positions) const {
    if (auto usable = check_usable(); !usable) return usable;
    if (options_.group.empty()) {
        return make_error(ErrorKind::invalid_argument, codes::no_group, "a reader without a group cannot commit",
                          "set group in the reader's options");
    }
    for (const PartitionOffset& position : positions) {
        if (position.metadata.size() > most_metadata) {
            return make_error(ErrorKind::invalid_argument, codes::metadata_too_large,
                              fmt::format("topic '{}' partition {}: {} bytes of metadata, at most {} fit",
                                          position.topic, position.partition, position.metadata.size(), most_metadata));
        }
        if (position.offset < 0) {
            return make_error(ErrorKind::invalid_argument, codes::options_invalid,
                              fmt::format("topic '{}' partition {}: offset {} cannot be committed", position.topic,
                                          position.partition, position.offset));
        }
        if (subscribed() && !find({position.topic, position.partition})) {
            return make_error(ErrorKind::fenced, codes::not_owner,
                              fmt::format("topic '{}' partition {} no longer belongs to this member of group '{}'",
                                          position.topic, position.partition, options_.group));
        }
    }
    return {};
}

Result<void> KafkaReader::commit(std::span<const PartitionOffset> positions, Duration timeout) {
    if (auto checked = check_commit(positions); !checked) return checked;
    return positions.empty() ? Result<void>{} : commits_->commit(positions, timeout);
}

void KafkaReader::commit_async(std::span<const PartitionOffset> positions) {
    if (auto checked = check_commit(positions); !checked) commits_->log_failure(checked.error());
    else commits_->commit_async(positions);
}

Result<std::vector<PartitionOffset>> KafkaReader::committed(std::span<const TopicPartition> partitions,
                                                            Duration timeout) {
    if (auto checked = check_commit({}); !checked) return checked.error();
    const std::string subject = fmt::format("committed offsets of group '{}'", options_.group);
    const PartitionList list = to_native(partitions);
    const rd_kafka_resp_err_t failed = partitions.empty()
                                           ? RD_KAFKA_RESP_ERR_NO_ERROR
                                           : rd_kafka_committed(native(), list.get(), milliseconds(timeout));
    if (failed == RD_KAFKA_RESP_ERR__TIMED_OUT) return context().causes.explain_timeout(subject, timeout);
    if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return make_error(failed, subject);
    std::vector<PartitionOffset> positions;
    for (int i = 0; i < list->cnt; ++i) {
        if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return make_error(list->elems[i].err, subject);
        positions.push_back(from_native(list->elems[i]));
    }
    return positions;
}

Result<GroupMetadata> KafkaReader::group_metadata() {
    if (auto checked = check_commit({}); !checked) return checked.error();
    std::shared_ptr<rd_kafka_consumer_group_metadata_t> native_metadata{rd_kafka_consumer_group_metadata(native()),
                                                                        rd_kafka_consumer_group_metadata_destroy};
    if (native_metadata == nullptr) return make_error(RD_KAFKA_RESP_ERR__UNKNOWN_GROUP, "group metadata");
    GroupMetadata metadata;
    metadata.group = options_.group;
    metadata.generation = rd_kafka_consumer_group_metadata_generation_id(native_metadata.get());
    metadata.member = rd_kafka_consumer_group_metadata_member_id(native_metadata.get());
    const char* instance = rd_kafka_consumer_group_metadata_group_instance_id(native_metadata.get());
    if (instance != nullptr) metadata.instance = instance;
    metadata.native = std::move(native_metadata);
    return metadata;
}

void KafkaReader::leave_group(const Deadline& deadline) {
    const NativeError failed{rd_kafka_consumer_close_queue(native(), events_.get())};
    while (failed == nullptr && rd_kafka_consumer_closed(native()) == 0 && !deadline.over()) {
        const Event event{rd_kafka_queue_poll(events_.get(), deadline.slice_ms(Duration{50}))};
        if (event == nullptr) continue;
        if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE &&
            rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
            rd_kafka_assign(native(), nullptr);  // too late to begin
            continue;
        }
        take_event(event.get());
    }
}

void KafkaReader::close(Duration timeout) noexcept {
    const std::lock_guard once{close_mutex_};
    if (closed_) return;
    const Deadline deadline{timeout};
    try {
        if (subscribed()) leave_group(deadline);
        give_up(assignment(), true);  // what could not be revoked in time
    } catch (const std::exception& failure) {
        context().runtime.logger->log(LogLevel::error, "closing the Kafka reader failed",
                                      {{"reason", std::string_view{failure.what()}}});
    }
    closed_ = true;
    rd_kafka_queue_cb_event_enable(events_.get(), nullptr, nullptr);
    {
        const std::lock_guard lock{mutex_};
        partitions_.clear();
    }
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
