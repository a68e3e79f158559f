#pragma once

#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace eventsdk::test {

/// A database file of its own with one open connection; both are gone at the end.
class SqliteFile {
public:
    SqliteFile() {
        std::string name = (std::filesystem::temp_directory_path() / "eventsdk-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        connection_ = open();
        run("PRAGMA journal_mode=WAL");
    }
    SqliteFile(const SqliteFile&) = delete;
    SqliteFile& operator=(const SqliteFile&) = delete;
    ~SqliteFile() {
        sqlite3_close_v2(connection_);
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] std::filesystem::path path() const { return folder_ / "service.db"; }
    [[nodiscard]] sqlite3* connection() const noexcept { return connection_; }
    /// A further connection; the caller closes it.
    [[nodiscard]] sqlite3* open() const {
        sqlite3* made = nullptr;
        sqlite3_open(path().c_str(), &made);
        sqlite3_busy_timeout(made, 2'000);
        return made;
    }
    bool run(const std::string& sql) const {
        return sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
    }
    [[nodiscard]] std::int64_t number(const std::string& sql) const {
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr);
        const std::int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
        sqlite3_finalize(statement);
        return value;
    }

private:
    std::filesystem::path folder_;
    sqlite3* connection_ = nullptr;
};

}  // namespace eventsdk::test
