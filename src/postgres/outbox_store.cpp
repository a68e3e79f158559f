#include "postgres/outbox_store.hpp"
#include "postgres/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {
namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

Error lease_lost(std::size_t expected, std::int64_t held) {
    return {.kind = ErrorKind::fenced,
            .code = "outbox.lease_lost",
            .message = fmt::format("only {} of {} shards are still leased to this relay; the rows stay as they are",
                                   held, expected),
            .hint = "another relay took over; lengthen the lease when this happens without a crash"};
}

/// The `held` CTE: the leases that are still ours, locked against a take-over until the transaction ends.
std::string held_leases(const std::string& leases) {
    return fmt::format(
        "held AS MATERIALIZED (SELECT l.shard FROM {} l JOIN unnest($1::smallint[], $2::bigint[]) "
        "AS mine (shard, token) USING (shard, token) ORDER BY l.shard FOR SHARE OF l)",
        leases);
}

void bind_leases(Parameters& parameters, std::span<const ShardLease> leases) {
    std::vector<std::int64_t> shards;
    std::vector<std::int64_t> tokens;
    for (const ShardLease& lease : leases) {
        shards.push_back(lease.shard);
        tokens.push_back(lease.token);
    }
    parameters.add_array(shards).add_array(tokens);
}

}  // namespace

Store::Store(std::string url, StoreOptions options)
    : url_{std::move(url)},
      options_{std::move(options)},
      outbox_{quoted(options_.tables.schema, options_.tables.outbox)},
      archive_{quoted(options_.tables.schema, options_.tables.archive)},
      leases_{quoted(options_.tables.schema, options_.tables.leases)},
      relays_{quoted(options_.tables.schema, options_.tables.leases + "_relays")},
      scan_{outbox_, lock_class(options_.tables)} {}

Result<PGconn*> Store::connected() {
    if (connection_ != nullptr && PQstatus(connection_.get()) == CONNECTION_OK) return connection_.get();
    connection_.reset();
    const auto seconds = std::max<std::int64_t>(2, options_.statement_timeout.count() / 1000);
    const std::string timeout = std::to_string(seconds);
    const char* keywords[] = {"dbname", "connect_timeout", "application_name", nullptr};
    const char* values[] = {url_.c_str(), timeout.c_str(), "eventsdk-outbox-relay", nullptr};
    Connection made{PQconnectdbParams(keywords, values, 1), &PQfinish};
    if (PQstatus(made.get()) != CONNECTION_OK) {
        Error error = error_of(made.get(), nullptr);
        error.kind = ErrorKind::unavailable;
        error.code = "postgres.unavailable";
        return error;
    }
    // A deep backlog without fresh statistics makes the planner sort whole shards; their index has the right order. The
    // scans that are left then look so dear that PostgreSQL would compile each statement, for half a second.
    const auto limited = run_script(
        made.get(),
        fmt::format(
            "SET statement_timeout = {0}; SET lock_timeout = {0}; SET default_transaction_isolation "
            "= 'read committed'; SET client_min_messages = warning; SET enable_bitmapscan = off; "
            "SET enable_seqscan = off; SELECT set_config('jit', 'off', false) FROM pg_settings WHERE name = 'jit'",
            options_.statement_timeout.count()));
    if (!limited) return limited.error();
    if (options_.listen) {
        auto listening = run_script(made.get(), "LISTEN " + notify_channel(options_.tables));
        if (!listening) return std::move(listening).error();
    }
    connection_ = std::move(made);
    scan_.forget();
    return connection_.get();
}

Result<Rows> Store::query(const std::string& sql, const Parameters& parameters) {
    auto connection = connected();
    if (!connection) return std::move(connection).error();
    auto rows = run(*connection, sql, parameters);
    if (!rows && PQstatus(connection_.get()) != CONNECTION_OK) connection_.reset();
    return rows;
}

Result<std::vector<ShardLease>> Store::lease(const std::string& relay, Duration duration) {
    const MonotonicTime asked = std::chrono::steady_clock::now();
    Parameters parameters;
    parameters.add(relay).add(duration.count());
    // A relay's share is the shards over the live relays, rounded up. It keeps what it holds up to its share, lets go
    // of the rest, and takes free or expired shards; a shard that changes hands gets a new token.
    auto rows = query(
        fmt::format(
            "WITH alive AS (INSERT INTO {relays} (relay, expiresat) VALUES ($1, clock_timestamp() + $2::bigint * interval "
            "'1 ms') ON CONFLICT (relay) DO UPDATE SET expiresat = EXCLUDED.expiresat RETURNING 1), "
            "forgotten AS (DELETE FROM {relays} WHERE relay IN (SELECT relay FROM {relays} WHERE expiresat < "
            "clock_timestamp() - interval '1 day' AND relay <> $1 FOR UPDATE SKIP LOCKED)), "
            "share AS (SELECT ceil({shards}.0 / greatest(1, (SELECT count(*) FROM {relays} WHERE expiresat > "
            "clock_timestamp() AND relay <> $1) + (SELECT count(*) FROM alive)))::int AS most), "
            "ranked AS (SELECT shard, holder = $1 AND expiresat > clock_timestamp() AS mine, "
            "holder <> '' AND holder <> $1 AND expiresat > clock_timestamp() AS theirs FROM {leases}), "
            "wanted AS (SELECT shard FROM ranked WHERE NOT theirs ORDER BY mine DESC, random() "
            "LIMIT (SELECT most FROM share)), "
            "locked AS MATERIALIZED (SELECT l.shard FROM {leases} l WHERE l.shard IN (SELECT shard FROM wanted) "
            "OR l.holder = $1 ORDER BY l.shard FOR UPDATE SKIP LOCKED) "
            "UPDATE {leases} l SET holder = CASE WHEN l.shard IN (SELECT shard FROM wanted) THEN $1 ELSE '' END, "
            "token = CASE WHEN l.holder = $1 AND l.expiresat > clock_timestamp() THEN l.token ELSE l.token + 1 END, "
            "expiresat = CASE WHEN l.shard IN (SELECT shard FROM wanted) THEN clock_timestamp() + $2::bigint * interval "
            "'1 ms' ELSE '-infinity' END "
            "FROM locked WHERE l.shard = locked.shard AND (l.holder IN ('', $1) OR l.expiresat <= clock_timestamp()) "
            "RETURNING l.shard, l.token, l.holder = $1",
            fmt::arg("relays", relays_), fmt::arg("leases", leases_), fmt::arg("shards", outbox_shards)),
        parameters);
    if (!rows) return std::move(rows).error();
    std::vector<ShardLease> leases;
    for (int i = 0; i < rows->size(); ++i) {
        if (rows->text(i, 2) != "t") continue;
        leases.push_back({static_cast<int>(rows->integer(i, 0)), rows->integer(i, 1), asked + duration});
    }
    return leases;
}

Result<void> Store::release(const std::string& relay) {
    Parameters parameters;
    parameters.add(relay);
    auto done = query(fmt::format("WITH gone AS (DELETE FROM {} WHERE relay = $1) UPDATE {} SET holder = '', token = "
                                  "token + 1, expiresat = '-infinity' WHERE holder = $1",
                                  relays_, leases_),
                      parameters);
    if (!done) return std::move(done).error();
    return {};
}

Result<std::vector<OutboxRow>> Store::pending(std::span<const ShardLease> leases, std::size_t most) {
    auto connection = connected();
    if (!connection) return std::move(connection).error();
    (void)take_news();
    auto rows = scan_.next(*connection, leases, most);
    // What was committed meanwhile is told with the answer, and the descriptor does not say it again.
    if (rows && rows->empty() && take_news()) rows = scan_.next(*connection, leases, most);
    if (!rows && PQstatus(connection_.get()) != CONNECTION_OK) connection_.reset();
    return rows;
}

int Store::wake_descriptor() const noexcept {
    return options_.listen && connection_ != nullptr ? PQsocket(connection_.get()) : -1;
}

/// @return whether there was any
bool Store::take_news() noexcept {
    bool any = false;
    if (options_.listen) (void)PQconsumeInput(connection_.get());
    while (PGnotify* one = PQnotifies(connection_.get())) {
        PQfreemem(one);
        any = true;
    }
    return any;
}

/// CTEs that take the rows of `condition` out of the outbox, into the archive when there is one.
std::string Store::removal(std::string_view condition) const {
    if (!options_.archive) return fmt::format("gone AS (DELETE FROM {} o {} RETURNING 1)", outbox_, condition);
    constexpr std::string_view columns =
        "seq, id, shard, lockkey, aggregatetype, aggregateid, revision, type, schemaversion, topic, headers, traceparent, "
        "payload, occurredat, createdat, attempts, nextattemptat, lasterror, blocked";
    return fmt::format(
        "gone AS (DELETE FROM {0} o {1} RETURNING o.*), moved AS (INSERT INTO {2} ({3}, publishedat) SELECT "
        "{3}, clock_timestamp() FROM gone ON CONFLICT DO NOTHING)",
        outbox_, condition, archive_, columns);
}

Result<void> Store::mark_published(std::span<const ShardLease> leases, std::span<const OutboxRow* const> rows) {
    Parameters parameters;
    bind_leases(parameters, leases);
    std::vector<std::int64_t> seqs;
    std::vector<std::string_view> ids;
    for (const OutboxRow* row : rows) {
        seqs.push_back(row->seq);
        ids.push_back(row->record.event_id);
    }
    parameters.add_array(seqs).add_array(ids);
    // Only seq leads to an index: the ids are scattered, and a shard may hold a million rows.
    const std::string sql =
        fmt::format("WITH {}, {} SELECT (SELECT count(*) FROM held), (SELECT count(*) FROM gone)", held_leases(leases_),
                    removal("WHERE o.seq = ANY($3::bigint[]) AND o.id::text = ANY($4::text[]) AND "
                            "o.shard + 0 = ANY(ARRAY(SELECT shard::int FROM held))"));
    auto done = query(sql, parameters);
    if (!done) return std::move(done).error();
    if (done->integer(0, 0) != static_cast<std::int64_t>(leases.size()))
        return lease_lost(leases.size(), done->integer(0, 0));
    return {};
}

Result<void> Store::mark_failed(std::span<const ShardLease> leases, std::span<const RowFailure> failures) {
    for (const RowFailure& failure : failures) {
        Parameters parameters;
        bind_leases(parameters, leases);
        const auto delay = std::chrono::ceil<Duration>(failure.delay).count();
        parameters.add(failure.seq)
            .add(failure.error.to_string())
            .add(std::int64_t{failure.blocked ? 1 : 0})
            .add(delay);
        auto done = query(
            fmt::format(
                "WITH {}, failed AS (UPDATE {} o SET attempts = attempts + 1, lasterror = left($4, 2000), blocked "
                "= $5::int = 1, nextattemptat = clock_timestamp() + $6::bigint * interval '1 ms' FROM held "
                "WHERE o.seq = $3::bigint AND o.shard = held.shard) SELECT count(*) FROM held",
                held_leases(leases_), outbox_),
            parameters);
        if (!done) return std::move(done).error();
        if (done->integer(0, 0) != static_cast<std::int64_t>(leases.size()))
            return lease_lost(leases.size(), done->integer(0, 0));
    }
    scan_.reload_held();
    return {};
}

Result<std::unique_ptr<OutboxStore>> open_outbox(const std::string& url, StoreOptions options) {
    auto names = options.tables.validated();
    if (!names) return std::move(names).error();
    char* why = nullptr;
    PQconninfoOption* parsed = PQconninfoParse(url.c_str(), &why);
    PQconninfoFree(parsed);
    PQfreemem(why);
    if (parsed == nullptr) {
        return Error{.kind = ErrorKind::invalid_argument,
                     .code = "postgres.url",
                     .message = "the PostgreSQL connection string cannot be read",
                     .hint = "write it like postgresql://user@host:5432/database or \"host=… dbname=…\""};
    }
    if (options.statement_timeout < Duration{100} || options.statement_timeout > Duration{600'000}) {
        return Error{
            .kind = ErrorKind::invalid_argument,
            .code = "postgres.statement_timeout",
            .message = fmt::format("StoreOptions::statement_timeout is {} ms", options.statement_timeout.count()),
            .hint = "100 ms to 10 min"};
    }
    return std::unique_ptr<OutboxStore>{std::make_unique<Store>(url, std::move(options))};
}

}  // namespace postgres
EVENTSDK_END_NAMESPACE
