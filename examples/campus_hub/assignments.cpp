#include "services.hpp"

using namespace eventsdk;

namespace campus_hub {

Result<Assignments> Assignments::open(const std::string& place, Catalogue catalogue) {
    auto database = sql::Database::open(place);
    if (!database) return database.error();
    Assignments assignments{*database, std::move(catalogue)};
    auto made = database->transact([&](sql::Transaction& db) -> Result<void> {
        auto table = db.execute("CREATE TABLE IF NOT EXISTS assignments(id TEXT PRIMARY KEY, file_url TEXT)");
        if (!table) return table.error();
        return assignments.outbox_.ensure_tables(db.connection());
    });
    if (!made) return made.error();
    return assignments;
}

Result<std::int64_t> Assignments::submit(const std::string& assignment, const AssignmentSubmitted& event,
                                         std::int64_t revision) {
    std::int64_t after = revision;
    auto done = database_.transact([&](sql::Transaction& db) -> Result<void> {
        auto row = db.execute(
            "INSERT INTO assignments VALUES($1, $2) ON CONFLICT (id) DO UPDATE SET file_url = excluded.file_url",
            {assignment, event.file_url});
        if (!row) return row.error();
        auto appended = outbox_.append(db.connection(), assignment, event, {.expected_revision = revision});
        if (!appended) return appended.error();
        after = appended->revision;
        return {};
    });
    if (!done) return done.error();
    return after;
}

std::vector<std::vector<std::string>> ask(sql::Database& database, const std::string& sql) {
    std::vector<std::vector<std::string>> rows;
    auto asked = database.transact([&](sql::Transaction& db) -> Result<void> {
        rows = db.query(sql).value();
        return {};
    });
    asked.value();
    return rows;
}

}  // namespace campus_hub
