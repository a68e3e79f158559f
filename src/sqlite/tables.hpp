#pragma once

#include <eventsdk/outbox/append_options.hpp>

#include "sqlite/session.hpp"

#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace sqlite {

/// The outbox's tables in SQLite, as SQL and as they are.
inline constexpr int outbox_migration = 1;

[[nodiscard]] std::string outbox_script(const OutboxTables& tables);
[[nodiscard]] Result<void> ensure_outbox(sqlite3* connection, const OutboxTables& tables);

}  // namespace sqlite
EVENTSDK_END_NAMESPACE
