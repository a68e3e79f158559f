#pragma once

#include "produce/live_ids.hpp"
#include "produce/transaction_outcomes.hpp"

#include <eventsdk/produce/transactional_producer.hpp>

#include <atomic>
#include <thread>

EVENTSDK_BEGIN_NAMESPACE

/// What the work of one attempt has done so far.
class Transaction::Impl {
public:
    struct Consumed {
        Reader* reader = nullptr;
        std::vector<PartitionOffset> offsets{};
    };

    Impl(const Catalogue& catalogue, const Runtime& runtime, TransactionalWriter& writer,
         produce::TransactionOutcomes& outcomes, produce::Deadline deadline)
        : catalogue_{catalogue},
          runtime_{runtime},
          writer_{writer},
          outcomes_{outcomes},
          tag_{outcomes.begin()},
          deadline_{deadline} {}

    const Result<void>& publish(const Record& record);
    const Result<void>& publish_described(std::string_view aggregate_id, const EventDescriptor& descriptor,
                                          const void* event, const PublishOptions& options);
    const Result<void>& add_offsets(Reader& reader, std::span<const PartitionOffset> offsets);

    [[nodiscard]] std::optional<Error> failure() const { return outcomes_.failure(); }
    [[nodiscard]] const std::vector<Consumed>& consumed() const noexcept { return consumed_; }

private:
    const Result<void>& remember(Result<void> result);
    Result<void> write(const Record& record);

    const Catalogue& catalogue_;
    const Runtime& runtime_;
    TransactionalWriter& writer_;
    produce::TransactionOutcomes& outcomes_;
    const std::uint64_t tag_;
    const produce::Deadline deadline_;
    std::vector<Consumed> consumed_;
    Result<void> last_;
};

class TransactionalProducer::Impl {
public:
    using Work = std::function<Result<void>(Transaction&)>;

    Impl(Broker broker, Catalogue catalogue, TransactionalProducerOptions options);
    ~Impl() { close(Duration{0}); }

    Result<void> open();
    Result<void> transact(const Work& work);
    void close(Duration timeout);

private:
    enum class Commit : std::uint8_t { stored, not_stored, unknown };

    Result<void> attempt(const Work& work, produce::Deadline deadline);
    Result<void> run(const Work& work, Transaction& transaction) const;
    Result<void> commit(const Transaction::Impl& transaction, produce::Deadline deadline);
    Result<void> resolve(const Transaction::Impl& transaction, Error unanswered, produce::Deadline deadline);
    Commit read_back(const Transaction::Impl& transaction, produce::Deadline deadline) const;
    Result<void> abandon(Error why, produce::Deadline deadline);
    Error after(Error error);
    bool pause_before(int retry, produce::Deadline deadline);
    void count(std::string_view outcome) const;

    Broker broker_;
    Catalogue catalogue_;
    const TransactionalProducerOptions options_;
    const produce::LiveId id_;
    produce::TransactionOutcomes outcomes_;
    std::unique_ptr<TransactionalWriter> writer_;  // null after an outcome that only a new one can clear up
    std::optional<Error> dead_;                    // fenced or fatal: every further call gives it

    std::timed_mutex turn_;
    std::atomic<std::thread::id> holder_{};
    std::mutex close_mutex_;
    std::condition_variable closing_;
    bool closed_ = false;
};

EVENTSDK_END_NAMESPACE
