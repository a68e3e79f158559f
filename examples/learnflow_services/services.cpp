#include "services.hpp"

#include <algorithm>

using namespace eventsdk;

namespace learnflow_services {
namespace {

/// Publishes what follows from the event being handled. A broker that is away makes the event wait, not fail.
template <class T>
Handled follow_up(Producer& producer, const Delivery& cause, const T& event, std::string_view role) {
    const auto published =
        producer.publish(event.user_id, event, {.event_id = derived_event_id(cause, role), .caused_by = cause});
    return published ? done() : to_handled(published.error());
}

}  // namespace

Result<Receipt> Gateway::ask(const std::string& user, const std::string& question) {
    return producer_->publish(user, LearningRequested{.user_id = user, .question = question});
}

Result<Receipt> Gateway::submit(const std::string& user, const std::string& exercise, const std::string& code) {
    return producer_->publish(user, CodeSubmitted{.user_id = user, .exercise_id = exercise, .code = code});
}

Projection make_triage(Producer& producer) {
    Projection triage{"triage"};
    triage.on<LearningRequested>([&producer](const LearningRequested& request, const Delivery& delivery) {
        if (request.question.find("error") != std::string::npos)
            return follow_up(producer, delivery, DebugRequested{request.user_id, request.question, {}}, "triage");
        return follow_up(producer, delivery, ConceptRequested{request.user_id, request.question, "beginner"}, "triage");
    });
    return triage;
}

Projection make_concepts(Producer& producer) {
    Projection concepts{"concepts"};
    concepts.on<ConceptRequested>([&producer](const ConceptRequested& request, const Delivery& delivery) {
        const std::string answer = "About \"" + request.name + "\": think of the smallest case first.";
        return follow_up(producer, delivery, LearningAnswered{request.user_id, "concepts", answer}, "concepts");
    });
    return concepts;
}

Projection make_exercises(Producer& producer, Author author) {
    Projection exercises{"exercises"};
    exercises.on<ConceptRequested>([&producer, author](const ConceptRequested& request, const Delivery& delivery) {
        const auto title = author(request.name);
        if (!title) return to_handled(title.error());
        const ExerciseGenerated made{request.user_id, "ex-" + request.level, *title, {}};
        return follow_up(producer, delivery, made, "exercises");
    });
    exercises.on<StruggleDetected>([&producer](const StruggleDetected& struggle, const Delivery& delivery) {
        const ExerciseGenerated made{
            struggle.user_id, "ex-easier", "One step back: " + struggle.pattern, {"write down what should come out"}};
        return follow_up(producer, delivery, made, "exercises");
    });
    return exercises;
}

Projection make_exercises(Producer& producer) {
    return make_exercises(producer,
                          [](const std::string& subject) -> Result<std::string> { return "Practise: " + subject; });
}

Projection make_debugger(Producer& producer) {
    Projection debugger{"debugger"};
    debugger.on<DebugRequested>([&producer](const DebugRequested& request, const Delivery& delivery) {
        const std::string answer = "Read the last line of the message first.";
        return follow_up(producer, delivery, LearningAnswered{request.user_id, "debugger", answer}, "debugger");
    });
    return debugger;
}

Projection make_code_review(Producer& producer) {
    Projection review{"code-review"};
    review.on<CodeSubmitted>([&producer](const CodeSubmitted& submitted, const Delivery& delivery) {
        if (submitted.code.find("return") == std::string::npos)
            return follow_up(producer, delivery, StruggleDetected{submitted.user_id, "no result", 0.9}, "code-review");
        return follow_up(producer, delivery, ProgressMade{submitted.user_id, {{submitted.exercise_id, 1.0}}},
                         "code-review");
    });
    return review;
}

void Inbox::put(std::string_view event_id, const std::string& user, const std::string& text) {
    const std::lock_guard lock{mutex_};
    by_event_.try_emplace(std::string{event_id}, user, text);
}

std::vector<std::string> Inbox::of(const std::string& user) const {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> texts;
    for (const auto& [event_id, letter] : by_event_)
        if (letter.first == user) texts.push_back(letter.second);
    std::sort(texts.begin(), texts.end());
    return texts;
}

Projection make_inbox(Inbox& inbox) {
    Projection projection{"inbox"};
    projection.on<LearningAnswered>([&inbox](const LearningAnswered& answered, const Delivery& delivery) {
        inbox.put(delivery.envelope().event_id, answered.user_id, answered.answered_by + ": " + answered.answer);
    });
    projection.on<ExerciseGenerated>([&inbox](const ExerciseGenerated& made, const Delivery& delivery) {
        inbox.put(delivery.envelope().event_id, made.user_id, "exercise: " + made.title);
    });
    return projection;
}

void Mastery::set(const std::string& user, const std::string& subject, double value) {
    const std::lock_guard lock{mutex_};
    values_[{user, subject}] = value;
}

double Mastery::of(const std::string& user, const std::string& subject) const {
    const std::lock_guard lock{mutex_};
    const auto found = values_.find({user, subject});
    return found == values_.end() ? 0 : found->second;
}

Projection make_progress(Mastery& mastery) {
    Projection progress{"progress"};
    progress.on<ProgressMade>([&mastery](const ProgressMade& made) {
        for (const auto& [subject, value] : made.mastery) mastery.set(made.user_id, subject, value);
    });
    return progress;
}

}  // namespace learnflow_services
