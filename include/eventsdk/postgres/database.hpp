#pragma once

#include <eventsdk/consume/effects.hpp>
#include <eventsdk/core/clock.hpp>

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;  // libpq's PGconn

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {

/// Tables, window and time-outs of a database that keeps effects.
struct DatabaseOptions {
    /// Schema of the tables; empty: the connection's search path decides.
    std::string schema{};
    /// Names of the tables, letters, digits and `_`, 1…63.
    std::string checkpoints = "eventsdk_checkpoints";
    std::string inbox = "eventsdk_inbox";  ///< as `checkpoints`
    /// How long an event is known by its id, 0…10 years. Longer than the oldest event that may come again: a redriven
    /// dead letter, a double of an outbox relay.
    Duration window = std::chrono::hours{7 * 24};
    /// Longest run of one statement and longest wait for a lock or a connection, handlers' included, 100 ms…10 min.
    Duration statement_timeout{30'000};
    /// Whose time inbox rows carry.
    std::shared_ptr<Clock> clock = system_clock();
};

/// The transaction in which a handler works.
///
///     [](const AssignmentSubmitted& event, postgres::Transaction& db) {
///         return db.execute("INSERT INTO points VALUES ($1, 5) ON CONFLICT (student) DO UPDATE SET points = "
///                           "points.points + 5", {event.student_id});
///     }
///
/// **Thread safety**: belongs to the handler's thread, and ends with the handler.
class EVENTSDK_API Transaction : public EffectTransaction {
public:
    /// For statements of any kind; the handler neither commits nor rolls back.
    [[nodiscard]] virtual pg_conn* connection() const noexcept = 0;
    /// Runs one statement, its `$1`, `$2`, … bound in order as text.
    /// @return the number of changed rows. `invalid_argument` for what the database refuses (syntax, constraint),
    ///   which as a handler's result dead-letters the event; `unavailable`, `conflict`
    virtual Result<std::int64_t> execute(std::string_view sql, std::initializer_list<SqlValue> values = {}) = 0;
    /// The rows of one statement, each column as text, NULL as "".
    /// @return as execute()
    virtual Result<std::vector<std::vector<std::string>>> query(std::string_view sql,
                                                                std::initializer_list<SqlValue> values = {}) = 0;
};

/// A database that keeps the effects, the inbox and the position of projections. A cheap, shared handle.
///
/// It opens a connection for each handler that runs at the same time and one for itself, and keeps them. Transactions
/// are READ COMMITTED.
/// **Thread safety**: all members may be called from any thread, but not from a handler.
class EVENTSDK_API Database {
public:
    /// @param url of libpq: "postgresql://user@host/database", or "host=… dbname=…"
    /// @return `invalid_argument` "effects.options" naming the option, `unavailable` when the server cannot be reached
    [[nodiscard]] static Result<Database> open(const std::string& url, DatabaseOptions options = {});

    /// Creates the tables where they are missing and verifies those that exist.
    /// @return `fatal` "effects.schema" naming the difference
    Result<void> ensure_tables();
    /// The SQL that ensure_tables() runs.
    [[nodiscard]] std::string create_script() const;

    /// Does `work` in one transaction of its own: for a service's own tables, its questions, and commands that append to
    /// an outbox (`outbox.append(db.connection(), …)`). An error, or an exception, undoes it.
    /// @return the error of `work` or of the commit; `unavailable` when the database is away
    Result<void> transact(const std::function<Result<void>(Transaction&)>& work);

    /// Stored positions of a projection.
    [[nodiscard]] Result<std::vector<Checkpoint>> checkpoints(const std::string& projection);
    /// Drops position and inbox of a projection: it begins at its group's offset again.
    Result<void> forget(const std::string& projection);
    /// Puts what was built as `shadow` in the place of `live`, in one transaction: `swap` renames the tables of effects,
    /// and position and inbox of `shadow` become those of `live`, which goes on from there.
    /// @return `retriable` "effects.shadow_behind" when `live` has handled events that `shadow` has not: nothing is
    ///   changed; catch up and call again. The error of `swap`, which is rolled back
    Result<void> adopt(const std::string& shadow, const std::string& live,
                       const std::function<Result<void>(Transaction&)>& swap);

    [[nodiscard]] const std::shared_ptr<EffectStore>& store() const noexcept { return store_; }

private:
    class Impl;
    explicit Database(std::shared_ptr<Impl> impl);

    std::shared_ptr<Impl> impl_;
    std::shared_ptr<EffectStore> store_;
};

/// Handlers work in transactions of the database: effect, inbox row and position are committed together.
[[nodiscard]] inline ExactlyOnce<Transaction> exactly_once(const Database& database) { return {database.store()}; }
/// An event whose inbox row is in the database is not handled again.
[[nodiscard]] inline OncePerEvent once_per_event(const Database& database) { return {database.store()}; }

}  // namespace postgres
EVENTSDK_END_NAMESPACE
