#pragma once

#include <eventsdk/broker/admin.hpp>
#include <eventsdk/broker/finding.hpp>

#include <optional>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// What a service expects of a topic, beyond that it is there.
struct TopicPromise {
    /// The topic is the source of truth: its events are replayed for ever. Retention and compaction lose history.
    bool event_sourced = false;
    /// Longest replay that is promised to readers.
    std::optional<Duration> replay{};
    /// The topic whose dead letters this one holds: its records must fit with their headers (64 KiB).
    std::optional<TopicDescription> dead_letters_of{};
};

/// Looks for settings of a topic that would lose events or stop publishers, before the first record is written:
/// one copy only ("lint.single_copy"), acknowledgements by one of several copies ("lint.min_isr"), a lost node that stops
/// all publishing ("lint.min_isr_all"), unclean elections ("lint.unclean_election"), lost history
/// ("lint.compacted_history", "lint.short_history"), retention below the replay promised ("lint.short_retention"),
/// dead letters that do not fit ("lint.dead_letter_size").
/// @param topic with its settings, as Admin::describe_topic() gives it
[[nodiscard]] EVENTSDK_API std::vector<Finding> lint_topic(const TopicDescription& topic,
                                                           const TopicPromise& promise = {});

EVENTSDK_END_NAMESPACE
