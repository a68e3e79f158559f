#pragma once

#include "kafka/admin_client.hpp"
#include "kafka/producer_core.hpp"

#include <atomic>
#include <mutex>
#include <optional>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

class KafkaTransactionalWriter final : public TransactionalWriter {
public:
    [[nodiscard]] static Result<std::unique_ptr<TransactionalWriter>> create(const Options& options,
                                                                             const Runtime& runtime,
                                                                             const TransactionalWriterOptions& writer,
                                                                             WriteSink& sink);
    ~KafkaTransactionalWriter() override { close(Duration{0}); }

    Result<void> begin() override;
    Result<void> write(const Record& record, std::uint64_t tag) override;
    Result<void> add_offsets(const GroupMetadata& group, std::span<const PartitionOffset> offsets,
                             Duration timeout) override;
    Result<void> commit(Duration timeout) override;
    Result<void> abort(Duration timeout) override;
    void close(Duration timeout) noexcept override;

private:
    enum class State : std::uint8_t { idle, open, spoiled, unknown, closed };

    KafkaTransactionalWriter(const Options& options, const Runtime& runtime, const TransactionalWriterOptions& writer,
                             WriteSink& sink);
    /// A new client handle, initialised: fences the one before, whoever has it.
    [[nodiscard]] Result<void> open_handle(Duration timeout);
    [[nodiscard]] Result<void> initialise(Duration timeout);
    /// An error object of the transaction calls, read in the order that librdkafka's manual asks for.
    [[nodiscard]] Error classify(const rd_kafka_error_t* native, std::string_view action);
    void spoil(const Error& reason);
    [[nodiscard]] Result<void> check_open() const;
    [[nodiscard]] Result<void> finish_commit(const Deadline& deadline);
    [[nodiscard]] Error commit_unknown(const Deadline& deadline);
    [[nodiscard]] Result<void> finish_abort(const Deadline& deadline);

    const Options connection_;
    const Runtime runtime_;
    const TransactionalWriterOptions options_;
    WriteSink& sink_;
    const std::string& id_ = options_.transactional_id;
    mutable std::mutex mutex_;
    std::atomic<State> state_{State::idle};
    std::optional<Error> reason_;  // of `spoiled` and `unknown`
    bool refused_ = false;         // a broker refused a record of the transaction
    std::unique_ptr<ProducerCore> core_;
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
