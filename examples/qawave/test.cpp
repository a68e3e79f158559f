// The services' tests: no broker, no waiting. Any test framework will do.
#include "catalogue.hpp"
#include "services.hpp"

#include <eventsdk/testing/projection_fixture.hpp>

#include <cstdlib>
#include <iostream>
#include <optional>

using namespace eventsdk;
using namespace qawave;

namespace {

void check(bool holds, const char* sentence) {
    std::cout << (holds ? "ok   " : "FAIL ") << sentence << "\n";
    if (!holds) std::exit(1);
}

std::vector<std::string> types_of(PackageStore& store, const std::string& plan, std::int64_t cursor = 0) {
    std::vector<std::string> types;
    for (const auto& event : store.since(plan, cursor).value()) types.push_back(event.type);
    return types;
}

/// The recorder on a fixture of its own, with a store in memory.
struct Recording {
    std::unique_ptr<PackageStore> store = PackageStore::open(":memory:").value();
    std::vector<std::string> alerts{};
    std::optional<Producer> producer{};
    testing::ProjectionFixture fixture{
        [this](Broker broker) {
            producer.emplace(Producer::create(broker, load_catalogue()).value());
            return make_recorder(*store, *producer, [this](const std::string& text) { alerts.push_back(text); });
        },
        load_catalogue()};
};

void keeps_events_for_queries() {
    Recording recording;
    recording.fixture.given(testing::with_id("p-1", ScenarioCreated{"s-1", "log in"}),
                            testing::with_id("p-2", ScenarioCreated{"s-9", "log out"}),
                            testing::with_id("p-1", ExecutionComplete{"s-1", false, 99}),
                            testing::with_id("p-1", RunComplete{0, 1}));
    recording.fixture.run();
    check(types_of(*recording.store, "p-1") ==
              std::vector<std::string>{"SCENARIO_CREATED", "EXECUTION_FAILED", "RUN_COMPLETE"},
          "a plan's events are kept in order, the wire type by the value");
    check(types_of(*recording.store, "p-1", 1).size() == 2, "the cursor leaves out what the front end has");
    check(recording.alerts == std::vector<std::string>{"scenario s-1 failed"}, "a failed scenario alerts");
    check(recording.fixture.published("audit-events").size() == 1, "a complete run is in the audit trail");
}

void runs_what_the_document_names() {
    std::optional<Producer> producer;
    testing::ProjectionFixture fixture{[&](Broker broker) {
                                           producer.emplace(Producer::create(broker, load_catalogue()).value());
                                           return make_runner(*producer);
                                       },
                                       load_catalogue()};
    fixture.given(PackageRequested{{{"log in", "should fail"}}});
    fixture.run();
    check(fixture.published("qa-package-events").size() == 5,
          "each scenario is created and run, then the run is complete");
    for (const char* body :
         {R"({"request":{"depth":2}})", R"({"request":no})", R"({"request":{"scenarios":[]},"x":1})"})
        check(producer->publish_json("p-1", "PACKAGE_REQUESTED", 1, body).error().kind == ErrorKind::permanent,
              "a document that its schema does not know is refused at the door");
}

}  // namespace

int main() {
    keeps_events_for_queries();
    runs_what_the_document_names();
}
