#pragma once

#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/outbox/append_options.hpp>
#include <eventsdk/outbox/outbox_batch.hpp>
#include <eventsdk/outbox/outbox_store.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct sqlite3;

EVENTSDK_BEGIN_NAMESPACE
namespace sqlite {

/// Stores events in the caller's own SQLite transaction, for a relay to publish: rolled back, they never existed;
/// committed, each is published at least once, per aggregate in order.
///
/// The connection stays the caller's. Outside a transaction every append is a transaction of its own. Begin the
/// transaction with `BEGIN IMMEDIATE`: SQLite has one writer at a time, which is what gives aggregates their order;
/// a transaction that began by reading may be refused when it first writes (`conflict` "sqlite.busy_snapshot").
/// **Thread safety**: any number of threads, each with its own connection. **Blocking**: for the database's writer
/// lock, as long as the caller's busy time-out says.
/// @return of appends: `permanent` (schema, size), `conflict` (expected revision), `unavailable` "sqlite.busy" or
///   "sqlite.unavailable", `fatal` "outbox.schema" (tables missing: ensure_tables).
class EVENTSDK_API Outbox {
public:
    explicit Outbox(Catalogue catalogue, OutboxOptions options = {}, Runtime runtime = {});

    template <Event T>
    Result<Appended> append(sqlite3* connection, std::string_view aggregate_id, const T& event,
                            const AppendOptions& options = {}) {
        return append_described(connection, aggregate_id, describe_event<T>(), &event, options);
    }
    /// Appends all events of the batch in order, or none.
    Result<std::vector<Appended>> append_all(sqlite3* connection, const OutboxBatch& batch);

    /// The aggregate's revision as this transaction sees it; 0 when none is kept.
    Result<std::int64_t> revision(sqlite3* connection, std::string_view aggregate_type, std::string_view aggregate_id);

    /// Creates what is missing and verifies what exists.
    /// @return `fatal` "outbox.schema" naming the difference.
    Result<void> ensure_tables(sqlite3* connection);
    /// The SQL that ensure_tables() runs.
    [[nodiscard]] std::string create_script() const;

private:
    Result<Appended> append_described(sqlite3* connection, std::string_view aggregate_id,
                                      const EventDescriptor& descriptor, const void* event,
                                      const AppendOptions& options);
    class Impl;
    std::shared_ptr<const Impl> impl_;
};

/// How a relay reaches an outbox in SQLite.
struct StoreOptions {
    OutboxTables tables{};
    bool archive = false;           ///< keep published rows in the archive table
    Duration busy_timeout{10'000};  ///< longest wait for the writer lock, 0…10 min
};

/// The store of a relay on a connection of its own.
/// @return `invalid_argument` naming the file or name, `unavailable` when it cannot be opened
[[nodiscard]] EVENTSDK_API Result<std::unique_ptr<OutboxStore>> open_outbox(const std::filesystem::path& file,
                                                                            StoreOptions options = {});

}  // namespace sqlite
EVENTSDK_END_NAMESPACE
