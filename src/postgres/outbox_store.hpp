#pragma once

#include <eventsdk/postgres/outbox.hpp>

#include "postgres/outbox_scan.hpp"
#include "postgres/session.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {

/// The database side of a relay: leases, rows, marks, and what people ask of them.
class Store final : public OutboxStore {
public:
    Store(std::string url, StoreOptions options);

    Result<std::vector<ShardLease>> lease(const std::string& relay, Duration duration) override;
    Result<void> release(const std::string& relay) override;
    Result<std::vector<OutboxRow>> pending(std::span<const ShardLease> leases, std::size_t most) override;
    void rewind() noexcept override { scan_.forget(); }
    Result<void> mark_published(std::span<const ShardLease> leases, std::span<const OutboxRow* const> rows) override;
    Result<void> mark_failed(std::span<const ShardLease> leases, std::span<const RowFailure> failures) override;
    Result<OutboxStatus> status(std::size_t most_blocked) override;
    Result<void> resolve(std::int64_t seq, Resolution resolution) override;
    Result<std::int64_t> purge_archive(Duration age) override;
    [[nodiscard]] int wake_descriptor() const noexcept override;

private:
    Result<PGconn*> connected();
    bool take_news() noexcept;
    Result<Rows> query(const std::string& sql, const Parameters& parameters = {});
    [[nodiscard]] std::string removal(std::string_view condition) const;

    std::string url_;
    StoreOptions options_;
    std::string outbox_;
    std::string archive_;
    std::string leases_;
    std::string relays_;
    OutboxScan scan_;
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_{nullptr, &PQfinish};
};

}  // namespace postgres
EVENTSDK_END_NAMESPACE
