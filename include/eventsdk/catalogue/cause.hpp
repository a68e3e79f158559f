#pragma once

#include <eventsdk/event/envelope.hpp>

#include <concepts>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// What caused an event, as much as goes on into it. Made from a Delivery, an OwnedDelivery or an envelope, which must
/// outlive it: these are views.
struct Cause {
    std::string_view event_id{};
    std::string_view correlation_id{};
    std::string_view traceparent{};
    std::string_view tracestate{};

    Cause() = default;
    Cause(const EnvelopeView& envelope)  // NOLINT: implicit on purpose
        : event_id{envelope.event_id},
          correlation_id{envelope.correlation_id},
          traceparent{envelope.traceparent},
          tracestate{envelope.tracestate} {}
    Cause(const Envelope& envelope)  // NOLINT: implicit on purpose
        : event_id{envelope.event_id},
          correlation_id{envelope.correlation_id},
          traceparent{envelope.traceparent},
          tracestate{envelope.tracestate} {}
    template <class Delivered>
    requires requires(const Delivered& delivered) {
        { delivered.envelope() } -> std::convertible_to<const EnvelopeView&>;
    }
    Cause(const Delivered& delivered) : Cause{delivered.envelope()} {}  // NOLINT: implicit on purpose
    template <class Delivered>
    requires requires(const Delivered& delivered) {
        { delivered.envelope } -> std::convertible_to<const Envelope&>;
    }
    Cause(const Delivered& delivered) : Cause{delivered.envelope} {}  // NOLINT: implicit on purpose
};

EVENTSDK_END_NAMESPACE
