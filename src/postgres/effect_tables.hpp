#pragma once

#include <eventsdk/postgres/database.hpp>

#include "postgres/session.hpp"

#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {

/// The tables of positions and inboxes, as SQL and as they are.
[[nodiscard]] std::string effect_script(const DatabaseOptions& options);
[[nodiscard]] Result<void> ensure_effect_tables(PGconn* connection, const DatabaseOptions& options);
/// @return `invalid_argument` "effects.options"
[[nodiscard]] Result<void> check(const DatabaseOptions& options);

}  // namespace postgres
EVENTSDK_END_NAMESPACE
