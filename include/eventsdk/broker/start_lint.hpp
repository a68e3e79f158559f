#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/broker/topic_lint.hpp>

#include <map>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// What a service is about to work with.
struct StartPlan {
    /// Topics that it writes or reads, retry topics too (retry_topic()); empty: every topic of the cluster that is not
    /// internal.
    std::vector<std::string> topics{};
    /// What it expects of topics, by name; the others are expected to be `otherwise`.
    std::map<std::string, TopicPromise> promises{};
    TopicPromise otherwise{};
};

/// Looks at everything that can be known before the first record is written: how the brokers are reached
/// (BrokerPort::findings()), whether the topics are there ("lint.topic_missing"), whether failed events have somewhere to
/// go ("lint.dead_letters_missing": without `{topic}.dlq` a partition waits at its first poison record), and what
/// lint_topic() finds in the settings of the topics and of their dead-letter topics.
///
/// Call it at the start of a service; `eventsdk doctor` prints the same. Nothing is changed.
/// @return the findings, worth a log line each; `unavailable`, `retriable`, `permanent` when the brokers do not tell.
/// **Blocking**: at most `timeout` in all.
[[nodiscard]] EVENTSDK_API Result<std::vector<Finding>> lint_start(const Broker& broker, const StartPlan& plan,
                                                                   Duration timeout);

EVENTSDK_END_NAMESPACE
