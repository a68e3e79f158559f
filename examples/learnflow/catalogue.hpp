#pragma once

#include "events.hpp"

#include <eventsdk/catalogue/catalogue.hpp>

namespace learnflow {

/// What all services agree on: three topics in the platform's own envelope. CloudEvents, as Dapr's Kafka component writes
/// them to the same topics, are recognised by themselves.
/// @param prefix of the topics' names
/// @param struggles how struggle-detected is written: EnvelopeFormat::cloudevents_structured() where services behind Dapr,
///   which reads CloudEvents, are to follow it
inline eventsdk::Catalogue load_catalogue(const std::string& prefix = "", const eventsdk::EnvelopeFormat& struggles =
                                                                              eventsdk::layouts::struggle_detected()) {
    using namespace eventsdk;
    return Catalogue::load(
               {.schemas = SCHEMAS},
               event<LearningEvent>({.topic = prefix + "learning-events", .format = layouts::learning_events()}),
               event<CodeSubmitted>({.topic = prefix + "code-submitted", .format = layouts::code_submitted()}),
               event<StruggleDetected>({.topic = prefix + "struggle-detected", .format = struggles}))
        .value();
}

}  // namespace learnflow
