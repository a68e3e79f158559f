#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/consume/dead_letter_options.hpp>
#include <eventsdk/consume/projection.hpp>
#include <eventsdk/consume/projector_health.hpp>
#include <eventsdk/consume/retry_rule.hpp>
#include <eventsdk/core/retry_policy.hpp>

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// What to do with an event whose type no handler takes and the catalogue does not know.
enum class UnknownTypes : std::uint8_t { ignore, dead_letter, stop };

/// How a projector reads, runs handlers, retries and commits.
struct ProjectorOptions {
    /// Threads that run handlers, 1…1,024. One key runs on one of them at a time, in order.
    int workers = 1;
    /// Topics (`^…` for a pattern); empty: those of the projection's event types in the catalogue. A pattern passes over
    /// the dead-letter and parking topics of the topics that it takes in: name them to have them.
    std::vector<std::string> topics{};
    RetryPolicy retry{};
    UnknownTypes unknown_types = UnknownTypes::ignore;  ///< types without handler that the catalogue does not know
    StartPosition start{};                              ///< as ReaderOptions::start
    /// Records and bytes taken in per partition and not yet finished; beyond, the partition is paused.
    int buffered_records = 1'000;
    std::size_t buffered_bytes = std::size_t{8} * 1024 * 1024;  ///< as `buffered_records`
    /// Keys of a partition that may wait for a retry at once; beyond, the partition is paused.
    int waiting_keys = 1'000;
    /// How often finished offsets are committed, 10 ms…10 min.
    Duration commit_interval{1'000};
    /// Bound of draining on revoke and stop, 0…10 min.
    Duration drain_timeout{10'000};
    /// A handler running longer is reported (never killed), 1 ms…24 h.
    Duration handler_deadline{60'000};
    DeadLetterOptions dead_letters{};
    std::string instance_id{};            ///< as that of ReaderOptions
    Duration session_timeout{45'000};     ///< as that of ReaderOptions
    Duration max_poll_interval{300'000};  ///< as that of ReaderOptions
    int prefetch_records = 5'000;         ///< as that of ReaderOptions
    /// A partition that has records and does not move for so long is stuck, 1 ms…24 h.
    Duration stuck_after{60'000};
    /// Policies for classes of failures; what no rule fits is tried again by `retry`.
    std::vector<RetryRule> retry_rules{};
    /// Unordered mode: a record whose handler fails is written to `{topic}.retry.<delay>` of the first delay, which must
    /// exist, and tried again when that has passed; then of the next; after the last it is a dead letter. The later
    /// records of its key do not wait. Up to 20 delays of 1 ms…7 days, in the place of `retry`; of a rule that fits
    /// `max_retries` still counts. Not with topic patterns, `dead_letters.sequence`, handlers of `exactly_once`.
    std::vector<Duration> retry_topics{};
};

/// Why run() came back without an error.
enum class StopReason : std::uint8_t { requested, caught_up, handler };

/// The loop of a projection: reads, checks, runs handlers, retries, dead-letters, commits.
///
/// **Ordering and duplicates**: at least once; events of one key one at a time, in log order, also across retries.
/// An offset is committed only when every earlier record of its partition is handled, skipped or acknowledged in the
/// dead-letter topic (or a retry topic, which gives up the order of the record's key).
/// **Thread safety**: run(), run_until_caught_up() and step() belong to one thread.
class EVENTSDK_API Projector {
public:
    /// @return `invalid_argument` naming the option, or the type that the catalogue does not know.
    [[nodiscard]] static Result<Projector> create(Broker broker, Catalogue catalogue, Projection projection,
                                                  ProjectorOptions options = {});
    Projector(Projector&&) noexcept;
    Projector& operator=(Projector&&) noexcept;
    ~Projector();

    /// Works until `stop` is requested, a handler stops it, or it cannot go on. Drains and commits before returning.
    /// @return `fatal`, `permanent` "reader.offset_out_of_range", `invalid_argument` (unknown topic, authorisation).
    ///   Broker outages are waited out.
    Result<StopReason> run(std::stop_token stop);
    /// Works until every record that was in the log at the call is finished (retries included; with `retry_topics`
    /// those that are in them at the call).
    Result<StopReason> run_until_caught_up(std::stop_token stop = {});
    /// One round on the calling thread without waiting: polls once, runs what may run, commits what is done. For tests
    /// with a manual clock. The destructor leaves the group.
    /// @return the number of records run; the error of run() otherwise
    Result<std::size_t> step();
    /// How it is, from any thread, also while it runs; give it to `prometheus::Exporter::watch()`.
    [[nodiscard]] ProjectorHealth health() const;

private:
    class Impl;
    explicit Projector(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

EVENTSDK_END_NAMESPACE
