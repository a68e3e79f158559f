#pragma once

#include <eventsdk/broker/record.hpp>

#include <librdkafka/rdkafka.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bench {

/// The loop that the SDK is compared with: librdkafka alone with the same settings, writing finished records.
class BareProducer {
public:
    /// @param properties further librdkafka settings, name and value
    BareProducer(const std::string& bootstrap, const std::string& topic,
                 const std::vector<std::pair<std::string, std::string>>& properties = {});
    ~BareProducer();
    BareProducer(const BareProducer&) = delete;
    BareProducer& operator=(const BareProducer&) = delete;

    /// Writes `count` records, those given in turn, and waits for all acknowledgements.
    void run(std::span<const eventsdk::Record> records, std::size_t count);

    /// Writes the records and waits for all acknowledgements, without the linger time.
    void send(std::span<const eventsdk::Record> records);

private:
    void write(const eventsdk::Record& record);

    rd_kafka_t* handle_ = nullptr;
    rd_kafka_topic_t* topic_ = nullptr;
    std::size_t acknowledged_ = 0;
};

}  // namespace bench
