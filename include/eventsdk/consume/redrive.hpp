#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/consume/dead_letter_options.hpp>

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

EVENTSDK_BEGIN_NAMESPACE

/// Which dead letters of a topic: every member that is set narrows the choice.
struct DeadLetterFilter {
    std::optional<std::string> key{};  ///< of the record
    std::string type{};   ///< event type: by header, else as found in the value; a value that cannot be read has none
    std::string stage{};  ///< parse, schema, upcast, handler, sequence
    std::string code{};   ///< error code
    std::string group{};  ///< who failed
    std::optional<Timestamp> from{};             ///< last failure at or after
    std::optional<Timestamp> until{};            ///< last failure before
    std::optional<std::int32_t> partition{};     ///< of the dead-letter topic
    std::optional<std::int64_t> first_offset{};  ///< in the dead-letter topic, this one included
    std::optional<std::int64_t> last_offset{};   ///< in the dead-letter topic, this one included
};

/// What became of a dead letter. `open`: nothing yet. `repeated`: a crash wrote it twice, and this is not the first one.
enum class DeadLetterState : std::uint8_t { open, redriven, parked, purged, repeated };

/// "open", "redriven", "parked", "purged", "repeated".
[[nodiscard]] EVENTSDK_API std::string_view to_string(DeadLetterState state) noexcept;

/// Which dead letters are sent back, how fast, and what becomes of those that fail again and again.
struct RedriveOptions {
    DeadLetterFilter filter{};  ///< which dead letters
    /// Only count what would be done.
    bool dry_run = false;
    /// Most dead letters a second, 0.001…1,000,000; absent: as fast as it goes.
    std::optional<double> letters_per_second{};
    /// A dead letter that was sent back so often is parked instead, 0…1,000,000.
    int max_redrives = 3;
    /// Where parked ones go; empty: `{topic}.parked` of the original topic. It must exist.
    std::string parked_topic{};
    /// Changes a record before it goes back: repairs a value that was written wrong. Key and topic must stay.
    std::function<void(Record&)> repair{};
    /// Dead letters in one transaction, 1…10,000.
    int batch_letters = 100;
    /// Bound of each answer of the broker, 1 ms…10 min.
    Duration timeout{30'000};
};

/// What a run did, or would do.
struct RedriveReport {
    std::size_t chosen = 0;    ///< open dead letters that the filter wants
    std::size_t redriven = 0;  ///< sent back
    std::size_t parked = 0;
    std::size_t purged = 0;
    std::size_t repeated = 0;  ///< doubles of another dead letter: settled without being sent
    std::size_t missing = 0;   ///< by reference, and the original is no longer there as it was; left open
    std::size_t held = 0;      ///< left open behind a missing one of the same key
    std::size_t foreign = 0;   ///< records without eventsdk-dlq-topic, -partition, -offset, -group; left alone
    bool interrupted = false;  ///< stop was requested before the end

    friend bool operator==(const RedriveReport&, const RedriveReport&) = default;
};

/// Sends dead letters back to the topic that they came from, for the group that failed and no other: header
/// `eventsdk-redrive-for`. The projector of any other group passes over them.
///
///     RedriveReport report = redrive_dead_letters(broker, "prod.orders.dlq", {.filter = {.stage = "handler"}}).value();
///
/// Only what is in the topic at the call is looked at. Dead letters stay in their topic; a record without a value in the
/// same partition (`eventsdk-dlq-resolves`) says what became of each, written in one transaction with what was sent.
/// **Ordering and duplicates**: interrupted and run again, each is sent once, as long as the dead-letter topic keeps the
/// records of both. Records of one key go back in the order in which they died, to the partition that they came from;
/// those without a key in no order. Two runs on one topic at once: the later one fences the earlier (`fenced`).
/// **Memory**: about 60 bytes for each record of the dead-letter topic.
/// **Thread safety, blocking**: runs on the calling thread until all is done or `stop` is requested.
/// @param topic the dead-letter topic
/// @return `invalid_argument` naming the option, or "redrive.repair_moved"; `unavailable` "redrive.no_progress";
///   `permanent` when a topic refuses a record (the message names the dead letter: park it, or narrow the filter);
///   `fenced`; what else the broker answers. After any of them the same call may be made again.
[[nodiscard]] EVENTSDK_API Result<RedriveReport> redrive_dead_letters(const Broker& broker, const std::string& topic,
                                                                      const RedriveOptions& options = {},
                                                                      std::stop_token stop = {});

/// Moves dead letters to the parking topic, out of the way of every later redrive; the rest as redrive_dead_letters().
[[nodiscard]] EVENTSDK_API Result<RedriveReport> park_dead_letters(const Broker& broker, const std::string& topic,
                                                                   const RedriveOptions& options = {},
                                                                   std::stop_token stop = {});

/// Gives dead letters up: they are marked, then the records at the start of each partition that are all settled are
/// deleted; the rest as redrive_dead_letters().
[[nodiscard]] EVENTSDK_API Result<RedriveReport> purge_dead_letters(const Broker& broker, const std::string& topic,
                                                                    const RedriveOptions& options = {},
                                                                    std::stop_token stop = {});

/// Calls `visit` for the dead letters that the filter wants, in offset order per partition, until it returns false.
/// @return as redrive_dead_letters(); writes nothing
[[nodiscard]] EVENTSDK_API Result<void> visit_dead_letters(
    const Broker& broker, const std::string& topic, const DeadLetterFilter& filter,
    const std::function<bool(const ReceivedRecord& letter, DeadLetterState state)>& visit,
    Duration timeout = Duration{30'000});

EVENTSDK_END_NAMESPACE
