#pragma once

#include "connection.hpp"
#include "exit_status.hpp"
#include "terminal.hpp"

#include <eventsdk/snapshot/untyped_aggregates.hpp>

#include <memory>
#include <string>

namespace cli {

/// Which aggregates a command is about, and how their records are read.
struct AggregateSource {
    Connection connection{};
    std::string topic{};
    std::string aggregate{};
    std::string schemas{};
    std::string format{};
    std::string fold{};
    bool all_partitions = false;
    bool history = false;

    /// @param logger told why a snapshot is passed over
    [[nodiscard]] eventsdk::UntypedAggregates open(
        std::shared_ptr<eventsdk::Logger> logger = eventsdk::stderr_logger(eventsdk::LogLevel::warning)) const;
};

void add_aggregate_options(CLI::App& command, AggregateSource& source);

/// A revision, or an RFC 3339 time. Ends the command when it is neither.
[[nodiscard]] eventsdk::Moment moment_of(const std::string& text);

/// The moment, with a counter of the records that are read for it.
[[nodiscard]] eventsdk::Moment watched(eventsdk::Moment moment, Progress& progress);

/// The value; a damaged log, or a moment that has not come, is the answer no.
template <class T>
T folded_or_stop(eventsdk::Result<T> result) {
    if (!result &&
        (result.error().kind == eventsdk::ErrorKind::permanent || result.error().code == "snapshot.revision"))
        throw Failure{no, result.error().code + ": " + result.error().message, result.error().hint};
    return value_or_stop(std::move(result));
}

/// What both kinds of command show of an event: its place and its native envelope.
[[nodiscard]] std::string event_json(const eventsdk::HistoryEvent& event, bool with_record);

}  // namespace cli
