#pragma once

#include "events.hpp"

#include <eventsdk/catalogue/catalogue.hpp>

namespace learnflow_services {

/// What all services agree on: eight topics, one event type each, in CloudEvents envelopes.
/// @param prefix of the topics' names
inline eventsdk::Catalogue load_catalogue(const std::string& prefix = "") {
    using namespace eventsdk;
    const auto on = [&prefix](const char* topic) {
        return EventOptions{.topic = prefix + topic, .format = EnvelopeFormat::cloudevents_structured()};
    };
    return Catalogue::load({.schemas = SCHEMAS}, event<LearningRequested>(on("learning.requests")),
                           event<ConceptRequested>(on("concepts.requests")),
                           event<CodeSubmitted>(on("code.submissions")), event<DebugRequested>(on("debug.requests")),
                           event<ExerciseGenerated>(on("exercise.generated")),
                           event<LearningAnswered>(on("learning.responses")),
                           event<StruggleDetected>(on("struggle.detected")), event<ProgressMade>(on("progress.events")))
        .value();
}

}  // namespace learnflow_services
