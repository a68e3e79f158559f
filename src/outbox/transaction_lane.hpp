#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>

#include "outbox/relay_batch.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {

/// The transactional writer of one lease group: shards that are always leased together.
class TransactionLane final : public WriteSink {
public:
    struct Settings {
        std::string id{};  ///< of the outbox; the group's number is appended
        std::string state_topic{};
        WriterOptions writer{};
        Duration transaction_timeout{60'000};
    };

    TransactionLane(int group, const Settings& settings) : group_{group}, settings_{settings} {}
    ~TransactionLane() override { close(); }
    TransactionLane(const TransactionLane&) = delete;
    TransactionLane& operator=(const TransactionLane&) = delete;

    /// Fences every earlier holder, which ends its transaction, and writes the fence behind it.
    [[nodiscard]] Result<void> open(BrokerPort& broker, MonotonicTime deadline);
    /// All rows that are not rejected, and their numbers, in one transaction. After a failure the lane is closed:
    /// whoever opens it again reads what became of the transaction.
    [[nodiscard]] RelayBatch::Ended send(std::span<const OutboxRow* const> rows, const RecordLimits& limits,
                                         MonotonicTime deadline);
    void close() noexcept;

    [[nodiscard]] bool is_open() const noexcept { return writer_ != nullptr; }
    [[nodiscard]] int group() const noexcept { return group_; }
    [[nodiscard]] std::int64_t fence_offset() const noexcept { return fence_offset_; }
    void written(std::span<const WriteOutcome> outcomes) noexcept override;

    std::vector<ShardLease> leases{};  ///< of the group's shards
    bool ready = false;                ///< what the transaction before holds is marked

private:
    [[nodiscard]] Record state_record(std::string key, std::string value) const;
    [[nodiscard]] Result<void> commit(std::span<const OutboxRow* const> rows, MonotonicTime deadline);
    void abort(RelayBatch::Ended& ended, MonotonicTime deadline);

    int group_;
    Settings settings_;
    RelayBatch batch_;
    std::atomic<std::int64_t> fence_offset_{-1};
    std::unique_ptr<TransactionalWriter> writer_;
};

}  // namespace outbox
EVENTSDK_END_NAMESPACE
