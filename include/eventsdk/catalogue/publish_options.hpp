#pragma once

#include <eventsdk/core/clock.hpp>
#include <eventsdk/core/trace_context.hpp>
#include <eventsdk/core/uuid.hpp>

#include <cstdint>
#include <optional>
#include <string>

EVENTSDK_BEGIN_NAMESPACE

class Delivery;

/// What a publisher may say about one event; everything is optional.
struct PublishOptions {
    /// Event id; absent: a new UUID v7.
    std::optional<Uuid> event_id{};
    /// The aggregate's revision after this event, at least 0.
    std::optional<std::int64_t> revision{};
    /// When it happened; absent: now.
    std::optional<Timestamp> occurred_at{};
    /// The delivery being handled: its event id becomes the causation id, its correlation id (or event id, when it has
    /// none) the correlation id, its trace goes on. Must live during the call.
    const Delivery* caused_by = nullptr;
    /// Override what `caused_by` would give.
    std::string correlation_id{};
    std::string causation_id{};
    std::optional<TraceContext> trace{};
    /// Partition; absent: the topic's partitioner chooses by key.
    std::optional<std::int32_t> partition{};
};

EVENTSDK_END_NAMESPACE
