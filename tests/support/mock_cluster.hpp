#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdint>
#include <string>
#include <vector>

namespace eventsdk::test {

/// librdkafka's mock cluster: brokers inside this process, on ports of 127.0.0.1.
class MockCluster {
public:
    explicit MockCluster(int brokers = 1);
    ~MockCluster();
    MockCluster(const MockCluster&) = delete;
    MockCluster& operator=(const MockCluster&) = delete;

    [[nodiscard]] std::string bootstrap() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
    void create_topic(const std::string& name, std::int32_t partitions = 1, int replication = 1);
    /// The next requests of that kind fail so, one each; RD_KAFKA_RESP_ERR__TRANSPORT drops the connection.
    void fail_next(std::int16_t api_key, const std::vector<rd_kafka_resp_err_t>& errors);
    [[nodiscard]] rd_kafka_mock_cluster_t* native() const noexcept { return cluster_; }

private:
    rd_kafka_t* client_ = nullptr;
    rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

}  // namespace eventsdk::test
