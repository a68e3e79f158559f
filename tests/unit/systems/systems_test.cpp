#include <eventsdk/catalogue/catalogue.hpp>

#include <examples/campus_hub/events.hpp>
#include <examples/ixe/events.hpp>
#include <examples/learnflow/events.hpp>
#include <examples/learnflow_services/events.hpp>
#include <examples/qawave/events.hpp>
#include <support/catch.hpp>
#include <support/golden.hpp>

using namespace eventsdk;

namespace {

const std::string examples = std::string{EVENTSDK_SOURCE_DIR} + "/examples/";
const Uuid event_id = *Uuid::parse("019a3a23-8e00-7123-8123-456789abcdef");
const Uuid ada = *Uuid::parse("3f0c9a52-6c1e-4d0e-9d1b-0f2d7a3e5b10");
const auto trace = TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
const Timestamp noon{std::chrono::milliseconds{1'795'176'000'000}};

/// Publishes an event into its own topic and format, compares the record with its golden file, reads it back, and
/// publishes what was read: the same bytes again.
template <class T>
void check_both_ways(const Catalogue& catalogue, const std::string& topic, const T& event, const std::string& name) {
    INFO(name);
    const Runtime runtime{.logger = silent_logger()};
    const PublishOptions options{.event_id = event_id, .occurred_at = noon, .trace = trace};
    const Record written = catalogue.prepare(runtime, "key-1", event, options).value();
    CHECK(written.topic == topic);
    support::check_golden("systems/" + name + ".record", support::shown(written));

    OpenScratch scratch;
    Opened opened;
    const ReceivedRecord received = make_received(written, 0, 7);
    catalogue.open(received, scratch, opened).value();
    CHECK(opened.known);
    const T read = opened.as<T>().value();
    const PublishOptions again{.event_id = Uuid::parse(opened.envelope.event_id),
                               .occurred_at = opened.envelope.occurred_at,
                               .trace = TraceContext::parse(opened.envelope.traceparent)};
    CHECK(catalogue.prepare(runtime, opened.envelope.aggregate_id, read, again).value() == written);
}

}  // namespace

TEST_CASE("the campus platform's events go through their topics both ways", "[systems][unit]") {
    using namespace campus_hub;
    const auto catalogue = Catalogue::load({.environment = "prod", .schemas = examples + "campus_hub/schemas"},
                                           event<AssignmentSubmitted>(), event<SessionStarted>(), event<BadgeAwarded>())
                               .value();
    const AssignmentSubmitted submitted{
        .course_id = ada, .student_id = ada, .file_url = "https://files.example.com/a.pdf"};
    check_both_ways(catalogue, "prod.education.assignment", submitted, "campus_assignment_submitted");
    check_both_ways(catalogue, "prod.identity.session", SessionStarted{ada, noon}, "campus_session_started");
    check_both_ways(catalogue, "prod.gamification.badge", BadgeAwarded{ada, "early bird", 5}, "campus_badge_awarded");
}

TEST_CASE("the learning platform's events go through its three topics both ways", "[systems][unit]") {
    using namespace learnflow;
    const auto catalogue =
        Catalogue::load({.schemas = examples + "learnflow/schemas"},
                        event<LearningEvent>({.topic = "learning-events", .format = layouts::learning_events()}),
                        event<CodeSubmitted>({.topic = "code-submitted", .format = layouts::code_submitted()}),
                        event<StruggleDetected>({.topic = "struggle-detected", .format = layouts::struggle_detected()}))
            .value();
    check_both_ways(catalogue, "learning-events", LearningEvent{Activity::exercise_started, "e-1", {}, {}},
                    "learnflow_exercise_started");
    check_both_ways(catalogue, "learning-events", LearningEvent{Activity::exercise_completed, "e-1", 120, 3},
                    "learnflow_exercise_completed");
    check_both_ways(catalogue, "learning-events", LearningEvent{Activity::help_requested, "e-1", {}, {}},
                    "learnflow_help_requested");
    check_both_ways(catalogue, "code-submitted", CodeSubmitted{"e-1", "print(\"hi\")\n", "python"},
                    "learnflow_code_submitted");
    check_both_ways(catalogue, "struggle-detected",
                    StruggleDetected{StruggleType::logic_error, "loops", 0.75, "show a hint"},
                    "learnflow_struggle_detected");
}

TEST_CASE("the learning services' events go through eight topics as CloudEvents, in both modes", "[systems][unit]") {
    using namespace learnflow_services;
    for (const bool binary : {false, true}) {
        const EnvelopeFormat format =
            binary ? EnvelopeFormat::cloudevents_binary() : EnvelopeFormat::cloudevents_structured();
        const auto on = [&format](std::string topic) {
            return EventOptions{.topic = std::move(topic), .format = format};
        };
        const auto catalogue =
            Catalogue::load(
                {.schemas = examples + "learnflow_services/schemas"}, event<LearningRequested>(on("learning.requests")),
                event<ConceptRequested>(on("concepts.requests")), event<CodeSubmitted>(on("code.submissions")),
                event<DebugRequested>(on("debug.requests")), event<ExerciseGenerated>(on("exercise.generated")),
                event<LearningAnswered>(on("learning.responses")), event<StruggleDetected>(on("struggle.detected")),
                event<ProgressMade>(on("progress.events")))
                .value();
        const auto check = [&](const std::string& topic, const auto& event, const std::string& name) {
            check_both_ways(catalogue, topic, event, name + (binary ? "_binary" : ""));
        };
        check("learning.requests", LearningRequested{"u-1", "What is a loop?"}, "services_learning_requested");
        check("concepts.requests", ConceptRequested{"u-1", "recursion", "beginner"}, "services_concept_requested");
        check("code.submissions", CodeSubmitted{"u-1", "e-1", "x = 1"}, "services_code_submitted");
        check("debug.requests", DebugRequested{"u-1", "x = ", "SyntaxError"}, "services_debug_requested");
        check("exercise.generated", ExerciseGenerated{"u-1", "e-2", "Loops", {"for", "while"}},
              "services_exercise_generated");
        check("learning.responses", LearningAnswered{"u-1", "tutor", "Zażółć"}, "services_learning_answered");
        check("struggle.detected", StruggleDetected{"u-1", "same error thrice", 1.0}, "services_struggle_detected");
        check("progress.events", ProgressMade{"u-1", {{"loops", 0.5}, {"functions", 0.25}}}, "services_progress_made");
    }
}

TEST_CASE("the tutoring system's event goes through user_events both ways, its problem beside the payload",
          "[systems][unit]") {
    const auto catalogue =
        Catalogue::load({.schemas = examples + "ixe/schemas"},
                        event<ixe::AnswerSubmitted>({.topic = "user_events", .format = layouts::user_events()}))
            .value();
    check_both_ways(catalogue, "user_events", ixe::AnswerSubmitted{"init_4CBD4E", "42", ixe::Verdict::correct, 15},
                    "ixe_answer_submitted");
}

TEST_CASE("the QA platform's family goes through its flat topic both ways, the type chosen by the value",
          "[systems][unit]") {
    using namespace qawave;
    const auto catalogue =
        Catalogue::load(
            {.schemas = examples + "qawave/schemas"},
            event_family<PackageEvent>({.topic = "qa-package-events", .format = layouts::qa_package_events()}),
            event<ActionAudited>({.topic = "audit-events"}))
            .value();
    const std::string topic = "qa-package-events";
    check_both_ways(catalogue, topic, PackageRequested{{{"log in", "log out"}}}, "qawave_package_requested");
    check_both_ways(catalogue, topic, ScenarioCreated{"s-1", "Log in"}, "qawave_scenario_created");
    check_both_ways(catalogue, topic, ExecutionComplete{"s-1", true, 1234}, "qawave_execution_success");
    check_both_ways(catalogue, topic, ExecutionComplete{"s-1", false, 99}, "qawave_execution_failed");
    check_both_ways(catalogue, topic, RunComplete{3, 1}, "qawave_run_complete");
    check_both_ways(catalogue, "audit-events", ActionAudited{"ada", "login", {{"ip", "10.0.0.1"}}},
                    "qawave_action_audited");
}

TEST_CASE("one struct of several wire types knows which one it was read from", "[systems][unit]") {
    using namespace learnflow;
    const auto catalogue =
        Catalogue::load({.schemas = examples + "learnflow/schemas"},
                        event<LearningEvent>({.topic = "learning-events", .format = layouts::learning_events()}))
            .value();
    Record record;
    record.topic = "learning-events";
    record.value = R"({"eventId":"1","userId":"u","eventType":"help.requested","timestamp":"2026-01-27T10:00:00Z",)"
                   R"("data":{"exerciseId":"e"}})";
    OpenScratch scratch;
    Opened opened;
    const ReceivedRecord received = make_received(record, 0, 0);
    catalogue.open(received, scratch, opened).value();
    CHECK(opened.as<LearningEvent>()->activity == Activity::help_requested);
}
