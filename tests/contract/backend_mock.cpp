#include "contract/backend.hpp"
#include "support/mock_cluster.hpp"

#include <eventsdk/kafka/connect.hpp>

#include <thread>

namespace contract {
namespace {

using namespace std::chrono_literals;

class MockBackend final : public Backend {
public:
    std::string_view name() const override { return "mock"; }
    Broker make_broker() override {
        eventsdk::kafka::Options options;
        options.bootstrap_servers = cluster_.bootstrap();
        return eventsdk::kafka::connect(options, {.logger = eventsdk::silent_logger()}).value();
    }
    void create_topic(const TopicSpec& spec) override { cluster_.create_topic(spec.name, spec.partitions); }
    bool cooperative() const override { return rd_kafka_version() >= 0x020a01ff; }  // sound from 2.10.1 on
    Duration patience() const override { return 20s; }
    Duration quiet() const override { return 500ms; }
    Duration step() const override { return 20ms; }
    void pass(Duration time) override { std::this_thread::sleep_for(time); }
    eventsdk::Timestamp now() const override { return eventsdk::system_clock()->now(); }

private:
    eventsdk::test::MockCluster cluster_;
};

}  // namespace

Backend& backend() {
    static MockBackend mock;
    return mock;
}

}  // namespace contract
