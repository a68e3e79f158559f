#include "fault/consume/log_checker.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

namespace log_checker {
namespace {

using Handle = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;

Handle connect(const std::string& bootstrap, const std::string& group = "log-checker") {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char error[256];
    rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), error, sizeof error);
    rd_kafka_conf_set(conf, "group.id", group.c_str(), error, sizeof error);
    rd_kafka_conf_set(conf, "enable.auto.commit", "false", error, sizeof error);
    rd_kafka_conf_set(conf, "isolation.level", "read_committed", error, sizeof error);
    Handle handle{rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error), &rd_kafka_destroy};
    if (!handle) throw std::runtime_error{error};
    rd_kafka_poll_set_consumer(handle.get());
    return handle;
}

Entry entry_of(const rd_kafka_message_t& message) {
    Entry entry;
    if (message.key != nullptr) entry.key.assign(static_cast<const char*>(message.key), message.key_len);
    if (message.payload != nullptr) entry.value.assign(static_cast<const char*>(message.payload), message.len);
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return entry;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t at = 0; rd_kafka_header_get_all(headers, at, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++at) {
        if (value != nullptr) entry.headers[name] = std::string{static_cast<const char*>(value), size};
    }
    return entry;
}

}  // namespace

std::map<Place, Entry> read_topic(const std::string& bootstrap, const std::string& topic, std::int32_t partitions) {
    const Handle handle = connect(bootstrap);
    std::map<Place, Entry> found;
    std::map<std::int32_t, std::int64_t> ends;
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(partitions);
    for (std::int32_t partition = 0; partition < partitions; ++partition) {
        std::int64_t low = 0;
        std::int64_t high = 0;
        if (rd_kafka_query_watermark_offsets(handle.get(), topic.c_str(), partition, &low, &high, 30'000) != 0)
            throw std::runtime_error{"cannot ask for the bounds of " + topic};
        rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset = low;
        if (high > low) ends[partition] = high;
    }
    rd_kafka_assign(handle.get(), list);
    rd_kafka_topic_partition_list_destroy(list);
    for (int quiet = 0; !ends.empty() && quiet < 300;) {
        rd_kafka_message_t* message = rd_kafka_consumer_poll(handle.get(), 100);
        quiet = message == nullptr ? quiet + 1 : 0;
        if (message == nullptr) continue;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            found.emplace(Place{message->partition, message->offset}, entry_of(*message));
            const auto end = ends.find(message->partition);
            if (end != ends.end() && message->offset + 1 >= end->second) ends.erase(end);
        }
        rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(handle.get());
    if (!ends.empty()) throw std::runtime_error{"not all of " + topic + " could be read"};
    return found;
}

std::vector<std::int64_t> committed(const std::string& bootstrap, const std::string& group, const std::string& topic,
                                    std::int32_t partitions) {
    const Handle handle = connect(bootstrap, group);
    const std::unique_ptr<rd_kafka_topic_partition_list_t, decltype(&rd_kafka_topic_partition_list_destroy)> list{
        rd_kafka_topic_partition_list_new(partitions), &rd_kafka_topic_partition_list_destroy};
    for (std::int32_t partition = 0; partition < partitions; ++partition)
        rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
    // The group's coordinator may be loading, or moving, behind an outage.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    for (auto error = rd_kafka_committed(handle.get(), list.get(), 10'000); error != RD_KAFKA_RESP_ERR_NO_ERROR;
         error = rd_kafka_committed(handle.get(), list.get(), 10'000)) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error{"cannot ask for the offsets of " + group + ": " + rd_kafka_err2str(error)};
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
    std::vector<std::int64_t> offsets;
    for (int at = 0; at < list->cnt; ++at) offsets.push_back(std::max<std::int64_t>(list->elems[at].offset, -1));
    return offsets;
}

}  // namespace log_checker
