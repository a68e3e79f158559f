#pragma once

#include <librdkafka/rdkafka.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace eventsdk::test {

/// One record as it stands in the topic.
struct PublishedOrder {
    std::string event_id{};
    std::int64_t number = 0;
};

/// By key, in the order of the log.
using PublishedOrders = std::map<std::string, std::vector<PublishedOrder>>;

/// Reads a topic to its end with librdkafka alone.
class BareReader {
public:
    BareReader(const std::string& bootstrap, const std::string& isolation) {
        rd_kafka_conf_t* conf = rd_kafka_conf_new();
        for (const auto& [name, value] : std::map<std::string, std::string>{{"bootstrap.servers", bootstrap},
                                                                            {"group.id", "checker"},
                                                                            {"enable.auto.commit", "false"},
                                                                            {"enable.partition.eof", "true"},
                                                                            {"isolation.level", isolation}}) {
            char why[256];
            if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK)
                throw std::runtime_error{why};
        }
        char why[256];
        consumer_.reset(rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why));
        if (consumer_ == nullptr) throw std::runtime_error{why};
        rd_kafka_poll_set_consumer(consumer_.get());
    }

    PublishedOrders read(const std::string& topic, int partitions) {
        rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(partitions);
        for (int i = 0; i < partitions; ++i)
            rd_kafka_topic_partition_list_add(list, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
        rd_kafka_assign(consumer_.get(), list);
        rd_kafka_topic_partition_list_destroy(list);
        PublishedOrders found;
        int idle_polls = 0;
        for (int ends = 0; ends < partitions;) {
            rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer_.get(), 1'000);
            if (message == nullptr) {
                if (++idle_polls > 60) throw std::runtime_error{"the topic's end is not reached"};
                continue;
            }
            if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ++ends;
            else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) take(*message, found);
            rd_kafka_message_destroy(message);
        }
        return found;
    }

private:
    static void take(const rd_kafka_message_t& message, PublishedOrders& found) {
        const std::string key{static_cast<const char*>(message.key), message.key_len};
        const std::string value{static_cast<const char*>(message.payload), message.len};
        rd_kafka_headers_t* headers = nullptr;
        const void* id = nullptr;
        std::size_t size = 0;
        if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
            rd_kafka_header_get_last(headers, "id", &id, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
            throw std::runtime_error{"a record without an event id"};
        found[key].push_back(
            {std::string{static_cast<const char*>(id), size}, std::stoll(value.substr(value.find("\"number\":") + 9))});
    }

    struct Destroy {
        void operator()(rd_kafka_t* handle) const noexcept { rd_kafka_destroy(handle); }
    };
    std::unique_ptr<rd_kafka_t, Destroy> consumer_;
};

/// What a checker says of the published records beside what was committed.
struct Verdict {
    std::size_t missing = 0;     ///< committed, not published
    std::size_t unwanted = 0;    ///< published, not committed
    std::size_t reordered = 0;   ///< keys whose first occurrences are not in the order of the commits
    std::size_t doubled = 0;     ///< further records of an event, with the same event id
    std::size_t double_ids = 0;  ///< events with two ids: the relay sent something else again
};

inline Verdict compare(const std::map<std::string, std::vector<std::int64_t>>& committed,
                       const PublishedOrders& published) {
    Verdict verdict;
    for (const auto& [key, orders] : published) {
        std::vector<std::int64_t> first;
        std::map<std::int64_t, std::string> ids;
        for (const PublishedOrder& order : orders) {
            const auto [at, is_new] = ids.emplace(order.number, order.event_id);
            if (is_new) first.push_back(order.number);
            else ++verdict.doubled;
            if (at->second != order.event_id) ++verdict.double_ids;
        }
        const auto found = committed.find(key);
        const std::vector<std::int64_t> wanted = found == committed.end() ? std::vector<std::int64_t>{} : found->second;
        if (first == wanted) continue;
        std::size_t known = 0;
        for (const std::int64_t number : wanted) known += ids.count(number);
        verdict.missing += wanted.size() - known;
        verdict.unwanted += first.size() - known;
        if (known == wanted.size() && first.size() == wanted.size()) ++verdict.reordered;
    }
    for (const auto& [key, numbers] : committed) {
        if (!published.contains(key)) verdict.missing += numbers.size();
    }
    return verdict;
}

}  // namespace eventsdk::test
