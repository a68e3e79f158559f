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

    KafkaTransactionalWriter(std::unique_ptr<ProducerCore> core, std::string id);
    [[nodiscard]] Result<void> initialise(Duration timeout);
    /// An error object of the transaction calls, read in the order that librdkafka's manual asks for.
    [[nodiscard]] Error classify(const rd_kafka_error_t* native, std::string_view action);
    void spoil(const Error& reason);
    [[nodiscard]] Result<void> check_open() const;
    [[nodiscard]] Result<void> finish_commit(const Deadline& deadline);
    [[nodiscard]] Error commit_unknown(const Deadline& deadline);

    std::string id_;
    mutable std::mutex mutex_;
    std::atomic<State> state_{State::idle};
    std::optional<Error> reason_;  // of `spoiled` and `unknown`
    std::unique_ptr<ProducerCore> core_;
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
