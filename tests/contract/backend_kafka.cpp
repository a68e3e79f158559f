#include <eventsdk/conformance/run.hpp>
#include <eventsdk/kafka/connect.hpp>

#include "support/kafka_env.hpp"

#include <librdkafka/rdkafka.h>

using namespace eventsdk;

namespace {

class Kafka final : public conformance::BrokerSubject {
public:
    std::string_view name() const override { return "kafka"; }
    Broker make_broker() override {
        kafka::Options options;
        options.bootstrap_servers = test::kafka_bootstrap();
        options.properties["heartbeat.interval.ms"] = "200";                // how soon a member hears of a rebalance
        options.properties["topic.metadata.refresh.interval.ms"] = "1000";  // and a pattern of new topics
        return kafka::connect(options, {.logger = silent_logger()}).value();
    }
    bool cooperative() const override { return rd_kafka_version() >= 0x020a01ff; }  // sound from 2.10.1 on
};

}  // namespace

int main(int argc, char** argv) {
    Kafka broker;
    return conformance::run({.broker = &broker}, argc, argv);
}
