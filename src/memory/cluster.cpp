#include "memory/cluster.hpp"

#include "core/mutation.hpp"
#include "memory/errors.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace memory {
namespace {

std::size_t varint_bytes(std::size_t length) {
    std::size_t bytes = 1;
    for (std::size_t zigzag = 2 * length; zigzag >= 128; zigzag /= 128) ++bytes;
    return bytes;
}

/// Bytes of a field with its length; null is the length -1, which takes one byte.
std::size_t field_bytes(const std::optional<std::string>& field) {
    return field ? varint_bytes(field->size()) + field->size() : 1;
}

/// What Kafka measures: a batch of this record alone, uncompressed. Source: Kafka's record batch, magic 2.
std::size_t stored_bytes(const Record& record) {
    constexpr std::size_t batch_header = 61;
    constexpr std::size_t attributes_and_deltas = 3;
    std::size_t body = attributes_and_deltas + field_bytes(record.key) + field_bytes(record.value) +
                       varint_bytes(record.headers.size());
    for (const Header& header : record.headers) {
        body += varint_bytes(header.name.size()) + header.name.size() + field_bytes(header.value);
    }
    return batch_header + varint_bytes(body) + body;
}

Timestamp to_milliseconds(Timestamp time) { return std::chrono::floor<std::chrono::milliseconds>(time); }

Result<std::int32_t> choose_partition(const Record& record, const Partitioner& partitioner, Topic& topic) {
    std::optional<std::int32_t> chosen = record.partition;
    if (!chosen) chosen = partitioner.partition(record.key, topic.partitions());
    if (!chosen) {
        chosen = topic.next_any;
        topic.next_any = (topic.next_any + 1) % topic.partitions();
    }
    if (EVENTSDK_MUTATED(13) && record.key && !record.partition) chosen = (*chosen + 1) % topic.partitions();
    if (*chosen < 0 || *chosen >= topic.partitions()) return partition_unknown(record.topic, *chosen);
    return *chosen;
}

}  // namespace

Cluster::Lock Cluster::enter() {
    Lock lock{mutex_};
    let_time_pass();
    return lock;
}

bool Cluster::wait(Lock& lock, std::chrono::steady_clock::time_point deadline) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    const bool told = changed_.wait_until(lock, deadline) == std::cv_status::no_timeout;
    let_time_pass();
    return told;
}

void Cluster::let_time_pass() {
    const MonotonicTime now = monotonic();
    groups_.expire(now);
    transactions_.expire(now, this->now());
}

Timestamp Cluster::now() const { return to_milliseconds(runtime_.clock->now()); }

Result<void> Cluster::create_topic(const TopicSpec& spec) {
    if (auto created = topics_.create(spec, options_.max_record_bytes); !created) return created;
    groups_.topics_changed();
    notify();
    return {};
}

Result<void> Cluster::delete_topic(const std::string& topic) {
    if (!topics_.remove(topic)) return topic_unknown(topic);
    groups_.topics_changed();
    notify();
    return {};
}

Result<Topic*> Cluster::topic_for_write(const std::string& name) {
    if (Topic* topic = topics_.find(name)) return topic;
    if (options_.auto_create_partitions <= 0) return topic_unknown(name);
    if (auto created = create_topic({.name = name, .partitions = options_.auto_create_partitions}); !created) {
        return created.error();
    }
    return topics_.find(name);
}

Result<Timestamp> Cluster::timestamp_for(const Record& record, const Topic& topic) const {
    if (topic.settings.log_append_time || !record.timestamp) return now();
    const Timestamp time = to_milliseconds(*record.timestamp);
    if (std::chrono::duration_cast<Duration>(time - now()) > topic.settings.timestamp_ahead) {
        return make_error(ErrorKind::permanent, codes::timestamp_invalid,
                          "the record's timestamp is further in the future than topic \"" + record.topic + "\" allows",
                          "topic setting message.timestamp.after.max.ms");
    }
    return time;
}

Result<Receipt> Cluster::append(const Record& record, const Partitioner& partitioner,
                                const ProducerHandle* transaction) {
    auto topic = topic_for_write(record.topic);
    if (!topic) return topic.error();
    const auto partition = choose_partition(record, partitioner, **topic);
    if (!partition) return partition.error();
    const std::size_t limit = (*topic)->settings.max_record_bytes;
    if (stored_bytes(record) > limit && !EVENTSDK_MUTATED(14)) {
        return make_error(ErrorKind::permanent, codes::record_too_large,
                          "a record of " + std::to_string(record.size_bytes()) + " bytes is larger than topic \"" +
                              record.topic + "\" takes (" + std::to_string(limit) + ")",
                          "topic setting max.message.bytes");
    }
    if ((*topic)->settings.compact && !record.key && !EVENTSDK_MUTATED(5)) {
        return make_error(ErrorKind::permanent, codes::key_missing,
                          "a record without key cannot be written to the compacted topic \"" + record.topic + "\"");
    }
    const auto time = timestamp_for(record, **topic);
    if (!time) return time.error();
    auto stored = std::make_unique<StoredRecord>();
    stored->topic = (*topic)->name;
    stored->key = record.key;
    stored->value = record.value;
    stored->headers = record.headers;
    if (EVENTSDK_MUTATED(22)) {
        for (Header& header : stored->headers) header.value = header.value.value_or("");
    }
    stored->timestamp = *time;
    stored->log_append_time = (*topic)->settings.log_append_time;
    if (transaction != nullptr) transactions_.add(*transaction, {record.topic, *partition}, monotonic());
    Log& log = (*topic)->logs[static_cast<std::size_t>(*partition)];
    const std::int64_t offset =
        log.append(StoredRecordRef{stored.release()}, transaction != nullptr ? transaction->producer : -1);
    notify();
    return Receipt{record.topic, *partition, offset};
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
