#pragma once

#include <eventsdk/core/retry_policy.hpp>
#include <eventsdk/produce/producer.hpp>

#include <optional>
#include <type_traits>

EVENTSDK_BEGIN_NAMESPACE

/// How a transactional producer is named, bounded and tries again.
struct TransactionalProducerOptions {
    /// Stable per instance of the service, 1…249 bytes: a newer holder fences the older.
    std::string transactional_id{};
    WriterOptions writer{};
    Duration transaction_timeout{60'000};  ///< 1 s…15 min
    /// Bound of one transact(), its retries included.
    Duration timeout{60'000};  ///< 1 ms…1 h
    /// How often an abortable transaction is run again.
    RetryPolicy retry{.max_retries = 5, .first_delay = Duration{100}};

    /// The options, or `invalid_argument` "options.invalid" naming the first that is out of range.
    [[nodiscard]] EVENTSDK_API Result<TransactionalProducerOptions> validated() const;
};

/// An open transaction; lives inside TransactionalProducer::transact(), on its thread.
class EVENTSDK_API Transaction {
public:
    /// Adds an event. A failure spoils the transaction, whether the result is looked at or not: the first one is what
    /// transact() returns. The reference lives until the next call.
    template <Event T>
    const Result<void>& publish(std::string_view aggregate_id, const T& event, const PublishOptions& options = {}) {
        return publish_described(aggregate_id, describe_event<T>(), &event, options);
    }
    const Result<void>& publish(const Record& record);
    /// Adds consumed positions: offset of each is the next record to read. May be called once per reader.
    const Result<void>& add_offsets(Reader& reader, std::span<const PartitionOffset> offsets);

    /// The first failure so far, if any: the transaction is spoiled and will be aborted.
    [[nodiscard]] std::optional<Error> failure() const;

    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

private:
    friend class TransactionalProducer;
    class Impl;
    explicit Transaction(Impl& impl) : impl_{impl} {}
    const Result<void>& publish_described(std::string_view aggregate_id, const EventDescriptor& descriptor,
                                          const void* event, const PublishOptions& options);
    Impl& impl_;
};

/// Publishes events all together or not at all, for read_committed readers. Covers Kafka only: no database takes
/// part (use the outbox for that).
///
/// **Thread safety**: one transaction at a time; transact() may be called from any thread and waits its turn.
class EVENTSDK_API TransactionalProducer {
public:
    [[nodiscard]] static Result<TransactionalProducer> create(Broker broker, Catalogue catalogue,
                                                              TransactionalProducerOptions options);
    TransactionalProducer(TransactionalProducer&&) noexcept;
    TransactionalProducer& operator=(TransactionalProducer&&) noexcept;
    ~TransactionalProducer();

    /// Begins, runs `work`, commits; abortable errors abort and run `work` again. An exception or error of `work`
    /// aborts and is returned.
    /// @return `indeterminate` when the commit's outcome is unknown (`work` is not run again), `fenced`, `fatal`,
    ///   `retriable` when the retries are spent, `permanent` for a refused event.
    Result<void> transact(const std::function<Result<void>(Transaction&)>& work);
    /// The same for work that returns nothing.
    template <class Work>
    requires std::is_void_v<std::invoke_result_t<Work&, Transaction&>> Result<void> transact(Work work) {
        return transact(std::function<Result<void>(Transaction&)>{[&work](Transaction& transaction) -> Result<void> {
            work(transaction);
            return {};
        }});
    }
    void close(Duration timeout);

private:
    class Impl;
    explicit TransactionalProducer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

EVENTSDK_END_NAMESPACE
