#pragma once

#include <eventsdk/core/uuid.hpp>
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

/// The event id of what a handler publishes because of an event: the same each time that the handler runs for it, so
/// that readers drop the double of a run that was repeated.
///
///     producer.publish(id, answer, {.event_id = derived_event_id(delivery, "tutor.answer"), .caused_by = delivery});
///
/// @param role names the handler and which of its events this is; stable over releases
/// @return UUID v5 of the cause's event id and `role`
[[nodiscard]] EVENTSDK_API Uuid derived_event_id(const Cause& cause, std::string_view role);

EVENTSDK_END_NAMESPACE
