#include <eventsdk/sqlite/outbox.hpp>

#include "outbox/append_results.hpp"
#include "outbox/headers_json.hpp"
#include "sqlite/session.hpp"
#include "sqlite/tables.hpp"

#include <fmt/format.h>

#include <set>

EVENTSDK_BEGIN_NAMESPACE
namespace sqlite {
namespace {

using Connection = std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)>;

constexpr std::string_view now_ms = "(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))";

/// SQLite has one writer, so numbers become visible in order and one lease covers all shards.
class Store final : public OutboxStore {
public:
    Store(std::filesystem::path file, StoreOptions options)
        : file_{std::move(file)}, options_{std::move(options)}, tables_{options_.tables} {}

    Result<void> connect();
    Result<std::vector<ShardLease>> lease(const std::string& relay, Duration duration) override;
    [[nodiscard]] int lease_group(int) const noexcept override { return 0; }
    Result<void> release(const std::string& relay) override;
    Result<std::vector<OutboxRow>> pending(std::span<const ShardLease> leases, std::size_t most) override;
    void rewind() noexcept override { behind_ = 0; }
    Result<void> mark_published(std::span<const ShardLease> leases, std::span<const OutboxRow* const> rows) override;
    Result<void> mark_failed(std::span<const ShardLease> leases, std::span<const RowFailure> failures) override;
    Result<OutboxStatus> status(std::size_t most_blocked) override;
    Result<void> resolve(std::int64_t seq, Resolution resolution) override;
    Result<std::int64_t> purge_archive(Duration age) override;

private:
    Result<Statement> prepare(const std::string& sql) {
        if (auto open = connect(); !open) return std::move(open).error();
        return Statement::prepare(connection_.get(), sql);
    }
    Result<void> check_lease(std::span<const ShardLease> leases);
    Result<std::set<std::string>> held();
    Result<void> remove(std::int64_t seq);

    std::filesystem::path file_;
    StoreOptions options_;
    OutboxTables tables_;
    Connection connection_{nullptr, &sqlite3_close_v2};
    std::int64_t behind_ = 0;  ///< rows up to here were handed out
    std::set<std::string> last_held_;
};

Result<void> Store::connect() {
    if (connection_ != nullptr) return {};
    sqlite3* made = nullptr;
    const int code = sqlite3_open_v2(file_.c_str(), &made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, nullptr);
    Connection connection{made, &sqlite3_close_v2};
    if (code != SQLITE_OK) {
        Error error = error_of(made, code);
        error.message += " (" + file_.string() + ")";
        return error;
    }
    sqlite3_busy_timeout(made, static_cast<int>(options_.busy_timeout.count()));
    connection_ = std::move(connection);
    behind_ = 0;
    return {};
}

Result<std::vector<ShardLease>> Store::lease(const std::string& relay, Duration duration) {
    const MonotonicTime asked = std::chrono::steady_clock::now();
    auto statement = prepare(fmt::format(
        "UPDATE \"{0}\" SET token = token + (holder <> ?1 OR expiresat <= {1}), holder = ?1, expiresat = {1} + ?2 "
        "WHERE holder IN ('', ?1) OR expiresat <= {1} RETURNING token",
        tables_.leases, now_ms));
    if (!statement) return std::move(statement).error();
    auto row = statement->bind(relay).bind(duration.count()).step();
    if (!row) return std::move(row).error();
    std::vector<ShardLease> leases;
    if (!*row) return leases;
    const std::int64_t token = statement->integer(0);
    if (auto done = statement->run(); !done) return std::move(done).error();
    for (int shard = 0; shard < outbox_shards; ++shard) leases.push_back({shard, token, asked + duration});
    return leases;
}

Result<void> Store::release(const std::string& relay) {
    auto statement = prepare(fmt::format(
        "UPDATE \"{}\" SET holder = '', token = token + 1, expiresat = 0 WHERE holder = ?", tables_.leases));
    if (!statement) return std::move(statement).error();
    if (auto done = statement->bind(relay).run(); !done) return std::move(done).error();
    return {};
}

Result<std::set<std::string>> Store::held() {
    auto statement = prepare(
        fmt::format("SELECT DISTINCT aggregateid FROM \"{}\" WHERE attempts > 0 AND (blocked OR nextattemptat > {})",
                    tables_.outbox, now_ms));
    if (!statement) return std::move(statement).error();
    std::set<std::string> found;
    while (true) {
        auto more = statement->step();
        if (!more) return std::move(more).error();
        if (!*more) return found;
        found.insert(statement->text(0));
    }
}

Result<std::vector<OutboxRow>> Store::pending(std::span<const ShardLease> leases, std::size_t most) {
    std::vector<OutboxRow> rows;
    if (leases.empty()) return rows;
    auto waiting = held();
    if (!waiting) return std::move(waiting).error();
    if (*waiting != last_held_) behind_ = 0;
    last_held_ = std::move(*waiting);
    auto statement = prepare(fmt::format(
        "SELECT seq, shard, attempts, topic, aggregateid, payload, headers, id, createdat FROM \"{0}\" WHERE seq > ? "
        "AND aggregateid NOT IN (SELECT aggregateid FROM \"{0}\" WHERE attempts > 0 AND (blocked OR "
        "nextattemptat > {1})) ORDER BY seq LIMIT ?",
        tables_.outbox, now_ms));
    if (!statement) return std::move(statement).error();
    statement->bind(behind_).bind(static_cast<std::int64_t>(most));
    while (true) {
        auto more = statement->step();
        if (!more) return std::move(more).error();
        if (!*more) break;
        OutboxRow row;
        row.seq = statement->integer(0);
        row.shard = static_cast<int>(statement->integer(1));
        row.attempts = static_cast<std::int32_t>(statement->integer(2));
        row.record.topic = statement->text(3);
        row.record.key = statement->text(4);
        if (!statement->is_null(5)) row.record.value = statement->text(5);
        auto headers = outbox::headers_from_json(statement->text(6));
        if (headers) row.record.headers = std::move(*headers);
        else row.unreadable = std::move(headers).error();
        row.record.event_id = statement->text(7);
        row.created_at = Timestamp{std::chrono::milliseconds{statement->integer(8)}};
        rows.push_back(std::move(row));
    }
    if (!rows.empty()) behind_ = rows.back().seq;
    return rows;
}

Result<void> Store::check_lease(std::span<const ShardLease> leases) {
    auto statement = prepare(fmt::format("SELECT token FROM \"{}\"", tables_.leases));
    if (!statement) return std::move(statement).error();
    auto row = statement->step();
    if (!row) return std::move(row).error();
    if (*row && !leases.empty() && statement->integer(0) == leases.front().token) return {};
    return Error{.kind = ErrorKind::fenced,
                 .code = "outbox.lease_lost",
                 .message = "another relay holds the outbox now; the rows stay as they are",
                 .hint = "lengthen the lease when this happens without a crash"};
}

Result<void> Store::remove(std::int64_t seq) {
    if (options_.archive) {
        constexpr std::string_view columns =
            "seq, id, shard, aggregatetype, aggregateid, revision, type, schemaversion, topic, headers, traceparent, payload, "
            "occurredat, createdat, attempts, nextattemptat, lasterror, blocked";
        auto copy =
            prepare(fmt::format("INSERT OR IGNORE INTO \"{0}\" ({1}, publishedat) SELECT {1}, {2} FROM \"{3}\" WHERE "
                                "seq = ?",
                                tables_.archive, columns, now_ms, tables_.outbox));
        if (!copy) return std::move(copy).error();
        if (auto done = copy->bind(seq).run(); !done) return std::move(done).error();
    }
    auto statement = prepare(fmt::format("DELETE FROM \"{}\" WHERE seq = ?", tables_.outbox));
    if (!statement) return std::move(statement).error();
    if (auto done = statement->bind(seq).run(); !done) return std::move(done).error();
    return {};
}

Result<void> Store::mark_published(std::span<const ShardLease> leases, std::span<const OutboxRow* const> rows) {
    if (auto open = connect(); !open) return open;
    auto savepoint = Savepoint::begin(connection_.get());
    if (!savepoint) return std::move(savepoint).error();
    if (auto ours = check_lease(leases); !ours) return ours;
    auto known = prepare(fmt::format("SELECT 1 FROM \"{}\" WHERE seq = ? AND id = ?", tables_.outbox));
    if (!known) return std::move(known).error();
    for (const OutboxRow* row : rows) {
        known->reset();
        auto there = known->bind(row->seq).bind(std::string_view{row->record.event_id}).step();
        if (!there) return std::move(there).error();
        if (!*there) continue;
        if (auto gone = remove(row->seq); !gone) return gone;
    }
    known->reset();
    return savepoint->release();
}

Result<void> Store::mark_failed(std::span<const ShardLease> leases, std::span<const RowFailure> failures) {
    if (auto open = connect(); !open) return open;
    auto savepoint = Savepoint::begin(connection_.get());
    if (!savepoint) return std::move(savepoint).error();
    if (auto ours = check_lease(leases); !ours) return ours;
    auto statement =
        prepare(fmt::format("UPDATE \"{}\" SET attempts = attempts + 1, lasterror = substr(?, 1, 2000), blocked = ?, "
                            "nextattemptat = {} + ? WHERE seq = ?",
                            tables_.outbox, now_ms));
    if (!statement) return std::move(statement).error();
    for (const RowFailure& failure : failures) {
        statement->reset();
        statement->bind(failure.error.to_string()).bind(std::int64_t{failure.blocked}).bind(failure.delay.count());
        if (auto done = statement->bind(failure.seq).run(); !done) return std::move(done).error();
    }
    statement->reset();
    return savepoint->release();
}

Result<OutboxStatus> Store::status(std::size_t most_blocked) {
    OutboxStatus status;
    auto totals = prepare(fmt::format("SELECT count(*), {} - min(createdat) FROM \"{}\"", now_ms, tables_.outbox));
    if (!totals) return std::move(totals).error();
    if (auto row = totals->step(); !row) return std::move(row).error();
    status.pending = totals->integer(0);
    if (!totals->is_null(1)) status.oldest = Duration{totals->integer(1)};
    auto rows =
        prepare(fmt::format("SELECT b.seq, b.id, b.type, b.aggregateid, b.topic, b.lasterror, b.attempts, (SELECT "
                            "count(*) FROM \"{0}\" w WHERE w.aggregateid = b.aggregateid AND w.seq > b.seq) FROM "
                            "\"{0}\" b WHERE b.attempts > 0 AND b.blocked ORDER BY b.seq LIMIT ?",
                            tables_.outbox));
    if (!rows) return std::move(rows).error();
    rows->bind(static_cast<std::int64_t>(most_blocked));
    while (true) {
        auto more = rows->step();
        if (!more) return std::move(more).error();
        if (!*more) return status;
        status.blocked.push_back({rows->integer(0), rows->text(1), rows->text(2), rows->text(3), rows->text(4),
                                  rows->text(5), static_cast<std::int32_t>(rows->integer(6)), rows->integer(7)});
    }
}

Result<void> Store::resolve(std::int64_t seq, Resolution resolution) {
    if (auto open = connect(); !open) return open;
    auto savepoint = Savepoint::begin(connection_.get());
    if (!savepoint) return std::move(savepoint).error();
    constexpr std::string_view free = "attempts = 0, blocked = 0, nextattemptat = NULL";
    constexpr std::string_view dead =
        ", topic = topic || '.dlq', headers = json_insert(headers, '$[#]', json_array('eventsdk-dlq-topic', topic), '$[#]', "
        "json_array('eventsdk-dlq-stage', 'outbox'), '$[#]', json_array('eventsdk-dlq-error-message', "
        "substr(coalesce(lasterror, ''), 1, 1000)), '$[#]', json_array('eventsdk-dlq-attempts', CAST(attempts AS TEXT)))";
    auto statement = prepare(fmt::format("UPDATE \"{}\" SET {}{} WHERE seq = ? AND blocked", tables_.outbox, free,
                                         resolution == Resolution::dead_letter ? dead : std::string_view{}));
    if (!statement) return std::move(statement).error();
    auto changed = statement->bind(seq).run();
    if (!changed) return std::move(changed).error();
    if (*changed == 0) return outbox::not_blocked(seq);
    statement->reset();
    if (resolution == Resolution::skip) {
        if (auto gone = remove(seq); !gone) return gone;
    }
    return savepoint->release();
}

Result<std::int64_t> Store::purge_archive(Duration age) {
    auto statement = prepare(fmt::format("DELETE FROM \"{}\" WHERE publishedat < {} - ?", tables_.archive, now_ms));
    if (!statement) return std::move(statement).error();
    return statement->bind(age.count()).run();
}

}  // namespace

Result<std::unique_ptr<OutboxStore>> open_outbox(const std::filesystem::path& file, StoreOptions options) {
    auto names = options.tables.validated();
    if (!names) return std::move(names).error();
    if (options.busy_timeout < Duration{0} || options.busy_timeout > Duration{600'000}) {
        return Error{.kind = ErrorKind::invalid_argument,
                     .code = "sqlite.busy_timeout",
                     .message = fmt::format("StoreOptions::busy_timeout is {} ms", options.busy_timeout.count()),
                     .hint = "0 to 10 min"};
    }
    auto store = std::make_unique<Store>(file, std::move(options));
    if (auto open = store->connect(); !open) return std::move(open).error();
    return std::unique_ptr<OutboxStore>{std::move(store)};
}

}  // namespace sqlite
EVENTSDK_END_NAMESPACE
