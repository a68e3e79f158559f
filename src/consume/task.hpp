#pragma once

#include "consume/assignment.hpp"
#include "consume/circuit.hpp"
#include "consume/dead_sequences.hpp"
#include "consume/offset_tracker.hpp"

#include <eventsdk/broker/record.hpp>
#include <eventsdk/consume/handled.hpp>
#include <eventsdk/core/retry_policy.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// The time of an event in both clocks.
struct Now {
    MonotonicTime monotonic{};
    Timestamp wall{};
};

/// How a record's run ended when it was not simply done.
struct Verdict {
    Handled::Outcome outcome = Handled::Outcome::done;
    std::optional<Duration> delay{};
    std::string_view stage{};  ///< a literal: "parse", "schema", "upcast", "handler"
    std::string code{};
    std::string message{};
    std::string detail{};
    const RetryPolicy* retry = nullptr;  ///< of a rule that fits; null: the projector's own
};

/// What is known of a record that failed; goes into its dead letter.
struct Failure {
    std::string_view stage{};
    std::string code{};
    std::string message{};
    std::string detail{};  ///< what to change, when known
    int attempts = 0;
    Timestamp first{};
    Timestamp last{};
    int retry_topic = -1;    ///< which one it goes to, by its delay's place; -1: the dead-letter topic
    Timestamp not_before{};  ///< with a retry topic: when it is due there
};

/// What happened in a partition since somebody last asked.
struct Tally {
    static constexpr std::array<std::string_view, 5> reasons{"parse", "schema", "upcast", "handler", "dead_letter"};

    std::uint64_t handled = 0;
    std::uint64_t ignored = 0;  ///< no handler takes it
    std::uint64_t skipped = 0;  ///< by a handler
    std::uint64_t dead_letters = 0;
    std::uint64_t retries = 0;
    std::uint64_t moved = 0;                             ///< into a retry topic
    std::array<std::uint64_t, reasons.size()> errors{};  ///< by reason

    void count_error(std::string_view reason) {
        for (std::size_t at = 0; at < reasons.size(); ++at) errors[at] += reasons[at] == reason ? 1U : 0U;
    }
};

/// A partition that is ours, for one epoch.
struct Partition {
    OffsetTracker tracker{};
    Circuit circuit{};
    Tally tally{};
    DeadSequences sequences{};
    std::map<std::int64_t, int> tries{};    ///< of unfinished records, by offset
    std::map<std::int64_t, int> earlier{};  ///< tries in earlier runs of records not delivered yet
    std::size_t bytes = 0;
    std::size_t held = 0;     ///< records that wait for a retry or their dead letter
    std::size_t not_due = 0;  ///< of these: records of a retry topic before their time
    std::size_t blocked = 0;  ///< of these: their dead letter could not be written
    bool dirty = false;       ///< something finished since the last commit
    bool moved = false;       ///< something finished at all
    bool draining = false;
    bool metadata_full = false;
    bool paused = false;
    bool passed_over = false;            ///< none of its records is for us
    bool sequences_known = true;         ///< else nothing runs yet
    std::atomic<bool> abandoned{false};  ///< read by workers without a lock: run no more of its records
};

/// A record in work.
struct Task {
    enum class Phase : std::uint8_t {
        free,
        queued,        ///< in its key's queue, or taken by a worker
        not_due,       ///< held, of a retry topic, and not in its key's queue yet
        waiting,       ///< held for a retry
        dead,          ///< held; its dead letter is to be written
        dead_writing,  ///< held; the writer has it
        dead_waiting,  ///< held; its dead letter failed and is written again later
    };
    ReceivedRecord record{};
    std::unique_ptr<Failure> failure{};
    Partition* home = nullptr;
    std::uint64_t key = 0;
    std::size_t bytes = 0;
    std::int64_t offset = 0;
    std::int64_t finished = 0;  ///< the partition's position when the record was taken
    std::int64_t rank = 0;      ///< among the records of its key in the partition (rank_of())
    std::uint32_t id = 0;
    Assignment::Index partition = 0;
    OffsetTracker::Ticket ticket = 0;
    int attempts = 0;  ///< runs that counted
    int writes = 0;    ///< failed writes of its dead letter
    Phase phase = Phase::free;
    bool follows = false;              ///< an earlier record of its key is dead: it is not run
    bool by_reference = false;         ///< its dead letter is too large with its value
    std::uint32_t look = 0;            ///< of Workload::copy_held(), after which it came in
    bool copied = false;               ///< has memory of its own
    bool followed_by_fetched = false;  ///< held not long enough that all behind it were copied
    bool detached = false;             ///< no longer in its key's queue: the partition went while the writer had it
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
