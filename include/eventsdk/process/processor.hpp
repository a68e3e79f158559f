#pragma once

#include <eventsdk/consume/projector.hpp>
#include <eventsdk/process/process.hpp>

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// How a processor is named, reads and retries.
struct ProcessorOptions {
    /// Of this instance: stable over its restarts, different from that of every other live one; 1…249 bytes. Required.
    std::string transactional_id{};
    /// Topics (`^…` for a pattern); empty: those of the process's event types in the catalogue.
    std::vector<std::string> topics{};
    /// Records of one transaction, 1…100,000: a larger one costs less per record and delays its readers more.
    int batch_records = 500;
    /// Of a handler that asks for a retry; the whole batch waits with it.
    RetryPolicy retry{};
    UnknownTypes unknown_types = UnknownTypes::ignore;  ///< as that of ProjectorOptions
    StartPosition start{};                              ///< as ReaderOptions::start
    DeadLetterOptions dead_letters{};
    WriterOptions writer{};
    Duration transaction_timeout{60'000};  ///< 1 s…15 min
    std::string instance_id{};             ///< as that of ReaderOptions
    Duration session_timeout{45'000};      ///< as that of ReaderOptions
    Duration max_poll_interval{300'000};   ///< as that of ReaderOptions
    int prefetch_records = 5'000;          ///< as that of ReaderOptions

    /// The options, or `invalid_argument` "options.invalid" naming the first that is out of range.
    [[nodiscard]] EVENTSDK_API Result<ProcessorOptions> validated() const;
};

/// The loop of a Process: reads a batch, runs its handlers, and commits what they publish and the batch's offsets in one
/// Kafka transaction. For readers of `read_committed`, which all of this SDK's are, each event's effect is there exactly
/// once, whatever crashes; nothing outside of Kafka takes part.
///
/// A record that cannot be decoded, or whose handler fails for good, ends in its dead-letter topic within the same
/// transaction, alone: what its handler published is not kept. After a fencing, or a commit whose outcome is unknown,
/// it leaves its group, joins anew and goes on from the committed offsets.
/// **Ordering**: events of one partition are handled in order, one at a time.
/// **Thread safety**: run() and step() belong to one thread.
/// **Source**: KIP-98, KIP-447.
class EVENTSDK_API Processor {
public:
    /// @return `invalid_argument` naming the option, or the type that the catalogue does not know.
    [[nodiscard]] static Result<Processor> create(Broker broker, Catalogue catalogue, Process process,
                                                  ProcessorOptions options);
    Processor(Processor&&) noexcept;
    Processor& operator=(Processor&&) noexcept;
    ~Processor();

    /// Works until `stop` is requested, a handler stops it, or it cannot go on. Broker outages are waited out.
    /// @return `fatal`; `fenced` "processor.fenced" when another instance keeps taking its transactional id;
    ///   `permanent` "reader.offset_out_of_range"; `invalid_argument` (unknown topic, authorisation)
    Result<StopReason> run(std::stop_token stop);
    /// One round: polls once, up to `patience`, and finishes what it got.
    /// @return records finished; 0 when there was nothing, or the batch was given up and will be read again
    Result<std::size_t> step(Duration patience = Duration{0});

private:
    class Impl;
    explicit Processor(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

EVENTSDK_END_NAMESPACE
