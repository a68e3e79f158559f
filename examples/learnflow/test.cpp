// The services' tests: no broker, no waiting; the fixture's clock passes the pauses. Any test framework will do.
#include "catalogue.hpp"
#include "services.hpp"

#include <eventsdk/testing/projection_fixture.hpp>

#include <cstdlib>
#include <iostream>
#include <optional>

using namespace eventsdk;
using namespace learnflow;
using namespace std::chrono_literals;

namespace {

void check(bool holds, const char* sentence) {
    std::cout << (holds ? "ok   " : "FAIL ") << sentence << "\n";
    if (!holds) std::exit(1);
}

void retries_the_sandbox() {
    std::vector<Timestamp> tries;
    testing::ManualClock* clock = nullptr;
    const Sandbox broken = [&](const CodeSubmitted&) -> Result<bool> {
        tries.push_back(clock->now());
        return Error{.kind = ErrorKind::retriable, .code = "sandbox.broken", .message = "no compiler"};
    };
    testing::ProjectionFixture fixture{
        make_grader(broken, [](const auto&, const auto&, bool) {}), load_catalogue(), {.retry = {.jitter = 0}}};
    clock = &fixture.clock();
    fixture.given(CodeSubmitted{"loops", "return 1", "rust"});
    fixture.run();
    check(tries.size() == 4 && tries[1] - tries[0] >= 1s && tries[2] - tries[1] >= 2s && tries[3] - tries[2] >= 4s,
          "a broken sandbox is asked again after 1, 2 and 4 s");
    check(fixture.dead_letters().size() == 1 && fixture.dead_letters()[0].topic == "code-submitted.dlq",
          "then the submission is in code-submitted.dlq");
}

void reads_what_dapr_writes() {
    std::vector<std::string> graded;
    testing::ProjectionFixture fixture{make_grader([](const CodeSubmitted&) { return Result<bool>{true}; },
                                                   [&](const std::string& user, const auto& exercise, bool) {
                                                       graded.push_back(user + " " + exercise);
                                                   }),
                                       load_catalogue()};
    fixture.given(Record{.topic = "code-submitted", .key = "linus", .value = R"({"specversion": "1.0", "id": "1",
        "source": "exercise-service", "type": "code.submitted", "traceparent": "",
        "data": {"exerciseId": "loops", "code": "", "language": "python"}})"});
    fixture.run();
    check(graded == std::vector<std::string>{"linus loops"}, "a CloudEvent of Dapr is graded like any other");
}

void writes_what_dapr_reads() {
    const Catalogue catalogue = load_catalogue("", EnvelopeFormat::cloudevents_structured());
    const StruggleDetected struggle{StruggleType::logic_error, "loops", 0.75, "show a worked example"};
    const Record record = catalogue.prepare(Runtime{}, "grace", struggle).value();
    bool complete = record.key == "grace" && record.value.has_value();
    for (const char* member : {R"("specversion":"1.0")", R"("type":"struggle.detected")", R"("id":")", R"("source":")",
                               R"("datacontenttype":"application/json")", R"("data":{"struggleType":"logic_error",)"})
        complete = complete && record.value->find(member) != std::string::npos;
    check(complete, "on request struggles are structured CloudEvents, which services behind Dapr read");
}

void notices_struggles() {
    Struggles struggles;
    std::optional<Producer> producer;
    testing::ProjectionFixture fixture{[&](Broker broker) {
                                           producer.emplace(Producer::create(broker, load_catalogue()).value());
                                           return make_tutor(struggles, *producer);
                                       },
                                       load_catalogue()};
    fixture.given(LearningEvent{Activity::help_requested, "loops", {}, {}},
                  LearningEvent{Activity::help_requested, "trees", {}, {}});
    fixture.run();
    check(fixture.published("struggle-detected").empty(), "asking once is no struggle");
    fixture.given(LearningEvent{Activity::help_requested, "loops", {}, {}});
    fixture.run();
    check(fixture.published("struggle-detected").size() == 1, "asking again on the same exercise is one");
}

}  // namespace

int main() {
    retries_the_sandbox();
    reads_what_dapr_writes();
    writes_what_dapr_reads();
    notices_struggles();
}
