#pragma once

#include <eventsdk/outbox/outbox_store.hpp>

#include "postgres/session.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {

/// Finds the rows to relay without skipping any and without reading the graves of old ones.
///
/// Sequence numbers become visible out of order, so a plain cursor loses rows; reading from the start each time
/// gets slower with every row deleted behind an old snapshot. Hence, per shard:
///
/// - A scan begins behind the greatest number that the scan *before the last* saw. A transaction that is neither in
///   flight at the end of a scan (its advisory lock is seen in pg_locks) nor visible in it took its numbers after
///   that scan, so they are greater than all that it saw.
/// - The numbers of a transaction that was in flight may lie below that: its aggregates are read again from the
///   begin of the scan that first met it, until it is gone.
/// - Every few seconds, and after any change of leases, errors or blocked rows, everything is read from the start:
///   rows that were inserted without the lock are found then.
class OutboxScan {
public:
    OutboxScan(std::string outbox, std::int64_t lock_class);

    /// The next rows of the leased shards, at most `most`; see OutboxStore::pending().
    [[nodiscard]] Result<std::vector<OutboxRow>> next(PGconn* connection, std::span<const ShardLease> leases,
                                                      std::size_t most);
    /// Blocked or waiting aggregates changed: ask for them before the next scan.
    void reload_held() noexcept { held_known_ = false; }
    /// Reads everything from the start.
    void forget() noexcept;

private:
    struct Shard {
        std::int64_t token = -1;
        std::int64_t seen = 0;         ///< greatest number of the newest scan
        std::int64_t seen_before = 0;  ///< of the one before: where the next scan begins
    };
    /// An aggregate with a transaction in flight: rows above `from` may still appear.
    struct InFlight {
        std::int64_t from = 0;
        bool gone = false;  ///< finished since the last scan; read once more
    };

    [[nodiscard]] Result<void> load_held(PGconn* connection, const std::vector<std::int64_t>& shards);
    [[nodiscard]] Result<void> load_in_flight(PGconn* connection);
    [[nodiscard]] Result<std::vector<OutboxRow>> read(PGconn* connection, const std::vector<std::int64_t>& shards,
                                                      std::size_t most);
    void note_seen(const std::vector<std::int64_t>& shards, const std::vector<OutboxRow>& rows, bool cut);
    void note_leases(std::span<const ShardLease> leases);

    std::string outbox_;
    std::int64_t lock_class_;
    std::array<Shard, static_cast<std::size_t>(outbox_shards)> shards_{};
    std::map<std::pair<std::int64_t, std::string>, InFlight> in_flight_;  ///< by lock key and virtual transaction
    std::set<std::string, std::less<>> held_;
    bool held_known_ = false;
    std::size_t turn_ = 0;
    std::size_t late_rows_ = 0;  ///< of the newest read(): those of transactions that were in flight
    MonotonicTime next_full_{};
    MonotonicTime next_held_{};
};

}  // namespace postgres
EVENTSDK_END_NAMESPACE
