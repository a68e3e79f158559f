#include "sqlite/tables.hpp"

#include <fmt/format.h>

#include <array>
#include <set>

EVENTSDK_BEGIN_NAMESPACE
namespace sqlite {
namespace {

constexpr std::array<std::string_view, 19> outbox_columns{
    "seq",       "id",      "shard",       "aggregatetype", "aggregateid", "revision",  "type",     "schemaversion",
    "topic",     "headers", "traceparent", "payload",       "occurredat",  "createdat", "attempts", "nextattemptat",
    "lasterror", "blocked", "publishedat"};

Error schema_error(std::string message) {
    return {.kind = ErrorKind::fatal,
            .code = "outbox.schema",
            .message = std::move(message),
            .hint = "compare with the script that the Outbox shows, or give the tables other names"};
}

Result<void> verify_columns(sqlite3* connection, const std::string& table) {
    auto statement = Statement::prepare(connection, "SELECT name FROM pragma_table_info(?)");
    if (!statement) return std::move(statement).error();
    statement->bind(table);
    std::set<std::string, std::less<>> found;
    for (auto more = statement->step();; more = statement->step()) {
        if (!more) return std::move(more).error();
        if (!*more) break;
        found.insert(statement->text(0));
    }
    for (const std::string_view column : outbox_columns) {
        if (!found.contains(column)) return schema_error(fmt::format("table {} has no column {}", table, column));
    }
    return {};
}

Result<void> verify_migration(sqlite3* connection, const OutboxTables& tables) {
    auto number =
        Statement::prepare(connection, fmt::format("SELECT max(number) FROM \"{}_migrations\"", tables.outbox));
    if (!number) return std::move(number).error();
    if (auto row = number->step(); !row) return std::move(row).error();
    if (number->integer(0) == outbox_migration) return {};
    return schema_error(fmt::format("the outbox {} is at migration {}, this version needs {}", tables.outbox,
                                    number->integer(0), outbox_migration));
}

}  // namespace

std::string outbox_script(const OutboxTables& tables) {
    std::string script;
    for (const std::string& table : {tables.outbox, tables.archive}) {
        const bool archive = table == tables.archive;
        script += fmt::format(R"sql(CREATE TABLE IF NOT EXISTS "{}" (
    seq           INTEGER PRIMARY KEY{},
    id            TEXT NOT NULL{},
    shard         INTEGER NOT NULL,
    aggregatetype TEXT NOT NULL,
    aggregateid   TEXT NOT NULL,
    revision      INTEGER,
    type          TEXT NOT NULL,
    schemaversion INTEGER NOT NULL,
    topic         TEXT NOT NULL,
    headers       TEXT NOT NULL,
    traceparent   TEXT,
    payload       TEXT,
    occurredat    TEXT NOT NULL,
    createdat     INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)),
    attempts      INTEGER NOT NULL DEFAULT 0,
    nextattemptat INTEGER,
    lasterror     TEXT,
    blocked       INTEGER NOT NULL DEFAULT 0,
    publishedat   INTEGER
);
)sql",
                              table, archive ? "" : " AUTOINCREMENT", archive ? "" : " UNIQUE");
    }
    script += fmt::format(R"sql(CREATE INDEX IF NOT EXISTS "{0}_held" ON "{0}" (aggregateid) WHERE attempts > 0;
CREATE INDEX IF NOT EXISTS "{1}_publishedat" ON "{1}" (publishedat);
CREATE TABLE IF NOT EXISTS "{2}" (
    aggregatetype TEXT NOT NULL,
    aggregateid   TEXT NOT NULL,
    revision      INTEGER NOT NULL,
    PRIMARY KEY (aggregatetype, aggregateid)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "{3}" (
    only      INTEGER PRIMARY KEY CHECK (only = 0),
    holder    TEXT NOT NULL DEFAULT '',
    token     INTEGER NOT NULL DEFAULT 0,
    expiresat INTEGER NOT NULL DEFAULT 0
);
INSERT OR IGNORE INTO "{3}" (only) VALUES (0);
CREATE TABLE IF NOT EXISTS "{0}_migrations" (
    number    INTEGER PRIMARY KEY,
    appliedat TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO "{0}_migrations" (number) SELECT {4} WHERE NOT EXISTS (SELECT 1 FROM "{0}_migrations");
)sql",
                          tables.outbox, tables.archive, tables.revisions, tables.leases, outbox_migration);
    return script;
}

Result<void> ensure_outbox(sqlite3* connection, const OutboxTables& tables) {
    if (!tables.schema.empty()) {
        return Error{.kind = ErrorKind::invalid_argument,
                     .code = "outbox.table_name",
                     .message = "OutboxTables::schema is for PostgreSQL",
                     .hint = "leave it empty with SQLite"};
    }
    auto savepoint = Savepoint::begin(connection);
    if (!savepoint) return std::move(savepoint).error();
    if (auto made = run_script(connection, outbox_script(tables)); !made) return made;
    for (const std::string& table : {tables.outbox, tables.archive}) {
        if (auto right = verify_columns(connection, table); !right) return right;
    }
    if (auto right = verify_migration(connection, tables); !right) return right;
    return savepoint->release();
}

}  // namespace sqlite
EVENTSDK_END_NAMESPACE
