#include "postgres/effect_tables.hpp"

#include "consume/effect_errors.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <span>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {
namespace {

using consume::effect_error;
using consume::effect_option;

struct EffectColumn {
    std::string_view name;
    std::string_view type;  ///< as information_schema names it
};

constexpr std::array checkpoint_columns{EffectColumn{"projection", "text"},    EffectColumn{"topic", "text"},
                                        EffectColumn{"partition", "integer"},  EffectColumn{"position", "bigint"},
                                        EffectColumn{"eventoffset", "bigint"}, EffectColumn{"eventid", "text"}};
constexpr std::array inbox_columns{EffectColumn{"projection", "text"},
                                   EffectColumn{"source", "text"},
                                   EffectColumn{"eventid", "text"},
                                   EffectColumn{"topic", "text"},
                                   EffectColumn{"partition", "integer"},
                                   EffectColumn{"recordoffset", "bigint"},
                                   EffectColumn{"notedat", "timestamp with time zone"}};

Result<void> verify(PGconn* connection, const std::string& schema, const std::string& table,
                    std::span<const EffectColumn> columns) {
    auto rows = run(connection,
                    "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1 AND "
                    "table_schema = CASE WHEN $2 = '' THEN current_schema() ELSE $2 END",
                    Parameters{}.add(table).add(schema));
    if (!rows) return effect_error(std::move(rows).error());
    std::map<std::string, std::string, std::less<>> found;
    for (int row = 0; row < rows->size(); ++row) found.emplace(rows->text(row, 0), rows->text(row, 1));
    for (const EffectColumn& column : columns) {
        const auto at = found.find(column.name);
        if (at == found.end()) return consume::missing_column(table, column.name, "is missing");
        if (at->second != column.type)
            return consume::missing_column(table, column.name, fmt::format("is {}, not {}", at->second, column.type));
    }
    return {};
}

}  // namespace

Result<void> check(const DatabaseOptions& options) {
    using namespace std::chrono_literals;
    if (!options.schema.empty() && !consume::is_table_name(options.schema))
        return effect_option("schema", "letters, digits and _, 1 to 63, or empty");
    if (!consume::is_table_name(options.checkpoints))
        return effect_option("checkpoints", "letters, digits and _, 1 to 63");
    if (!consume::is_table_name(options.inbox) || options.inbox == options.checkpoints)
        return effect_option("inbox", "letters, digits and _, 1 to 63, another name than checkpoints");
    if (options.window < 0ms || options.window > 87'600h) return effect_option("window", "0 to 10 years");
    if (options.statement_timeout < 100ms || options.statement_timeout > 10min)
        return effect_option("statement_timeout", "100 ms to 10 min");
    if (!options.clock) return effect_option("clock", "give a clock, or leave it alone");
    return {};
}

namespace {

std::string table_script(const DatabaseOptions& options) {
    return fmt::format(R"sql(CREATE TABLE IF NOT EXISTS {0} (
    projection  text NOT NULL,
    topic       text NOT NULL,
    partition   integer NOT NULL,
    position    bigint NOT NULL,
    eventoffset bigint NOT NULL DEFAULT -1,
    eventid     text NOT NULL DEFAULT '',
    PRIMARY KEY (projection, topic, partition)
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS {1} (
    projection   text NOT NULL,
    source       text NOT NULL,
    eventid      text NOT NULL,
    topic        text NOT NULL,
    partition    integer NOT NULL,
    recordoffset bigint NOT NULL,
    notedat      timestamptz NOT NULL,
    PRIMARY KEY (projection, source, eventid)
);
)sql",
                       quoted(options.schema, options.checkpoints), quoted(options.schema, options.inbox));
}

std::string index_script(const DatabaseOptions& options) {
    return fmt::format("CREATE INDEX IF NOT EXISTS \"{}_notedat\" ON {} (projection, notedat);\n", options.inbox,
                       quoted(options.schema, options.inbox));
}

}  // namespace

std::string effect_script(const DatabaseOptions& options) { return table_script(options) + index_script(options); }

Result<void> ensure_effect_tables(PGconn* connection, const DatabaseOptions& options) {
    if (auto made = run_script(connection, table_script(options)); !made) return effect_error(std::move(made).error());
    if (auto right = verify(connection, options.schema, options.checkpoints, checkpoint_columns); !right) return right;
    if (auto right = verify(connection, options.schema, options.inbox, inbox_columns); !right) return right;
    if (auto made = run_script(connection, index_script(options)); !made) return effect_error(std::move(made).error());
    return {};
}

}  // namespace postgres
EVENTSDK_END_NAMESPACE
