#include <eventsdk/memory/broker.hpp>
#include <eventsdk/produce/transactional_id.hpp>
#include <eventsdk/produce/transactional_producer.hpp>
#include <eventsdk/testing/collecting_logger.hpp>

#include "support/assignment_events.hpp"
#include "support/catch.hpp"

#include <cstdlib>

using namespace eventsdk;

namespace {

/// The environment variables that name an instance, for one test.
class Environment {
public:
    Environment(const char* instance, const char* host) {
        set("EVENTSDK_INSTANCE", instance);
        set("HOSTNAME", host);
    }
    ~Environment() {
        set("EVENTSDK_INSTANCE", nullptr);
        set("HOSTNAME", host_.empty() ? nullptr : host_.c_str());
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

private:
    static void set(const char* name, const char* value) {
        value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
    }
    static std::string host() {
        const char* value = std::getenv("HOSTNAME");
        return value == nullptr ? std::string{} : std::string{value};
    }
    const std::string host_ = host();
};

}  // namespace

TEST_CASE("a transactional id is the same at every start of an instance", "[produce][unit]") {
    CHECK(transactional_id("grader", "0").value() == "grader-0");
    CHECK(transactional_id("grader", "0").value() == transactional_id("grader", "0").value());
    CHECK(transactional_id("grader", "1").value() != transactional_id("grader", "0").value());
    for (const auto& [application, instance] :
         std::vector<std::pair<std::string, std::string>>{{"", "0"},
                                                          {"grader", ""},
                                                          {"gra der", "0"},
                                                          {"grader", "0\n"},
                                                          {std::string(240, 'a'), std::string(9, 'b')}})
        CHECK(transactional_id(application, instance).error().code == "transactional_id.part");
    CHECK(transactional_id(std::string(240, 'a'), std::string(8, 'b')));
}

TEST_CASE("an instance is named by what outlives a restart only", "[produce][unit]") {
    {
        const Environment given{"shard-a", "whatever"};
        CHECK(stable_instance_name().value() == "shard-a");
    }
    for (const char* host : {"grader-0", "grader-12"}) {
        const Environment pod{nullptr, host};
        CHECK(stable_instance_name().value() == host);
    }
    for (const char* host : {"grader-7d4f9c6b5-x2x9z", "0f3c9a1b2d4e", "grader", "grader-007", "grader-58291", ""}) {
        CAPTURE(host);
        const Environment container{nullptr, host};
        CHECK(stable_instance_name().error().code == "transactional_id.unstable");
    }
}

TEST_CASE("a transactional id that two producers of a process share is warned of at the start", "[produce][unit]") {
    const auto logger = std::make_shared<testing::CollectingLogger>();
    memory::Broker memory{{}, Runtime{.logger = logger}};
    const Broker broker{memory};
    const Catalogue catalogue = support::assignment_catalogue();
    {
        const auto first = TransactionalProducer::create(broker, catalogue, {.transactional_id = "shared-1"}).value();
        const auto other = TransactionalProducer::create(broker, catalogue, {.transactional_id = "shared-2"}).value();
        CHECK_FALSE(logger->contains("lint.transactional_id_shared"));
        const auto second = TransactionalProducer::create(broker, catalogue, {.transactional_id = "shared-1"}).value();
        CHECK(logger->contains("lint.transactional_id_shared"));
    }
    logger->clear();
    const auto later = TransactionalProducer::create(broker, catalogue, {.transactional_id = "shared-1"}).value();
    CHECK_FALSE(logger->contains("lint.transactional_id_shared"));
}
