#include <eventsdk/broker/start_lint.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/testing/fault_plan.hpp>

#include "support/catch.hpp"
#include "support/passing_port.hpp"

#include <set>

using namespace eventsdk;

namespace {

struct Cluster {
    memory::Broker memory;
    Broker broker{memory};

    void topic(const std::string& name, Duration retention = Duration::max()) {
        REQUIRE(memory.create_topic({.name = name, .partitions = 1, .retention = retention}));
    }
    /// "topic code" of each finding.
    std::set<std::string> look(const StartPlan& plan) {
        std::set<std::string> found;
        for (const Finding& finding : lint_start(broker, plan, Duration{1'000}).value()) {
            CHECK_FALSE(finding.message.empty());
            CHECK_FALSE(finding.hint.empty());
            found.insert(finding.topic + " " + finding.code);
        }
        return found;
    }
};

using Found = std::set<std::string>;

/// A way to the brokers that has something to say.
class Talking final : public test::PassingPort {
public:
    using PassingPort::PassingPort;
    [[nodiscard]] std::vector<Finding> findings() const override {
        return {{{}, "lint.plaintext", "events travel in the clear", "use TLS"}};
    }
};

}  // namespace

TEST_CASE("what is missing is found before the first record", "[broker][unit]") {
    Cluster cluster;
    cluster.topic("orders");
    cluster.topic("users");
    cluster.topic("users.dlq");
    cluster.topic("users.retry.1s");
    const Found found = cluster.look({.topics = {"orders", "users", "users.retry.1s", "users.retry.10min", "nowhere"}});
    CHECK(found.count("users.retry.10min lint.topic_missing") == 1);
    CHECK(found.count("users.retry.1s lint.dead_letters_missing") == 0);  // they go to users.dlq
    CHECK(found.count("nowhere lint.topic_missing") == 1);
    CHECK(found.count("orders lint.dead_letters_missing") == 1);
    CHECK(found.count("users lint.dead_letters_missing") == 0);
    CHECK(found.count("nowhere lint.dead_letters_missing") == 0);
}

TEST_CASE("each topic is held to its own promise", "[broker][unit]") {
    Cluster cluster;
    for (const std::string name : {"a", "b", "c"}) cluster.topic(name, std::chrono::days{7});
    const Found found = cluster.look(
        {.promises = {{"a", {.event_sourced = true}}, {"b", {}}}, .otherwise = {.replay = std::chrono::days{30}}});
    CHECK(found.count("a lint.short_history") == 1);
    CHECK(found.count("a lint.short_retention") == 0);
    CHECK(found.count("b lint.short_retention") == 0);
    CHECK(found.count("c lint.short_retention") == 1);
}

TEST_CASE("without names every topic is looked at, dead-letter topics beside their sources", "[broker][unit]") {
    Cluster cluster;
    cluster.topic("orders");
    cluster.topic("orders.dlq");
    cluster.topic("users");
    const Found found = cluster.look({});
    CHECK(found.count("users lint.dead_letters_missing") == 1);
    CHECK(found.count("orders.dlq lint.dead_letters_missing") == 0);
    CHECK(found.count("orders lint.dead_letters_missing") == 0);
}

TEST_CASE("the way to the brokers is looked at too", "[broker][unit]") {
    Cluster cluster;
    cluster.broker.decorate(std::make_shared<Talking>(cluster.broker.shared_port()));
    CHECK(cluster.look({}) == Found{" lint.plaintext"});
}

TEST_CASE("brokers that do not tell are an error, not a clean bill of health", "[broker][unit]") {
    Cluster cluster;
    testing::FaultPlan faults{cluster.broker};
    faults.broker_down();
    const auto found = lint_start(cluster.broker, {}, Duration{10});
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == ErrorKind::unavailable);
}
