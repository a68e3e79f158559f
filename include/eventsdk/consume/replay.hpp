#pragma once

#include <eventsdk/consume/projector.hpp>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// How far a replay has come.
struct ReplayProgress {
    std::uint64_t handled = 0;   ///< records done with, failed ones included
    std::uint64_t failed = 0;    ///< of these: handlers gave up on them
    std::int64_t remaining = 0;  ///< offsets from here to the end of the log as last looked at
    double records_per_second = 0.0;
    bool caught_up = false;  ///< everything that was in the log when last looked at is handled

    /// One line for a terminal: "[########............]  40 %  400 handled, 600 to go, 200/s, 3 s left".
    /// @param width of the bar in characters, 1…200
    [[nodiscard]] EVENTSDK_API std::string bar(int width = 20) const;
};

/// A record that a replay's handlers gave up on.
struct ReplayFailure {
    std::string topic{};
    std::int32_t partition = 0;
    std::int64_t offset = -1;
    std::string stage{};  ///< parse, schema, upcast, handler
    std::string code{};
    std::string message{};
};

/// From where and how fast a replay reads.
struct ReplayOptions {
    /// Workers, topics, retries, buffers of the run. `start` says where to begin: earliest or a time. What concerns
    /// groups and dead letters does not apply.
    ProjectorOptions projector{};
    /// Where to begin instead; only these partitions are replayed then. Offset -1 is the earliest.
    std::vector<PartitionOffset> offsets{};
    /// Most records read per second, so that live traffic is not starved; 0: as fast as it goes.
    double records_per_second = 0.0;
    /// Called on the thread of the call, every `progress_interval` and at the end.
    std::function<void(const ReplayProgress&)> on_progress{};
    Duration progress_interval{1'000};  ///< of `on_progress`
    /// The group whose redriven events are this projection's: in a rebuild the live projection's name. Empty: its own.
    std::string redriven_for{};
};

/// What a replay or rebuild did.
struct ReplayReport {
    StopReason reason = StopReason::caught_up;
    std::uint64_t handled = 0;
    std::uint64_t failed = 0;
    std::vector<ReplayFailure> failures{};  ///< the first 100
    bool switched = false;                  ///< of rebuild(): switch_over() succeeded
};

/// Runs a projection's handlers again over what is in the log at the call, beside everything else: no group is joined,
/// no offset committed, no dead letter written. Handlers registered with `live_only` do not run, and `Delivery::replay()`
/// is true. An exactly-once projection begins at the position that its name has in the store: give it a name of its own.
///
/// **Ordering and duplicates**: as those of Projector: events of one key one at a time, in order, each once per run. An
/// event that was redriven is in the log twice: its redriven copy is handled only when the original fails in this run or
/// lies before its beginning, and then the original has not failed.
/// **Blocking**: until the log's end as it was at the call, or `stop`.
/// @return `invalid_argument` naming the option; the errors of Projector::run()
[[nodiscard]] EVENTSDK_API Result<ReplayReport> replay(Broker broker, Catalogue catalogue, Projection projection,
                                                       ReplayOptions options = {}, std::stop_token stop = {});

/// How a read model is built anew, and how it takes the place of the live one.
struct RebuildOptions {
    ReplayOptions replay{};
    /// Puts what was built in the place of what is live; called on the thread of the call once everything is handled.
    /// `retriable` means that live traffic was faster: more is read and it is called again. Database::adopt() is such
    /// a switch in one transaction.
    std::function<Result<void>()> switch_over{};
    /// How long to go on after the first refused switch, 0…24 h.
    Duration switch_patience{60'000};
    /// With more failed records than this there is no switch.
    std::uint64_t tolerated_failures = 0;
};

/// Builds a projection anew beside the live one: replays the log into `shadow` (a projection with a name and tables of
/// its own), follows the live traffic, and switches over when it has caught up. The live group's offsets are not
/// touched. Interrupted, an exactly-once shadow goes on where it was.
/// @return the report, with `switched` false after `stop` or too many failures; the error of replay() or switch_over()
[[nodiscard]] EVENTSDK_API Result<ReplayReport> rebuild(Broker broker, Catalogue catalogue, Projection shadow,
                                                        RebuildOptions options, std::stop_token stop = {});

EVENTSDK_END_NAMESPACE
