#include "sqlite/session.hpp"

#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace sqlite {
namespace {

struct Class {
    ErrorKind kind;
    const char* code;
    const char* hint;
};

Class classify(int code, int extended) noexcept {
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            if (extended == SQLITE_BUSY_SNAPSHOT) {
                return {ErrorKind::conflict, "sqlite.busy_snapshot", "roll back and begin again with BEGIN IMMEDIATE"};
            }
            return {ErrorKind::unavailable, "sqlite.busy",
                    "another writer holds the database; raise the busy time-out"};
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_NOMEM:
        case SQLITE_READONLY:
            return {ErrorKind::unavailable, "sqlite.unavailable",
                    "check the file, its folder, its rights and the disk"};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return {ErrorKind::fatal, "sqlite.corrupt", "restore the database from a backup"};
        case SQLITE_CONSTRAINT: return {ErrorKind::invalid_argument, "outbox.duplicate_id", "an event id is used once"};
        default: return {ErrorKind::invalid_argument, "sqlite.error", ""};
    }
}

}  // namespace

Error error_of(sqlite3* connection, int code) {
    const int extended = sqlite3_extended_errcode(connection);
    const std::string text = sqlite3_errmsg(connection);
    Class found = classify(code, extended);
    if (text.find("no such table") != std::string::npos || text.find("no column named") != std::string::npos ||
        text.find("no such column") != std::string::npos) {
        found = {ErrorKind::fatal, "outbox.schema", "run ensure_tables() or the shown SQL"};
    }
    return {.kind = found.kind,
            .code = found.code,
            .message = "SQLite: " + text,
            .hint = found.hint,
            .native_code = extended};
}

Result<Statement> Statement::prepare(sqlite3* connection, const std::string& sql) {
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v2(connection, sql.c_str(), static_cast<int>(sql.size()), &made, nullptr);
    if (code != SQLITE_OK) return error_of(connection, code);
    return Statement{made};
}

Statement& Statement::bind(std::string_view text) {
    sqlite3_bind_text64(statement_.get(), ++bound_, text.data() != nullptr ? text.data() : "", text.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind(std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), ++bound_, value);
    return *this;
}

Statement& Statement::bind(double value) {
    sqlite3_bind_double(statement_.get(), ++bound_, value);
    return *this;
}

Statement& Statement::bind(std::optional<std::int64_t> value) { return value ? bind(*value) : bind_null(); }

Statement& Statement::bind_null() {
    sqlite3_bind_null(statement_.get(), ++bound_);
    return *this;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return error_of(sqlite3_db_handle(statement_.get()), code);
}

Result<std::int64_t> Statement::run() {
    while (true) {
        auto more = step();
        if (!more) return std::move(more).error();
        if (!*more) return std::int64_t{sqlite3_changes(sqlite3_db_handle(statement_.get()))};
    }
}

void Statement::reset() noexcept {
    sqlite3_reset(statement_.get());
    bound_ = 0;
}

bool Statement::is_null(int column) const noexcept {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const noexcept { return sqlite3_column_int64(statement_.get(), column); }

std::string Statement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<void> run_script(sqlite3* connection, const std::string& sql) {
    const int code = sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error_of(connection, code);
    return {};
}

Result<Savepoint> Savepoint::begin(sqlite3* connection) {
    const bool own = sqlite3_get_autocommit(connection) != 0;
    if (auto begun = run_script(connection, own ? "BEGIN IMMEDIATE" : "SAVEPOINT eventsdk"); !begun) {
        return std::move(begun).error();
    }
    return Savepoint{connection, own};
}

Result<void> Savepoint::release() {
    auto done = run_script(connection_, own_ ? "COMMIT" : "RELEASE eventsdk");
    if (done) connection_ = nullptr;
    return done;
}

Savepoint::Savepoint(Savepoint&& other) noexcept
    : connection_{std::exchange(other.connection_, nullptr)}, own_{other.own_} {}

Savepoint::~Savepoint() {
    if (connection_ == nullptr) return;
    const char* undo = own_ ? "ROLLBACK" : "ROLLBACK TO eventsdk; RELEASE eventsdk";
    sqlite3_exec(connection_, undo, nullptr, nullptr, nullptr);
}

}  // namespace sqlite
EVENTSDK_END_NAMESPACE
