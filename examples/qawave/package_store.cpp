#include "package_store.hpp"

using namespace eventsdk;

namespace qawave {
namespace {

Result<void> make_tables(sqlite::Transaction& db) {
    for (const char* sql : {"CREATE TABLE IF NOT EXISTS events(cursor INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT"
                            " UNIQUE, plan TEXT, type TEXT, at TEXT, payload TEXT)",
                            "CREATE INDEX IF NOT EXISTS events_of_plan ON events(plan, cursor)"})
        if (auto done = db.execute(sql); !done) return done.error();
    return {};
}

}  // namespace

Result<std::unique_ptr<PackageStore>> PackageStore::open(const std::string& file) {
    auto database = sqlite::Database::open(file);
    if (!database) return database.error();
    if (auto made = database->transact(make_tables); !made) return made.error();
    return std::unique_ptr<PackageStore>{new PackageStore{std::move(*database)}};
}

Result<void> PackageStore::add(std::string_view plan, std::string_view event_id, const Event& event) {
    auto added = database_.transact([&](sqlite::Transaction& db) -> Result<void> {
        auto row = db.execute("INSERT OR IGNORE INTO events(event_id, plan, type, at, payload) VALUES(?, ?, ?, ?, ?)",
                              {event_id, plan, event.type, event.at, event.payload});
        return row ? Result<void>{} : Result<void>{row.error()};
    });
    const std::lock_guard lock{mutex_};  // nobody is between looking and waiting
    added_.notify_all();
    return added;
}

Result<std::vector<PackageStore::Event>> PackageStore::since(const std::string& plan, std::int64_t cursor,
                                                             Duration patience) {
    std::unique_lock lock{mutex_};
    auto events = query(plan, cursor);
    added_.wait_for(lock, patience, [&] {
        if (events && events->empty()) events = query(plan, cursor);
        return !events || !events->empty();
    });
    return events;
}

Result<std::vector<PackageStore::Event>> PackageStore::query(const std::string& plan, std::int64_t cursor) {
    std::vector<Event> events;
    auto asked = database_.transact([&](sqlite::Transaction& db) -> Result<void> {
        auto rows =
            db.query("SELECT cursor, type, at, payload FROM events WHERE plan = ? AND cursor > ? ORDER BY cursor",
                     {plan, cursor});
        if (!rows) return rows.error();
        for (auto& row : *rows) events.push_back({std::stoll(row[0]), row[1], row[2], row[3]});
        return {};
    });
    if (!asked) return asked.error();
    return events;
}

}  // namespace qawave
