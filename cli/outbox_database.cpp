#include "outbox_database.hpp"

#include "exit_status.hpp"

#ifdef EVENTSDK_CLI_SQLITE
#  include <eventsdk/sqlite/outbox.hpp>
#endif
#ifdef EVENTSDK_CLI_POSTGRES
#  include <eventsdk/postgres/outbox.hpp>
#endif

#include <CLI/CLI.hpp>

#include <cstdlib>

namespace cli {
namespace {

#ifdef EVENTSDK_CLI_SQLITE
std::unique_ptr<eventsdk::OutboxStore> open_sqlite(const OutboxDatabase& database) {
    return value_or_stop(
        eventsdk::sqlite::open_outbox(database.file, {.tables = database.tables, .archive = database.archive}));
}
#else
std::unique_ptr<eventsdk::OutboxStore> open_sqlite(const OutboxDatabase&) {
    throw Failure{usage, "this program was built without SQLite", "build it with -D EVENTSDK_SQLITE=ON"};
}
#endif

#ifdef EVENTSDK_CLI_POSTGRES
std::unique_ptr<eventsdk::OutboxStore> open_postgres(const OutboxDatabase& database, const std::string& url) {
    return value_or_stop(eventsdk::postgres::open_outbox(
        url, {.tables = database.tables, .archive = database.archive, .listen = database.listen}));
}
#else
std::unique_ptr<eventsdk::OutboxStore> open_postgres(const OutboxDatabase&, const std::string&) {
    throw Failure{usage, "this program was built without PostgreSQL", "build it with -D EVENTSDK_POSTGRES=ON"};
}
#endif

}  // namespace

std::unique_ptr<eventsdk::OutboxStore> OutboxDatabase::open() const {
    if (!file.empty() && !url.empty()) throw Failure{usage, "--sqlite and --postgres exclude each other", {}};
    if (!file.empty() && listen) throw Failure{usage, "--listen needs PostgreSQL", "use --poll on a SQLite file"};
    if (!file.empty()) return open_sqlite(*this);
    const char* given = std::getenv("DATABASE_URL");
    if (url.empty() && given == nullptr) {
        throw Failure{usage, "which outbox?", "give --sqlite FILE or --postgres URL, or set DATABASE_URL"};
    }
    return open_postgres(*this, url.empty() ? given : url);
}

void add_database_options(CLI::App& command, OutboxDatabase& database) {
    command.add_option("--sqlite", database.file, "FILE with the outbox")->group("Database");
    command
        .add_option("--postgres", database.url,
                    "URL or connection string; else DATABASE_URL (keeps the password "
                    "out of the list of processes)")
        ->group("Database");
    command.add_option("--schema", database.tables.schema, "PostgreSQL schema; else the search path")
        ->group("Database");
    command.add_option("--table", database.tables.outbox, "Name of the outbox table (outbox)")->group("Database");
    command.add_option("--leases-table", database.tables.leases, "Name of its leases table (outbox_leases)")
        ->group("Database");
    command.add_option("--archive-table", database.tables.archive, "Name of its archive table (outbox_archive)")
        ->group("Database");
}

}  // namespace cli
