#include "bare_producer.hpp"

#include "support.hpp"

#include <array>

namespace bench {
namespace {

void count_report(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(rd_kafka_err2str(message->err));
    ++*static_cast<std::size_t*>(opaque);
}

}  // namespace

BareProducer::BareProducer(const std::string& bootstrap, const std::string& topic,
                           const std::vector<std::pair<std::string, std::string>>& properties) {
    std::array<char, 512> text{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    std::vector<std::pair<std::string, std::string>> settings{{"bootstrap.servers", bootstrap},
                                                              {"enable.idempotence", "true"},
                                                              {"acks", "all"},
                                                              {"linger.ms", "5"},
                                                              {"compression.type", "lz4"},
                                                              {"queue.buffering.max.messages", "10000"},
                                                              {"partitioner", "murmur2_random"}};
    settings.insert(settings.end(), properties.begin(), properties.end());
    for (const auto& [name, value] : settings)
        if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size()) != RD_KAFKA_CONF_OK)
            give_up(text.data());
    rd_kafka_conf_set_dr_msg_cb(conf, count_report);
    rd_kafka_conf_set_opaque(conf, &acknowledged_);
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text.data(), text.size());
    if (handle_ == nullptr) give_up(text.data());
    topic_ = rd_kafka_topic_new(handle_, topic.c_str(), nullptr);
}

BareProducer::~BareProducer() {
    rd_kafka_topic_destroy(topic_);
    rd_kafka_destroy(handle_);
}

void BareProducer::write(const eventsdk::Record& record) {
    for (;;) {
        rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
        for (const eventsdk::Header& header : record.headers)
            rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                                header.value->data(), static_cast<ssize_t>(header.value->size()));
        const rd_kafka_resp_err_t error =
            rd_kafka_producev(handle_, RD_KAFKA_V_RKT(topic_), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                              RD_KAFKA_V_KEY(record.key->data(), record.key->size()),
                              RD_KAFKA_V_VALUE(const_cast<char*>(record.value->data()), record.value->size()),
                              RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
        rd_kafka_headers_destroy(headers);
        if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) give_up(rd_kafka_err2str(error));
        rd_kafka_poll(handle_, 10);
    }
}

void BareProducer::send(std::span<const eventsdk::Record> records) {
    const std::size_t wanted = acknowledged_ + records.size();
    for (const eventsdk::Record& record : records) write(record);
    while (acknowledged_ < wanted) rd_kafka_flush(handle_, 1'000);
}

void BareProducer::run(std::span<const eventsdk::Record> records, std::size_t count) {
    acknowledged_ = 0;
    for (std::size_t i = 0; i < count; ++i) {
        write(records[i % records.size()]);
        if (i % 256 == 0) rd_kafka_poll(handle_, 0);
    }
    while (acknowledged_ < count) rd_kafka_poll(handle_, 100);
}

}  // namespace bench
