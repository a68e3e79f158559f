#pragma once

#include <eventsdk/core/result.hpp>

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {

/// The answer of one statement.
class Rows {
public:
    explicit Rows(PGresult* result) : result_{result, &PQclear} {}

    [[nodiscard]] int size() const noexcept { return PQntuples(result_.get()); }
    [[nodiscard]] int columns() const noexcept { return PQnfields(result_.get()); }
    [[nodiscard]] bool is_null(int row, int column) const noexcept {
        return PQgetisnull(result_.get(), row, column) != 0;
    }
    [[nodiscard]] std::string_view text(int row, int column) const noexcept {
        return {PQgetvalue(result_.get(), row, column),
                static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
    }
    [[nodiscard]] std::int64_t integer(int row, int column) const noexcept;
    /// Rows that an INSERT, UPDATE or DELETE touched.
    [[nodiscard]] std::int64_t affected() const noexcept;

private:
    std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

/// Values bound to $1, $2, …; the texts are copied.
class Parameters {
public:
    Parameters& add(std::string_view text);
    Parameters& add(std::int64_t value);
    Parameters& add_null();
    Parameters& add_optional(std::optional<std::int64_t> value);
    /// A PostgreSQL array literal.
    Parameters& add_array(std::span<const std::int64_t> values);
    Parameters& add_array(std::span<const std::string_view> values);

    [[nodiscard]] std::vector<const char*> pointers() const;
    [[nodiscard]] std::size_t size() const noexcept { return texts_.size(); }

private:
    std::vector<std::optional<std::string>> texts_;
};

/// Runs one statement on a connection; any number of parameters up to 65,535.
/// @return errors by SQLSTATE: `unavailable` (connection, shutdown, too many connections, out of disk), `conflict`
///   (serialisation failure, deadlock), `retriable` (time-outs of statement or lock), `fatal` "outbox.schema"
///   (undefined table or column), `invalid_argument` otherwise.
[[nodiscard]] Result<Rows> run(PGconn* connection, const std::string& sql, const Parameters& parameters = {});

/// Several statements without parameters.
[[nodiscard]] Result<void> run_script(PGconn* connection, const std::string& sql);

/// The error of a failed result (or of the connection when `result` is null).
[[nodiscard]] Error error_of(PGconn* connection, const PGresult* result);

/// `"name"`, for names that OutboxTables::validated() accepted.
[[nodiscard]] std::string quoted(std::string_view schema, std::string_view name);

}  // namespace postgres
EVENTSDK_END_NAMESPACE
