#pragma once

#include <eventsdk/broker/record.hpp>
#include <eventsdk/core/result.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// Aggregates are spread over this many shards by a hash that never changes.
inline constexpr int outbox_shards = 64;

/// The shard of an aggregate: murmur2 of its id, so that one key is in one shard whatever its type.
[[nodiscard]] EVENTSDK_API int outbox_shard(std::string_view aggregate_id) noexcept;

/// The right to relay one shard until `expires`. A later holder has a greater token; marking checks it.
struct ShardLease {
    int shard = 0;
    std::int64_t token = 0;
    MonotonicTime expires{};  ///< on this process's clock, counted from before the request was sent
};

/// A committed row that waits to be relayed.
struct OutboxRow {
    std::int64_t seq = 0;
    int shard = 0;
    std::int32_t attempts = 0;
    Timestamp created_at{};
    Record record{};                    ///< topic, key, headers and bytes as stored; event_id set
    std::optional<Error> unreadable{};  ///< the row cannot be made into a record; to be marked as blocked
};

/// A row that could not be published.
struct RowFailure {
    std::int64_t seq = 0;
    int shard = 0;
    Error error{};
    bool blocked = false;  ///< rejected for good: holds back its aggregate until it is resolved
    Duration delay{0};     ///< when not blocked: the aggregate waits this long
};

/// A rejected row, for people.
struct BlockedRow {
    std::int64_t seq = 0;
    std::string event_id{};
    std::string type{};
    std::string aggregate_id{};
    std::string topic{};
    std::string error{};
    std::int32_t attempts = 0;
    std::int64_t waiting_behind = 0;  ///< later rows of the aggregate that it holds back
};

/// What waits in an outbox.
struct OutboxStatus {
    std::int64_t pending = 0;
    std::optional<Duration> oldest{};  ///< age of the oldest pending row by the database's clock
    std::vector<BlockedRow> blocked{};
};

/// What to do with a blocked row.
enum class Resolution : std::uint8_t {
    retry,        ///< try it again as it is
    skip,         ///< drop it (archived when the store archives), go on with the aggregate
    dead_letter,  ///< send it to the dead-letter topic of its topic instead, then go on
};

/// The database side of a relay. One object per relay; implemented by sqlite and postgres.
///
/// **Thread safety**: belongs to one thread. **Blocking**: every call is bounded by the store's statement timeout.
/// @return of all: `unavailable` while the database cannot be reached (the next call connects again), `fenced`
///   "outbox.lease_lost" when a lease's token is no longer the newest, `fatal` "outbox.schema" when the tables are
///   not as expected.
class EVENTSDK_API OutboxStore {
public:
    virtual ~OutboxStore() = default;
    /// Renews the leases that `relay` holds and takes free or expired ones, up to its fair share among live relays.
    [[nodiscard]] virtual Result<std::vector<ShardLease>> lease(const std::string& relay, Duration duration) = 0;
    /// The number that `shard` shares with the shards that are always leased together with it.
    [[nodiscard]] virtual int lease_group(int shard) const noexcept { return shard; }
    /// Hands shards over at once.
    [[nodiscard]] virtual Result<void> release(const std::string& relay) = 0;
    /// Rows that may be sent now: of the leased shards, of no blocked or waiting aggregate, and of each aggregate the
    /// oldest committed ones in order. No committed row is ever left out for good, in whatever order transactions
    /// commit.
    /// Rows that were handed out and are not marked may be left out before rewind(): mark or rewind before asking again.
    [[nodiscard]] virtual Result<std::vector<OutboxRow>> pending(std::span<const ShardLease> leases,
                                                                 std::size_t most) = 0;
    /// What was handed out and not marked will be handed out again.
    virtual void rewind() noexcept = 0;
    /// Removes (or archives) acknowledged rows in one transaction that checks every lease's token, without rows too.
    /// A row is known by its number and its event id together; one that is not there any more is no error.
    [[nodiscard]] virtual Result<void> mark_published(std::span<const ShardLease> leases,
                                                      std::span<const OutboxRow* const> rows) = 0;
    [[nodiscard]] virtual Result<void> mark_failed(std::span<const ShardLease> leases,
                                                   std::span<const RowFailure> failures) = 0;
    [[nodiscard]] virtual Result<OutboxStatus> status(std::size_t most_blocked) = 0;
    [[nodiscard]] virtual Result<void> resolve(std::int64_t seq, Resolution resolution) = 0;
    /// Deletes archived rows older than `age`; returns how many.
    [[nodiscard]] virtual Result<std::int64_t> purge_archive(Duration age) = 0;
    /// Becomes readable when rows may have been committed, until the next pending(); -1 where the database does not say.
    /// Another one after any other call.
    [[nodiscard]] virtual int wake_descriptor() const noexcept { return -1; }
};

EVENTSDK_END_NAMESPACE
