#include "postgres/tables.hpp"

#include <eventsdk/broker/partitioner.hpp>
#include <eventsdk/outbox/outbox_store.hpp>

#include <fmt/format.h>

#include <array>
#include <map>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {
namespace {

struct Column {
    std::string_view name;
    std::string_view type;  ///< as information_schema names it
};

constexpr std::array outbox_columns{Column{"seq", "bigint"},
                                    Column{"id", "uuid"},
                                    Column{"shard", "smallint"},
                                    Column{"lockkey", "integer"},
                                    Column{"aggregatetype", "character varying"},
                                    Column{"aggregateid", "character varying"},
                                    Column{"revision", "bigint"},
                                    Column{"type", "character varying"},
                                    Column{"schemaversion", "integer"},
                                    Column{"topic", "character varying"},
                                    Column{"headers", "json"},
                                    Column{"traceparent", "character varying"},
                                    Column{"payload", "text"},
                                    Column{"occurredat", "timestamp with time zone"},
                                    Column{"createdat", "timestamp with time zone"},
                                    Column{"attempts", "integer"},
                                    Column{"nextattemptat", "timestamp with time zone"},
                                    Column{"lasterror", "text"},
                                    Column{"blocked", "boolean"},
                                    Column{"publishedat", "timestamp with time zone"}};

Error schema_error(std::string message) {
    return {.kind = ErrorKind::fatal,
            .code = "outbox.schema",
            .message = std::move(message),
            .hint = "compare with the script that the Outbox shows, or give the tables other names"};
}

Result<void> verify_columns(PGconn* connection, const OutboxTables& tables, const std::string& table) {
    Parameters parameters;
    parameters.add(table).add(tables.schema);
    auto rows = run(connection,
                    "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1 AND "
                    "table_schema = CASE WHEN $2 = '' THEN current_schema() ELSE $2 END",
                    parameters);
    if (!rows) return std::move(rows).error();
    std::map<std::string, std::string, std::less<>> found;
    for (int i = 0; i < rows->size(); ++i) found.emplace(rows->text(i, 0), rows->text(i, 1));
    for (const Column& column : outbox_columns) {
        const auto at = found.find(column.name);
        if (at == found.end()) return schema_error(fmt::format("table {} has no column {}", table, column.name));
        if (at->second != column.type) {
            return schema_error(
                fmt::format("column {} of table {} is {}, not {}", column.name, table, at->second, column.type));
        }
    }
    return {};
}

Result<void> verify_migration(PGconn* connection, const OutboxTables& tables) {
    auto rows = run(connection,
                    fmt::format("SELECT max(number) FROM {}", quoted(tables.schema, tables.outbox + "_migrations")));
    if (!rows) return std::move(rows).error();
    if (rows->is_null(0, 0) || rows->integer(0, 0) != outbox_migration) {
        return schema_error(fmt::format("the outbox {} is at migration {}, this version needs {}", tables.outbox,
                                        rows->is_null(0, 0) ? 0 : rows->integer(0, 0), outbox_migration));
    }
    return {};
}

}  // namespace

std::int64_t lock_class(const OutboxTables& tables) {
    return static_cast<std::int32_t>(murmur2(tables.schema + "." + tables.outbox));
}

std::string append_function(const OutboxTables& tables) { return quoted(tables.schema, tables.outbox + "_append"); }

std::string notify_channel(const OutboxTables& tables) {
    return fmt::format("eventsdk_outbox_{}", static_cast<std::uint32_t>(lock_class(tables)));
}

std::string outbox_script(const OutboxTables& tables) {
    const auto name = [&tables](std::string_view table) { return quoted(tables.schema, table); };
    std::string script;
    for (const std::string& table : {tables.outbox, tables.archive}) {
        const bool archive = table == tables.archive;
        script += fmt::format(R"sql(CREATE TABLE IF NOT EXISTS {} (
    seq           bigint {} PRIMARY KEY,
    id            uuid NOT NULL {},
    shard         smallint NOT NULL,
    lockkey       integer NOT NULL,
    aggregatetype varchar(255) NOT NULL,
    aggregateid   varchar(255) NOT NULL,
    revision      bigint,
    type          varchar(255) NOT NULL,
    schemaversion integer NOT NULL,
    topic         varchar(249) NOT NULL,
    headers       json NOT NULL,
    traceparent   varchar(255),
    payload       text,
    occurredat    timestamptz NOT NULL,
    createdat     timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts      integer NOT NULL DEFAULT 0,
    nextattemptat timestamptz,
    lasterror     text,
    blocked       boolean NOT NULL DEFAULT false,
    publishedat   timestamptz
);
)sql",
                              name(table), archive ? "" : "GENERATED ALWAYS AS IDENTITY", archive ? "" : "UNIQUE");
    }
    script +=
        fmt::format(R"sql(CREATE INDEX IF NOT EXISTS "{0}_shard_seq" ON {1} (shard, seq);
CREATE INDEX IF NOT EXISTS "{0}_held" ON {1} (shard) WHERE attempts > 0;
CREATE INDEX IF NOT EXISTS "{2}_publishedat" ON {3} (publishedat);
CREATE TABLE IF NOT EXISTS {4} (
    aggregatetype varchar(255) NOT NULL,
    aggregateid   varchar(255) NOT NULL,
    revision      bigint NOT NULL,
    PRIMARY KEY (aggregatetype, aggregateid)
);
CREATE TABLE IF NOT EXISTS {5} (
    shard     smallint PRIMARY KEY,
    holder    text NOT NULL DEFAULT '',
    token     bigint NOT NULL DEFAULT 0,
    expiresat timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO {5} (shard) SELECT generate_series(0, {6}) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS {7} (
    relay     text PRIMARY KEY,
    expiresat timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS {8} (
    number    integer PRIMARY KEY,
    appliedat timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO {8} (number) SELECT {9} WHERE NOT EXISTS (SELECT 1 FROM {8}) ON CONFLICT DO NOTHING;
CREATE OR REPLACE FUNCTION {10} (
    uuid, smallint, integer, varchar, varchar, bigint, varchar, integer, varchar, json, varchar, text, timestamptz,
    expected bigint, lockclass integer, channel text
) RETURNS boolean LANGUAGE plpgsql AS $append$
BEGIN
    IF lockclass IS NOT NULL THEN PERFORM pg_advisory_xact_lock(lockclass, $3); END IF;
    IF expected = 0 THEN
        INSERT INTO {4} AS r (aggregatetype, aggregateid, revision) VALUES ($4, $5, $6)
            ON CONFLICT (aggregatetype, aggregateid) DO UPDATE SET revision = EXCLUDED.revision WHERE r.revision = 0;
    ELSIF expected > 0 THEN
        UPDATE {4} SET revision = $6 WHERE aggregatetype = $4 AND aggregateid = $5 AND revision = expected;
    END IF;
    IF expected IS NOT NULL AND NOT FOUND THEN RETURN false; END IF;
    INSERT INTO {1} (id, shard, lockkey, aggregatetype, aggregateid, revision, type, schemaversion, topic, headers,
                     traceparent, payload, occurredat)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);
    IF channel IS NOT NULL THEN PERFORM pg_notify(channel, ''); END IF;
    RETURN true;
END $append$;
)sql",
                    tables.outbox, name(tables.outbox), tables.archive, name(tables.archive), name(tables.revisions),
                    name(tables.leases), outbox_shards - 1, name(tables.leases + "_relays"),
                    name(tables.outbox + "_migrations"), outbox_migration, append_function(tables));
    return script;
}

Result<void> ensure_outbox(PGconn* connection, const OutboxTables& tables) {
    auto encoding = run(connection, "SHOW server_encoding");
    if (!encoding) return std::move(encoding).error();
    if (encoding->text(0, 0) != "UTF8") {
        return schema_error(fmt::format("the database's encoding is {}, not UTF8", encoding->text(0, 0)));
    }
    // Services that start together would meet in the catalogue of the database.
    const std::string alone = fmt::format("SELECT pg_advisory_xact_lock({}::bigint);\n", lock_class(tables));
    if (auto made = run_script(connection, alone + outbox_script(tables)); !made) return made;
    if (auto right = verify_columns(connection, tables, tables.outbox); !right) return right;
    if (auto right = verify_columns(connection, tables, tables.archive); !right) return right;
    return verify_migration(connection, tables);
}

}  // namespace postgres
EVENTSDK_END_NAMESPACE
