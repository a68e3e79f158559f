#pragma once

#include <eventsdk/broker/admin.hpp>
#include <eventsdk/catalogue/catalogue.hpp>

#include <span>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// The dead-letter topic of a topic: as many partitions and replicas, room for the headers that are added (64 KiB beyond
/// the source's limit), kept at least 30 days, never compacted.
[[nodiscard]] EVENTSDK_API TopicSpec dead_letter_spec(const TopicSpec& source);

/// The parking topic of a topic: what was redriven too often, or put aside by hand. Made like the dead-letter topic.
[[nodiscard]] EVENTSDK_API TopicSpec parked_spec(const TopicSpec& source);

/// The topic of newest snapshots: compacted, so that it keeps the last one of each aggregate for ever.
[[nodiscard]] EVENTSDK_API TopicSpec snapshot_spec(const TopicSpec& source);
/// The topic of older snapshots, for states at a time: kept as long as the source.
[[nodiscard]] EVENTSDK_API TopicSpec snapshot_history_spec(const TopicSpec& source);

/// A retry topic of a projector with ProjectorOptions::retry_topics. Made like the dead-letter topic.
[[nodiscard]] EVENTSDK_API TopicSpec retry_spec(const TopicSpec& source, Duration delay);

/// Specs of all topics of a catalogue, made like `pattern` (whose name does not matter), each with its dead-letter
/// and its parking topic, and with the retry topics of these delays (ProjectorOptions::retry_topics).
[[nodiscard]] EVENTSDK_API std::vector<TopicSpec> topic_specs(const Catalogue& catalogue, const TopicSpec& pattern,
                                                              std::span<const Duration> retry_topics = {});

EVENTSDK_END_NAMESPACE
