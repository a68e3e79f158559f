#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>

#include "outbox/relay_batch.hpp"

#include <memory>
#include <span>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {

/// How rows reach the broker: each by itself, or in transactions that also say which rows they hold.
class RelaySender {
public:
    virtual ~RelaySender() = default;
    /// Gets ready to send under these leases.
    /// @return the leases whose rows may be claimed now
    [[nodiscard]] virtual Result<std::vector<ShardLease>> prepare(OutboxStore& store,
                                                                  std::span<const ShardLease> leases,
                                                                  MonotonicTime deadline) = 0;
    [[nodiscard]] virtual RelayBatch::Ended send(std::span<const OutboxRow> rows, const RecordLimits& limits,
                                                 MonotonicTime deadline) = 0;
    /// What was published could not be marked as such.
    virtual void not_marked() noexcept = 0;
    /// Gives up what is under way, without waiting.
    virtual void close() noexcept = 0;
};

[[nodiscard]] std::unique_ptr<RelaySender> make_plain_sender(Broker broker, const WriterOptions& options);
[[nodiscard]] std::unique_ptr<RelaySender> make_transactional_sender(Broker broker, const RelayOptions& options);

}  // namespace outbox
EVENTSDK_END_NAMESPACE
