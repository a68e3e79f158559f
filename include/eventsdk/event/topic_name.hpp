#pragma once

#include <eventsdk/core/clock.hpp>
#include <eventsdk/core/result.hpp>
#include <eventsdk/event/event_traits.hpp>

#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// Checks a topic name by Kafka's rules: `[A-Za-z0-9._-]{1,249}`, not "." or "..".
/// @return `invalid_argument` "topic.name" saying which rule it breaks.
[[nodiscard]] EVENTSDK_API Result<void> check_topic_name(std::string_view name);

/// True when Kafka cannot hold both: different, but equal after replacing `.` by `_`.
[[nodiscard]] EVENTSDK_API bool topic_names_collide(std::string_view a, std::string_view b) noexcept;

/// `{environment}.{context}.{aggregate}`, checked with the longest suffix that the SDK appends (249 bytes in all).
[[nodiscard]] EVENTSDK_API Result<std::string> topic_name(std::string_view environment, const AggregateType& aggregate);
/// `{environment}.{name}` for a name such as "education.assignment".
[[nodiscard]] EVENTSDK_API Result<std::string> topic_name(std::string_view environment, std::string_view name);

/// Names derived from a topic: dead letters, parking, unordered retry, snapshots.
[[nodiscard]] EVENTSDK_API std::string dead_letter_topic(std::string_view topic);
[[nodiscard]] EVENTSDK_API std::string parked_topic(std::string_view topic);
[[nodiscard]] EVENTSDK_API std::string retry_topic(std::string_view topic, std::string_view delay);
/// The same with the delay in its largest whole unit: "500ms", "90s", "10min", "2h".
[[nodiscard]] EVENTSDK_API std::string retry_topic(std::string_view topic, Duration delay);
[[nodiscard]] EVENTSDK_API std::string snapshot_topic(std::string_view topic);
[[nodiscard]] EVENTSDK_API std::string snapshot_history_topic(std::string_view topic);

/// What is unusual about an event type name, or empty: names are past tense PascalCase, `Domain.ActionPastTense`,
/// or those of a mapped layout.
[[nodiscard]] EVENTSDK_API std::string lint_event_type(std::string_view name);

EVENTSDK_END_NAMESPACE
