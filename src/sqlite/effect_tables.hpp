#pragma once

#include <eventsdk/sqlite/database.hpp>

#include "sqlite/session.hpp"

#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace sqlite {

/// The tables of positions and inboxes, as SQL and as they are.
[[nodiscard]] std::string effect_script(const DatabaseOptions& options);
[[nodiscard]] Result<void> ensure_effect_tables(sqlite3* connection, const DatabaseOptions& options);
/// @return `invalid_argument` "effects.options"
[[nodiscard]] Result<void> check(const DatabaseOptions& options);

}  // namespace sqlite
EVENTSDK_END_NAMESPACE
