#pragma once

// Which database the system works on is said when it is built: the SDK's parts for SQLite and for PostgreSQL have the same
// names, and the statements here are understood by both.

#ifdef CAMPUS_HUB_POSTGRES
#  include <eventsdk/postgres/database.hpp>
#  include <eventsdk/postgres/outbox.hpp>
#else
#  include <eventsdk/sqlite/database.hpp>
#  include <eventsdk/sqlite/outbox.hpp>
#endif

#include <cstdlib>
#include <string>

namespace campus_hub {

inline std::string setting(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : otherwise;
}

#ifdef CAMPUS_HUB_POSTGRES
namespace sql = eventsdk::postgres;
/// The one database, DATABASE_URL.
inline std::string place_of(const std::string&) { return setting("DATABASE_URL", "postgresql://localhost/campus_hub"); }
#else
namespace sql = eventsdk::sqlite;
/// A file each for the command side and the read side, in CAMPUS_HUB_DATA.
inline std::string place_of(const std::string& side) { return setting("CAMPUS_HUB_DATA", ".") + "/" + side + ".db"; }
#endif

}  // namespace campus_hub
