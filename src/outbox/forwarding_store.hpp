#pragma once

#include <eventsdk/outbox/outbox_store.hpp>

#include <memory>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {

/// Hands every question on to another store; a decorator overrides the ones that it changes.
class ForwardingStore : public OutboxStore {
public:
    explicit ForwardingStore(std::shared_ptr<OutboxStore> store) : store_{std::move(store)} {}

    Result<std::vector<ShardLease>> lease(const std::string& relay, Duration duration) override {
        return store_->lease(relay, duration);
    }
    [[nodiscard]] int lease_group(int shard) const noexcept override { return store_->lease_group(shard); }
    Result<void> release(const std::string& relay) override { return store_->release(relay); }
    Result<std::vector<OutboxRow>> pending(std::span<const ShardLease> leases, std::size_t most) override {
        return store_->pending(leases, most);
    }
    void rewind() noexcept override { store_->rewind(); }
    Result<void> mark_published(std::span<const ShardLease> leases, std::span<const OutboxRow* const> rows) override {
        return store_->mark_published(leases, rows);
    }
    Result<void> mark_failed(std::span<const ShardLease> leases, std::span<const RowFailure> failures) override {
        return store_->mark_failed(leases, failures);
    }
    Result<OutboxStatus> status(std::size_t most_blocked) override { return store_->status(most_blocked); }
    Result<void> resolve(std::int64_t seq, Resolution resolution) override { return store_->resolve(seq, resolution); }
    Result<std::int64_t> purge_archive(Duration age) override { return store_->purge_archive(age); }
    [[nodiscard]] int wake_descriptor() const noexcept override { return store_->wake_descriptor(); }

private:
    std::shared_ptr<OutboxStore> store_;
};

}  // namespace outbox
EVENTSDK_END_NAMESPACE
