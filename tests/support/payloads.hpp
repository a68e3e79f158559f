#pragma once

#include "event/payload.hpp"

#include <stdexcept>
#include <string>

namespace support {

/// The payload of an event, or throws eventsdk::BadResult.
template <class T>
std::string encoded(const T& event) {
    std::string text;
    eventsdk::codec::encode_payload(eventsdk::detail::value_type_of<T>, &event, text).value();
    return text;
}

/// Fills `object` from JSON text.
template <class T>
eventsdk::Result<void> fill(T& object, std::string_view text) {
    eventsdk::json::Document document;
    auto parsed = document.parse(text);
    if (!parsed) throw std::runtime_error{"the test's own JSON is bad: " + parsed.error().message};
    return eventsdk::codec::fill_payload(eventsdk::detail::value_type_of<T>, &object, *parsed);
}

template <class T>
T filled(std::string_view text) {
    T object{};
    fill(object, text).value();
    return object;
}

}  // namespace support
