#pragma once

#include <eventsdk/broker/record.hpp>
#include <eventsdk/catalogue/cause.hpp>
#include <eventsdk/core/clock.hpp>
#include <eventsdk/core/trace_context.hpp>
#include <eventsdk/core/uuid.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// What a publisher may say about one event; everything is optional.
struct PublishOptions {
    /// Event id; absent: a new UUID v7.
    std::optional<Uuid> event_id{};
    /// The aggregate's revision after this event, at least 0.
    std::optional<std::int64_t> revision{};
    /// When it happened; absent: now.
    std::optional<Timestamp> occurred_at{};
    /// The delivery being handled (`.caused_by = delivery`): its event id becomes the causation id, its correlation id
    /// (or event id, when it has none) the correlation id, and its trace goes on with a new span. Must live during the
    /// call.
    std::optional<Cause> caused_by{};
    /// Override what `caused_by` would give.
    std::string correlation_id{};
    std::string causation_id{};  ///< as `correlation_id`
    /// The publisher's own span, written as it is. Absent: that of `caused_by`, else a new trace (see
    /// CatalogueOptions::start_traces).
    std::optional<TraceContext> trace{};
    /// Partition; absent: the topic's partitioner chooses by key.
    std::optional<std::int32_t> partition{};
    /// Written after those of the format. Names `[A-Za-z0-9._-]{1,128}`.
    std::vector<Header> headers{};
};

EVENTSDK_END_NAMESPACE
