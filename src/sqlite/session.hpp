#pragma once

#include <eventsdk/core/result.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace sqlite {

/// The error of a failed call on the connection: `unavailable` (busy, locked, full, input/output), `conflict`
/// "sqlite.busy_snapshot", `fatal` "outbox.schema" (no such table or column), `invalid_argument` otherwise.
[[nodiscard]] Error error_of(sqlite3* connection, int code);

/// A prepared statement; values are bound from 1 in order of the bind calls and copied.
class Statement {
public:
    [[nodiscard]] static Result<Statement> prepare(sqlite3* connection, const std::string& sql);

    Statement& bind(std::string_view text);
    Statement& bind(std::int64_t value);
    Statement& bind(double value);
    Statement& bind(std::optional<std::int64_t> value);
    Statement& bind_null();

    /// True when there is a row to read, false at the end.
    [[nodiscard]] Result<bool> step();
    /// Runs to the end, ignoring rows; gives the number of changed rows.
    [[nodiscard]] Result<std::int64_t> run();
    /// For the next set of values.
    void reset() noexcept;

    [[nodiscard]] int columns() const noexcept { return sqlite3_column_count(statement_.get()); }
    [[nodiscard]] bool is_null(int column) const noexcept;
    [[nodiscard]] std::int64_t integer(int column) const noexcept;
    [[nodiscard]] std::string text(int column) const;

private:
    explicit Statement(sqlite3_stmt* statement) : statement_{statement, &sqlite3_finalize} {}

    std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement_;
    int bound_ = 0;
};

/// Several statements without values.
[[nodiscard]] Result<void> run_script(sqlite3* connection, const std::string& sql);

/// A savepoint in the caller's transaction, or a transaction of its own outside one; rolled back unless released.
class Savepoint {
public:
    [[nodiscard]] static Result<Savepoint> begin(sqlite3* connection);
    [[nodiscard]] Result<void> release();
    Savepoint(Savepoint&& other) noexcept;
    Savepoint& operator=(Savepoint&&) = delete;
    ~Savepoint();

private:
    Savepoint(sqlite3* connection, bool own) : connection_{connection}, own_{own} {}

    sqlite3* connection_;
    bool own_;  ///< a transaction of ours, not a savepoint in the caller's
};

}  // namespace sqlite
EVENTSDK_END_NAMESPACE
