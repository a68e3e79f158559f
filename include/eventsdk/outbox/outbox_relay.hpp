#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/core/retry_policy.hpp>
#include <eventsdk/outbox/outbox_store.hpp>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

EVENTSDK_BEGIN_NAMESPACE

/// Publishing in Kafka transactions: read_committed readers see each event once, whatever dies when.
///
/// Each lease group (PostgreSQL: each of the 64 shards; SQLite: the file) has a transactional id and a producer of its
/// own, with connections and threads. A transaction also writes which rows it holds to the relay-state topic; whoever
/// takes a group over fences the producer before it, reads that topic and marks those rows before it claims any.
/// **Source**: KIP-98.
struct TransactionalRelay {
    /// Begins the transactional ids, "<id>-<number>": the same for all relays of one outbox, of no others; 1 to 240 bytes.
    std::string id{};
    /// Compacted, 64 partitions, made when it is not there; empty: "<id>.relay-state".
    std::string state_topic{};
    std::int16_t replication = -1;  ///< of that topic when it is made; -1: the broker's default
};

/// How a relay takes, sends and retries rows.
struct RelayOptions {
    /// Names this relay in the lease table; empty: made from host, process and a random part.
    std::string name{};
    int batch = 500;              ///< rows a round, 1…10,000
    Duration lease{10'000};       ///< 1 s…10 min: a dead relay's shards are taken over after it
    Duration poll_interval{200};  ///< longest pause when nothing waits, 10 ms…1 min
    /// Pauses after a row that could not be sent but may be later.
    RetryPolicy retry{.max_retries = 1'000'000, .first_delay = Duration{500}, .max_delay = Duration{60'000}};
    /// Failures counted as rejections hold back the aggregate; else its rows are dead-lettered at once.
    bool dead_letter_rejected = false;
    WriterOptions writer{};
    /// Absent: at least once. All relays of an outbox must agree on it.
    std::optional<TransactionalRelay> transactional{};
    /// How long archived rows are kept; absent: for ever. At least 1 s.
    std::optional<Duration> archive_retention{};
    /// The health check turns bad when the oldest pending row is older.
    Duration unhealthy_after{300'000};
};

/// How a relay is.
struct RelayHealth {
    bool healthy = true;
    std::string reason{};
    OutboxStatus status{};
};

/// Publishes the rows of an outbox: at least once (transactional: once for read_committed readers), per aggregate in
/// order, no committed row ever skipped.
///
/// Several relays in several processes share the shards by leases and take over from a dead one within the lease.
/// A row that Kafka rejects stops its own aggregate only. Database or Kafka down: waits, says so, recovers.
/// **Thread safety**: run() and run_once() belong to one thread; wake() and health() may be called from any.
class EVENTSDK_API OutboxRelay {
public:
    /// @return `invalid_argument` naming the option.
    [[nodiscard]] static Result<OutboxRelay> create(std::unique_ptr<OutboxStore> store, Broker broker,
                                                    RelayOptions options = {});
    OutboxRelay(OutboxRelay&&) noexcept;
    OutboxRelay& operator=(OutboxRelay&&) noexcept;
    ~OutboxRelay();

    /// Relays until `stop` is requested, then hands its shards over. Outages are waited out.
    /// @return `fatal` when the tables are wrong or the producer is fenced for good.
    Result<void> run(std::stop_token stop);
    /// One round: renew leases, take a batch, send, mark. For tests and services with a loop of their own.
    /// @return rows published
    Result<std::size_t> run_once();
    /// Something was committed: do not wait for the poll interval.
    void wake() noexcept;
    [[nodiscard]] RelayHealth health() const;

private:
    class Impl;
    explicit OutboxRelay(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

EVENTSDK_END_NAMESPACE
