// The services' tests: no broker, no waiting. Any test framework will do.
#include "catalogue.hpp"
#include "services.hpp"
#include "tracer.hpp"

#include <eventsdk/testing/projection_fixture.hpp>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>

using namespace eventsdk;
using namespace learnflow_services;
using namespace std::chrono_literals;

namespace {

void check(bool holds, const char* sentence) {
    std::cout << (holds ? "ok   " : "FAIL ") << sentence << "\n";
    if (!holds) std::exit(1);
}

// [publishing]
/// A service that publishes, on the fixture's broker.
class Publishing {
public:
    explicit Publishing(Projection (*make)(Producer&))
        : fixture{[this, make](Broker broker) {
                      producer_.emplace(Producer::create(std::move(broker), load_catalogue()).value());
                      return make(*producer_);
                  },
                  load_catalogue()} {}

private:
    std::optional<Producer> producer_;

public:
    testing::ProjectionFixture fixture;
};
// [publishing]

void sends_questions_where_they_belong() {
    Publishing triage{make_triage};
    triage.fixture.given(LearningRequested{"ada", "recursion"}, LearningRequested{"ada", "error: expected ';'"});
    triage.fixture.run();
    check(triage.fixture.published("concepts.requests").size() == 1, "a question is about a concept");
    check(triage.fixture.published("debug.requests").size() == 1, "or about an error");
}

// [double]
void gives_a_double_the_same_answer() {
    Publishing concepts{make_concepts};
    const Record request =
        load_catalogue()
            .prepare(concepts.fixture.broker().runtime(), "ada", ConceptRequested{"ada", "recursion", "beginner"})
            .value();
    concepts.fixture.given(request, request);
    concepts.fixture.run();
    Inbox inbox;
    testing::ProjectionFixture reader{make_inbox(inbox), load_catalogue()};
    for (const Record& answer : concepts.fixture.published("learning.responses")) reader.given(answer);
    reader.run();
    check(concepts.fixture.published("learning.responses").size() == 2 && inbox.of("ada").size() == 1,
          "an event delivered twice has one answer for the student");
}
// [double]

void carries_the_trace_on() {
    Publishing review{make_code_review};
    review.fixture.given(CodeSubmitted{"linus", "loops", "for (;;) {}"});
    review.fixture.run();
    Tracer tracer;
    testing::ProjectionFixture observer{
        make_tracer("tracer", tracer), load_catalogue(), {.topics = load_catalogue().topics()}};
    for (const char* topic : {"code.submissions", "struggle.detected"})
        for (const Record& record : review.fixture.broker().records(topic)) observer.given(record);
    observer.run();
    std::ostringstream shown;
    tracer.print(shown);
    check(shown.str().find("of 2 events\n     code.submitted on code.submissions\n"
                           "       struggle.detected on struggle.detected\n") != std::string::npos,
          "what follows from an event belongs to its trace");
}

void leaves_in_kafka_what_a_slow_service_cannot_take() {
    int asked = 0;
    std::optional<Producer> producer;
    const Author slow = [&asked](const std::string& subject) -> Result<std::string> {
        if (++asked < 5) return Error{.kind = ErrorKind::unavailable, .code = "author", .message = "busy"};
        return "Practise: " + subject;
    };
    testing::ProjectionFixture exercises{[&](Broker broker) {
                                             producer.emplace(Producer::create(broker, load_catalogue()).value());
                                             return make_exercises(*producer, slow);
                                         },
                                         load_catalogue(),
                                         {.buffered_records = 10}};
    for (int i = 0; i < 200; ++i) exercises.given(ConceptRequested{"ada", "recursion", "beginner"});
    exercises.run(2s);
    const MetricLabels where{{"group", "exercises"}, {"topic", "concepts.requests"}, {"partition", "0"}};
    check(exercises.metrics().value("eventsdk_buffered_records", where) <= 10 &&
              exercises.metrics().value("kafka_consumer_lag", where) == 200,
          "of 200 requests a slow service holds ten, the others wait in Kafka");
    exercises.run();
    check(exercises.published("exercise.generated").size() == 200 && exercises.dead_letters().empty(),
          "none is lost, none dead-lettered");
}

}  // namespace

int main() {
    sends_questions_where_they_belong();
    gives_a_double_the_same_answer();
    carries_the_trace_on();
    leaves_in_kafka_what_a_slow_service_cannot_take();
}
