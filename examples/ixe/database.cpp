#include "database.hpp"

#include <sqlite3.h>

using namespace eventsdk;

namespace ixe {
namespace {

// A database that is busy or away will answer later: no attempt of the event is spent on it.
Error failed(sqlite3* connection, const std::string& what) {
    return {.kind = ErrorKind::unavailable,
            .code = "ixe.database",
            .message = what + ": " + sqlite3_errmsg(connection),
            .native_code = sqlite3_errcode(connection)};
}

void bind(sqlite3_stmt* statement, int position, const Database::Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) sqlite3_bind_int64(statement, position, *number);
    else sqlite3_bind_text(statement, position, std::get<std::string>(value).c_str(), -1, SQLITE_TRANSIENT);
}

}  // namespace

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close(connection); }

Result<Database> Database::open(const std::string& file, const std::string& tables) {
    sqlite3* connection = nullptr;
    const int opened = sqlite3_open(file.c_str(), &connection);
    Database database;
    database.connection_.reset(connection);
    if (opened != SQLITE_OK) return failed(connection, "opening " + file);
    sqlite3_busy_timeout(connection, 2'000);
    const std::string setup =
        "PRAGMA journal_mode = WAL;"
        "CREATE TABLE IF NOT EXISTS handled(event_id TEXT PRIMARY KEY) WITHOUT ROWID;" +
        tables;
    if (sqlite3_exec(connection, setup.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return failed(connection, "making the tables of " + file);
    return database;
}

Result<std::vector<Database::Row>> Database::run(const std::string& sql, const std::vector<Value>& values) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(connection_.get(), sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK)
        return failed(connection_.get(), sql);
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement{prepared, sqlite3_finalize};
    for (std::size_t i = 0; i < values.size(); ++i) bind(prepared, static_cast<int>(i) + 1, values[i]);
    std::vector<Row> rows;
    int step = SQLITE_ROW;
    while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
        Row& row = rows.emplace_back();
        for (int column = 0; column < sqlite3_column_count(prepared); ++column) {
            const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared, column));
            row.emplace_back(text != nullptr ? text : "");
        }
    }
    if (step != SQLITE_DONE) return failed(connection_.get(), sql);
    return rows;
}

Result<void> Database::once(std::string_view event_id, const std::function<Result<void>()>& work) {
    if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun.error();
    auto marked = run("INSERT OR IGNORE INTO handled VALUES(?)", {std::string{event_id}});
    const bool is_new = marked && sqlite3_changes(connection_.get()) == 1;
    Result<void> done = !marked ? Result<void>{marked.error()} : is_new ? work() : Result<void>{};
    if (done) {
        auto committed = run("COMMIT");
        if (committed) return {};
        done = committed.error();
    }
    (void)run("ROLLBACK");
    return done;
}

}  // namespace ixe
