#include "services.hpp"

using namespace eventsdk;

namespace learnflow {

Projection make_grader(Sandbox sandbox, Grade grade) {
    Projection grader{"learnflow-grader"};
    grader.on<CodeSubmitted>(
        [sandbox, grade](const CodeSubmitted& submitted, const Delivery& delivery) -> Result<void> {
            const Result<bool> passed = sandbox(submitted);
            if (!passed) return passed.error();
            grade(std::string{delivery.envelope().aggregate_id}, submitted.exercise_id, *passed);
            return {};
        });
    return grader;
}

bool Struggles::asked_again(const std::string& user, const std::string& exercise, std::string_view event_id) {
    const std::lock_guard lock{mutex_};
    return first_.try_emplace({user, exercise}, event_id).first->second != event_id;
}

Projection make_tutor(Struggles& struggles, Producer& producer) {
    Projection tutor{"learnflow-tutor"};
    tutor.on<LearningEvent>([&](const LearningEvent& event, const Delivery& delivery) -> Result<void> {
        const EnvelopeView& envelope = delivery.envelope();
        const std::string user{envelope.aggregate_id};
        StruggleDetected struggle{.struggle_type = StruggleType::concept_confusion, .topic = event.exercise_id};
        if (event.activity == Activity::help_requested &&
            struggles.asked_again(user, event.exercise_id, envelope.event_id)) {
            struggle.confidence = 0.75;
            struggle.suggested_action = "show a worked example";
        } else if (event.activity == Activity::exercise_completed && event.attempts.value_or(1) > 5) {
            struggle.confidence = 0.5;
            struggle.suggested_action = "offer an easier exercise";
        } else {
            return {};
        }
        const auto published = producer.publish(
            user, struggle, {.event_id = derived_event_id(delivery, "tutor.struggle"), .caused_by = delivery});
        return published ? Result<void>{} : Result<void>{published.error()};
    });
    return tutor;
}

}  // namespace learnflow
