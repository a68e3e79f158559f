#pragma once

#include <eventsdk/core/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// What surrounds the payload of every event. Owns its text; EnvelopeView is the same as views.
struct Envelope {
    std::string event_id{};                  ///< UUID in the native format; any non-empty text in those of others
    std::string type{};                      ///< event type name
    std::int32_t schema_version = 1;         ///< of the payload, at least 1
    std::string aggregate_id{};              ///< 1…255 bytes; the record key
    std::optional<std::int64_t> revision{};  ///< the aggregate's revision after this event
    Timestamp occurred_at{};                 ///< written with milliseconds, UTC
    std::string correlation_id{};            ///< empty: none
    std::string causation_id{};              ///< event id of what caused it; empty: none
    std::string traceparent{};               ///< W3C trace context; empty: none
    std::string tracestate{};
    std::string source{};  ///< bounded context; CloudEvents `source`; empty in the native format
    /// Attributes without a place above (CloudEvents extensions), as JSON values; written back unchanged.
    std::vector<std::pair<std::string, std::string>> extensions{};

    friend bool operator==(const Envelope&, const Envelope&) = default;
};

/// An envelope as read: views into the record that it came from.
struct EnvelopeView {
    std::string_view event_id{};
    std::string_view type{};
    std::int32_t schema_version = 1;
    std::string_view aggregate_id{};
    std::optional<std::int64_t> revision{};
    Timestamp occurred_at{};
    std::string_view correlation_id{};
    std::string_view causation_id{};
    std::string_view traceparent{};
    std::string_view tracestate{};
    std::string_view source{};

    /// A copy that outlives the record (extensions are not part of the view).
    [[nodiscard]] EVENTSDK_API Envelope to_owned() const;
};

EVENTSDK_END_NAMESPACE
