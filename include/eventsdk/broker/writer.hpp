#pragma once

#include <eventsdk/broker/partitioner.hpp>
#include <eventsdk/broker/record.hpp>
#include <eventsdk/core/result.hpp>

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

enum class Compression : std::uint8_t { none, lz4, zstd, gzip, snappy };

/// How a writer batches, compresses, queues and gives up.
struct WriterOptions {
    /// How long records wait for company before a batch is sent, 0…900,000 ms.
    Duration linger{5};
    Compression compression = Compression::lz4;  ///< of batches
    /// How long a record may stay unacknowledged before it ends `indeterminate` or `retriable`, 1 ms…24 h.
    Duration delivery_timeout{120'000};
    /// Records in the writer's queue, 1…10,000,000; more are refused as `retriable` "writer.queue_full".
    int queue_records = 10'000;
    /// Their bytes, at least 1,024.
    std::size_t queue_bytes = std::size_t{256} * 1024 * 1024;
    /// Partitioner of every topic not named in `topic_partitioners`.
    Partitioner partitioner = Partitioner::murmur2_random();
    std::map<std::string, Partitioner> topic_partitioners{};  ///< by topic
};

/// The end of one written record. `error` is null when it was acknowledged, else lives for the call only.
/// Kinds: `permanent` (too large, refused), `retriable` (certainly not stored), `indeterminate`, `fatal`, `fenced`,
/// `closed`.
struct WriteOutcome {
    std::uint64_t tag = 0;  ///< what was given to write()
    std::int32_t partition = -1;
    std::int64_t offset = -1;
    const Error* error = nullptr;
};

/// Receives outcomes, many at a time.
class EVENTSDK_API WriteSink {
public:
    virtual ~WriteSink() = default;
    /// Called on one thread at a time: the adapter's delivery thread, or inside write(), flush() or close() of an
    /// adapter without threads. Must not block; may call write(), never close().
    virtual void written(std::span<const WriteOutcome> outcomes) noexcept = 0;
};

/// Writes records to the log: idempotent, acknowledged by all in-sync replicas.
///
/// **Ordering and duplicates**: records of one partition are stored in the order of write() calls; a record whose
/// outcome is an acknowledgement is stored once. After a rejected record later ones of its partition still land.
/// **Thread safety**: all members may be called from any thread.
class EVENTSDK_API Writer {
public:
    virtual ~Writer() = default;
    /// Takes a copy of the record into the queue; exactly one outcome with `tag` follows when it succeeds, none
    /// when it fails. Never blocks.
    /// @return `retriable` "writer.queue_full"; `permanent` "record.too_large"; `invalid_argument`
    ///   (topic name, partition out of range); `fatal`, `fenced`, `closed`.
    [[nodiscard]] virtual Result<void> write(const Record& record, std::uint64_t tag) = 0;
    /// Sends what is queued without waiting for the linger time. Does not wait for outcomes.
    virtual void hurry() noexcept = 0;
    /// Waits until every record written before the call has its outcome (its sink call has returned).
    /// @return `retriable` "writer.flush_timeout" after `timeout`.
    [[nodiscard]] virtual Result<void> flush(Duration timeout) = 0;
    /// Records without an outcome yet.
    [[nodiscard]] virtual std::size_t pending() const noexcept = 0;
    /// Flushes up to `timeout`, then gives every remaining record its outcome (`indeterminate`, or `retriable` when
    /// certainly not stored) and refuses further work. Idempotent. The destructor closes with a timeout of 0.
    virtual void close(Duration timeout) noexcept = 0;
};

/// What a transaction needs to know of the consuming side: opaque, taken fresh from Reader::group_metadata().
struct GroupMetadata {
    std::string group{};
    std::int32_t generation = -1;
    std::string member{};
    std::string instance{};
    /// The adapter's own form when it has one (kept alive by this object).
    std::shared_ptr<const void> native{};
};

/// How a transactional writer is named and bounded.
struct TransactionalWriterOptions {
    WriterOptions writer{};
    /// Non-empty, at most 249 bytes; one live instance each: a newer one fences the older.
    std::string transactional_id{};
    /// After this the broker aborts an open transaction, 1 s…15 min.
    Duration transaction_timeout{60'000};
    /// Bound of initialisation, 1 ms…10 min.
    Duration init_timeout{30'000};
};

/// A writer whose records become visible to read_committed readers all together, or never.
///
/// States: idle → begin() → open → commit() or abort() → idle. A failed write spoils the transaction.
/// **Thread safety**: one thread drives begin/commit/abort; write() may be called from any thread between them.
/// **Source**: KIP-98, KIP-447.
class EVENTSDK_API TransactionalWriter {
public:
    virtual ~TransactionalWriter() = default;
    [[nodiscard]] virtual Result<void> begin() = 0;
    /// As Writer::write(), within an open transaction only (`invalid_argument` "transaction.not_open").
    [[nodiscard]] virtual Result<void> write(const Record& record, std::uint64_t tag) = 0;
    /// Adds consumed positions: `offset` of each is the next record to read.
    /// @return `abortable`, `fenced`, `retriable`, `fatal`.
    [[nodiscard]] virtual Result<void> add_offsets(const GroupMetadata& group, std::span<const PartitionOffset> offsets,
                                                   Duration timeout) = 0;
    /// Waits for all outcomes, then commits.
    /// @return `abortable` (call abort()), `indeterminate` (may be committed: make a new writer with the same id and
    ///   read back), `fenced`, `fatal`.
    [[nodiscard]] virtual Result<void> commit(Duration timeout) = 0;
    [[nodiscard]] virtual Result<void> abort(Duration timeout) = 0;
    virtual void close(Duration timeout) noexcept = 0;
};

EVENTSDK_END_NAMESPACE
