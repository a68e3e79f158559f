#pragma once

#include "events.hpp"

#include <eventsdk/catalogue/catalogue.hpp>

namespace learnflow {

/// What all services agree on: three topics in the platform's own envelope. CloudEvents, as Dapr's Kafka component writes
/// them to the same topics, are recognised by themselves.
/// @param prefix of the topics' names
inline eventsdk::Catalogue load_catalogue(const std::string& prefix = "") {
    using namespace eventsdk;
    return Catalogue::load(
               {.schemas = SCHEMAS},
               event<LearningEvent>({.topic = prefix + "learning-events", .format = layouts::learning_events()}),
               event<CodeSubmitted>({.topic = prefix + "code-submitted", .format = layouts::code_submitted()}),
               event<StruggleDetected>({.topic = prefix + "struggle-detected", .format = layouts::struggle_detected()}))
        .value();
}

}  // namespace learnflow
