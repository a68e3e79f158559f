#pragma once

#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/outbox/append_options.hpp>
#include <eventsdk/outbox/outbox_batch.hpp>
#include <eventsdk/outbox/outbox_store.hpp>

#include <memory>
#include <string>
#include <vector>

struct pg_conn;  // libpq's PGconn

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {

/// Stores events in the caller's own transaction, for a relay to publish: rolled back, they never existed;
/// committed, each is published at least once, per aggregate in order.
///
/// The connection must be in a transaction (`BEGIN`), else every append is a transaction of its own. It stays the
/// caller's; nothing but the append's statement runs on it.
/// **Ordering**: events of one transaction in append order; transactions on one aggregate wait for each other (an
/// advisory transaction lock), so that an order between them exists.
/// **Thread safety**: any number of threads, each with its own connection.
/// **Blocking**: one round trip; waits for other transactions on the same aggregate (bounded by the connection's
/// `lock_timeout`, which is the caller's).
/// @return of appends: `permanent` (schema, size), `conflict` (expected revision; under REPEATABLE READ and above
///   also the database's serialisation failure, after which the transaction must be rolled back), `unavailable`
///   (connection lost), `invalid_argument` "outbox.schema" (tables missing: ensure_tables), "outbox.transaction"
///   (the transaction has failed already).
class EVENTSDK_API Outbox {
public:
    explicit Outbox(Catalogue catalogue, OutboxOptions options = {}, Runtime runtime = {});

    template <Event T>
    Result<Appended> append(pg_conn* connection, std::string_view aggregate_id, const T& event,
                            const AppendOptions& options = {}) {
        return append_described(connection, aggregate_id, describe_event<T>(), &event, options);
    }
    /// Appends all events of the batch, in order, in one round trip; a conflict stores none of them.
    Result<std::vector<Appended>> append_all(pg_conn* connection, const OutboxBatch& batch);

    /// The aggregate's revision as this transaction sees it; 0 when none is kept.
    Result<std::int64_t> revision(pg_conn* connection, std::string_view aggregate_type, std::string_view aggregate_id);

    /// Creates what is missing and verifies what exists: columns, types, indexes, migration number.
    /// @return `fatal` "outbox.schema" naming the difference.
    Result<void> ensure_tables(pg_conn* connection);
    /// The SQL that ensure_tables() runs, for people who create tables themselves.
    [[nodiscard]] std::string create_script() const;

private:
    Result<Appended> append_described(pg_conn* connection, std::string_view aggregate_id,
                                      const EventDescriptor& descriptor, const void* event,
                                      const AppendOptions& options);
    class Impl;
    std::shared_ptr<const Impl> impl_;
};

/// How a relay reaches an outbox in PostgreSQL.
struct StoreOptions {
    OutboxTables tables{};
    bool archive = false;                ///< keep published rows in the archive table
    Duration statement_timeout{10'000};  ///< bound of every statement, 100 ms…10 min
    /// LISTEN for what services with OutboxOptions::notify commit, so that the relay need not poll often: rows of
    /// services without it still wait for RelayOptions::poll_interval. Not through a pooler of transactions.
    bool listen = false;
};

/// The store of a relay on a connection of its own; connects lazily and again after a loss.
/// @param url libpq connection string or URL; its password appears in no error
/// @return `invalid_argument` for a malformed URL or name
[[nodiscard]] EVENTSDK_API Result<std::unique_ptr<OutboxStore>> open_outbox(const std::string& url,
                                                                            StoreOptions options = {});

}  // namespace postgres
EVENTSDK_END_NAMESPACE
