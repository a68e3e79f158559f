#pragma once

#include "event/cloud_event.hpp"
#include "event/codec.hpp"

#include <array>
#include <deque>
#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

/// A CloudEvent made of an envelope, with the memory of the texts that it points to; used again from event to event.
struct WrittenCloudEvent {
    CloudEvent event{};
    std::array<char, 24> time{};
    std::array<char, 20> version{};
    std::array<char, 20> revision{};
    std::string schema{};
    std::deque<std::string> texts{};
    std::size_t texts_used = 0;

    std::string& room() {
        if (texts_used == texts.size()) texts.emplace_back();
        std::string& text = texts[texts_used++];
        text.clear();
        return text;
    }
};

/// @return `invalid_argument` "envelope.*" or "cloudevents.*" for what a CloudEvent cannot carry
[[nodiscard]] Result<void> cloud_event_of(const EncodeInput& input, WrittenCloudEvent& out);

}  // namespace codec
EVENTSDK_END_NAMESPACE
