#include "contract/backend.hpp"
#include "support/kafka_env.hpp"

#include <eventsdk/kafka/connect.hpp>

#include <librdkafka/rdkafka.h>

#include <thread>

namespace contract {
namespace {

using namespace std::chrono_literals;

class KafkaBackend final : public Backend {
public:
    std::string_view name() const override { return "kafka"; }
    Broker make_broker() override {
        eventsdk::kafka::Options options;
        options.bootstrap_servers = eventsdk::test::kafka_bootstrap();
        options.properties["heartbeat.interval.ms"] = "200";                // how soon a member hears of a rebalance
        options.properties["topic.metadata.refresh.interval.ms"] = "1000";  // and a pattern of new topics
        return eventsdk::kafka::connect(options, {.logger = eventsdk::silent_logger()}).value();
    }
    bool cooperative() const override { return rd_kafka_version() >= 0x020a01ff; }  // sound from 2.10.1 on
    Duration patience() const override { return 20s; }
    Duration quiet() const override { return 500ms; }
    Duration step() const override { return 20ms; }
    void pass(Duration time) override { std::this_thread::sleep_for(time); }
    eventsdk::Timestamp now() const override { return eventsdk::system_clock()->now(); }
};

}  // namespace

Backend& backend() {
    static KafkaBackend kafka;
    return kafka;
}

}  // namespace contract
