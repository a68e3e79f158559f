#pragma once

#include "events.hpp"

#include <eventsdk/catalogue/catalogue.hpp>

namespace ixe {

/// What all services agree on: one event type on one topic, in the envelope that the topic always had.
inline eventsdk::Catalogue load_catalogue(const std::string& topic = "user_events") {
    using namespace eventsdk;
    return Catalogue::load({.schemas = SCHEMAS},
                           event<AnswerSubmitted>({.topic = topic, .format = layouts::user_events()}))
        .value();
}

}  // namespace ixe
