#include "package_store.hpp"

#include <sqlite3.h>

using namespace eventsdk;

namespace qawave {
namespace {

constexpr const char* tables =
    "PRAGMA journal_mode = WAL;"
    "CREATE TABLE IF NOT EXISTS events(cursor INTEGER PRIMARY KEY AUTOINCREMENT,"
    " event_id TEXT UNIQUE, plan TEXT, type TEXT, at TEXT, payload TEXT);"
    "CREATE INDEX IF NOT EXISTS events_of_plan ON events(plan, cursor);";

Error failed(sqlite3* connection) {
    return {.kind = ErrorKind::unavailable,
            .code = "qawave.store",
            .message = std::string{"the package store: "} + sqlite3_errmsg(connection),
            .native_code = sqlite3_errcode(connection)};
}

class Statement {
public:
    Statement(sqlite3* connection, const char* sql) { sqlite3_prepare_v2(connection, sql, -1, &prepared_, nullptr); }
    ~Statement() { sqlite3_finalize(prepared_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(std::string_view text) {
        sqlite3_bind_text(prepared_, ++bound_, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
        return *this;
    }
    Statement& bind(std::int64_t number) {
        sqlite3_bind_int64(prepared_, ++bound_, number);
        return *this;
    }
    int step() { return sqlite3_step(prepared_); }
    std::string text(int column) const { return reinterpret_cast<const char*>(sqlite3_column_text(prepared_, column)); }
    std::int64_t number(int column) const { return sqlite3_column_int64(prepared_, column); }

private:
    sqlite3_stmt* prepared_ = nullptr;
    int bound_ = 0;
};

}  // namespace

void PackageStore::Close::operator()(sqlite3* connection) const { sqlite3_close(connection); }

Result<std::unique_ptr<PackageStore>> PackageStore::open(const std::string& file) {
    std::unique_ptr<PackageStore> store{new PackageStore};
    sqlite3* connection = nullptr;
    const int opened = sqlite3_open(file.c_str(), &connection);
    store->connection_.reset(connection);
    if (opened != SQLITE_OK || sqlite3_exec(connection, tables, nullptr, nullptr, nullptr) != SQLITE_OK)
        return failed(connection);
    return store;
}

Result<void> PackageStore::add(std::string_view plan, std::string_view event_id, const Event& event) {
    const std::lock_guard lock{mutex_};
    Statement insert{connection_.get(),
                     "INSERT OR IGNORE INTO events(event_id, plan, type, at, payload) VALUES(?, ?, ?, ?, ?)"};
    insert.bind(event_id).bind(plan).bind(event.type).bind(event.at).bind(event.payload);
    if (insert.step() != SQLITE_DONE) return failed(connection_.get());
    added_.notify_all();
    return {};
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
    Statement select{connection_.get(),
                     "SELECT cursor, type, at, payload FROM events WHERE plan = ? AND cursor > ? ORDER BY cursor"};
    select.bind(plan).bind(cursor);
    std::vector<Event> events;
    int step = SQLITE_ROW;
    while ((step = select.step()) == SQLITE_ROW)
        events.push_back({select.number(0), select.text(1), select.text(2), select.text(3)});
    if (step != SQLITE_DONE) return failed(connection_.get());
    return events;
}

}  // namespace qawave
