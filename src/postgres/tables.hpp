#pragma once

#include <eventsdk/outbox/append_options.hpp>

#include "postgres/session.hpp"

#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {

/// The outbox's tables in PostgreSQL, as SQL and as they are.
inline constexpr int outbox_migration = 1;

[[nodiscard]] std::string outbox_script(const OutboxTables& tables);
[[nodiscard]] Result<void> ensure_outbox(PGconn* connection, const OutboxTables& tables);
/// Class half of the advisory locks that serialise aggregates; one per outbox table name.
[[nodiscard]] std::int64_t lock_class(const OutboxTables& tables);
/// The function that appends one row; its statements are planned once a connection.
[[nodiscard]] std::string append_function(const OutboxTables& tables);
/// Where commits of an outbox are told.
[[nodiscard]] std::string notify_channel(const OutboxTables& tables);

}  // namespace postgres
EVENTSDK_END_NAMESPACE
