#include "support/mock_cluster.hpp"

#include <stdexcept>

namespace eventsdk::test {

MockCluster::MockCluster(int brokers) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    cluster_ = rd_kafka_mock_cluster_new(client_, brokers);
    if (cluster_ == nullptr) throw std::runtime_error{"librdkafka's mock cluster does not start"};
    rd_kafka_mock_group_initial_rebalance_delay_ms(cluster_, 0);
}

MockCluster::~MockCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(client_);
}

void MockCluster::create_topic(const std::string& name, std::int32_t partitions, int replication) {
    if (rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, replication) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw std::runtime_error{"the mock cluster refuses topic " + name};
    }
}

void MockCluster::fail_next(std::int16_t api_key, const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, api_key, errors.size(), errors.data());
}

}  // namespace eventsdk::test
