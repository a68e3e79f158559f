#include "sqlite/effect_tables.hpp"

#include "consume/effect_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>

EVENTSDK_BEGIN_NAMESPACE
namespace sqlite {
namespace {

using consume::effect_error;
using consume::effect_option;

constexpr std::array<std::string_view, 6> checkpoint_columns{"projection", "topic",       "partition",
                                                             "position",   "eventoffset", "eventid"};
constexpr std::array<std::string_view, 7> inbox_columns{"projection", "source",       "eventid", "topic",
                                                        "partition",  "recordoffset", "notedat"};

Result<void> verify(sqlite3* connection, const std::string& table, std::span<const std::string_view> columns) {
    auto statement = Statement::prepare(connection, "SELECT name FROM pragma_table_info(?)");
    if (!statement) return std::move(statement).error();
    statement->bind(table);
    std::set<std::string, std::less<>> found;
    for (auto more = statement->step();; more = statement->step()) {
        if (!more) return std::move(more).error();
        if (!*more) break;
        found.insert(statement->text(0));
    }
    for (const std::string_view column : columns) {
        if (found.contains(column)) continue;
        return consume::missing_column(table, column, "is missing");
    }
    return {};
}

}  // namespace

Result<void> check(const DatabaseOptions& options) {
    using namespace std::chrono_literals;
    if (!consume::is_table_name(options.checkpoints))
        return effect_option("checkpoints", "letters, digits and _, 1 to 63");
    if (!consume::is_table_name(options.inbox) || options.inbox == options.checkpoints)
        return effect_option("inbox", "letters, digits and _, 1 to 63, another name than checkpoints");
    if (options.window < 0ms || options.window > 87'600h) return effect_option("window", "0 to 10 years");
    if (options.busy_timeout < 0ms || options.busy_timeout > 10min) return effect_option("busy_timeout", "0 to 10 min");
    if (!options.clock) return effect_option("clock", "give a clock, or leave it alone");
    return {};
}

namespace {

std::string table_script(const DatabaseOptions& options) {
    return fmt::format(R"sql(CREATE TABLE IF NOT EXISTS "{0}" (
    projection  TEXT NOT NULL,
    topic       TEXT NOT NULL,
    partition   INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    eventoffset INTEGER NOT NULL DEFAULT -1,
    eventid     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (projection, topic, partition)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "{1}" (
    projection   TEXT NOT NULL,
    source       TEXT NOT NULL,
    eventid      TEXT NOT NULL,
    topic        TEXT NOT NULL,
    partition    INTEGER NOT NULL,
    recordoffset INTEGER NOT NULL,
    notedat      INTEGER NOT NULL,
    PRIMARY KEY (projection, source, eventid)
) WITHOUT ROWID;
)sql",
                       options.checkpoints, options.inbox);
}

std::string index_script(const DatabaseOptions& options) {
    return fmt::format("CREATE INDEX IF NOT EXISTS \"{0}_notedat\" ON \"{0}\" (projection, notedat);\n", options.inbox);
}

}  // namespace

std::string effect_script(const DatabaseOptions& options) { return table_script(options) + index_script(options); }

Result<void> ensure_effect_tables(sqlite3* connection, const DatabaseOptions& options) {
    auto savepoint = Savepoint::begin(connection);
    if (!savepoint) return effect_error(std::move(savepoint).error());
    if (auto made = run_script(connection, table_script(options)); !made) return effect_error(std::move(made).error());
    if (auto right = verify(connection, options.checkpoints, checkpoint_columns); !right) return right;
    if (auto right = verify(connection, options.inbox, inbox_columns); !right) return right;
    if (auto made = run_script(connection, index_script(options)); !made) return effect_error(std::move(made).error());
    return savepoint->release();
}

}  // namespace sqlite
EVENTSDK_END_NAMESPACE
