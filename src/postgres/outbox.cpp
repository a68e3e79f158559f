#include <eventsdk/postgres/outbox.hpp>

#include "outbox/append_results.hpp"
#include "outbox/headers_json.hpp"
#include "postgres/session.hpp"
#include "postgres/tables.hpp"

#include <eventsdk/broker/partitioner.hpp>
#include <eventsdk/core/time.hpp>

#include <fmt/format.h>

#include <array>
#include <iterator>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {
namespace {

/// PostgreSQL binds at most 65,535 values.
constexpr std::size_t rows_per_statement = 4'000;

constexpr std::string_view columns =
    "id, shard, lockkey, aggregatetype, aggregateid, revision, type, schemaversion, topic, headers, traceparent, "
    "payload, occurredat";
constexpr std::array<std::string_view, 13> casts{"uuid",    "smallint", "integer",    "varchar", "varchar",
                                                 "bigint",  "varchar",  "integer",    "varchar", "json",
                                                 "varchar", "text",     "timestamptz"};

std::int64_t lock_key(std::string_view aggregate_id) { return static_cast<std::int32_t>(murmur2(aggregate_id)); }

void bind(Parameters& parameters, const PreparedRow& row) {
    parameters.add(row.record.event_id)
        .add(std::int64_t{outbox_shard(row.aggregate_id)})
        .add(lock_key(row.aggregate_id))
        .add(row.aggregate_type)
        .add(row.aggregate_id)
        .add_optional(row.revision)
        .add(row.type)
        .add(std::int64_t{row.schema_version})
        .add(row.record.topic)
        .add(outbox::headers_to_json(row.record.headers));
    row.traceparent.empty() ? parameters.add_null() : parameters.add(row.traceparent);
    row.record.value ? parameters.add(*row.record.value) : parameters.add_null();
    parameters.add(format_timestamp(row.occurred_at));
}

/// "(0, $1::uuid, …), (1, …)": the row's place first, so that sequence numbers follow the order of appending.
std::string value_list(std::size_t rows) {
    std::string text;
    std::size_t next = 1;
    for (std::size_t row = 0; row < rows; ++row) {
        fmt::format_to(std::back_inserter(text), "{}({}", row == 0 ? "" : ", ", row);
        for (const std::string_view cast : casts) fmt::format_to(std::back_inserter(text), ", ${}::{}", next++, cast);
        text.push_back(')');
    }
    return text;
}

Error broken_chain(std::string_view what) {
    return {.kind = ErrorKind::invalid_argument,
            .code = "outbox.expected_revision",
            .message = std::string{what},
            .hint = "give each event of an aggregate the revision after the one before it"};
}

/// Rows [first, last) of one aggregate, all with an expected revision or none.
struct Run {
    std::size_t first = 0;
    std::size_t last = 0;
    bool expected = false;
};

/// Cuts the rows where the statement must change; rows without expectation of any aggregates go together.
Result<std::vector<Run>> cut(std::span<const PreparedRow> rows) {
    std::vector<Run> runs;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const PreparedRow& row = rows[i];
        const bool expected = row.expected_revision.has_value();
        const bool same = !runs.empty() && runs.back().expected == expected &&
                          (!expected || (rows[i - 1].aggregate_id == row.aggregate_id &&
                                         rows[i - 1].aggregate_type == row.aggregate_type)) &&
                          runs.back().last - runs.back().first < rows_per_statement;
        if (same && expected && *row.expected_revision != *rows[i - 1].revision) {
            return broken_chain(fmt::format("event {} of aggregate {} expects revision {} after {}", i,
                                            row.aggregate_id, *row.expected_revision, *rows[i - 1].revision));
        }
        if (!same) runs.push_back({i, i, expected});
        runs.back().last = i + 1;
    }
    return runs;
}

}  // namespace

class Outbox::Impl {
public:
    Impl(Catalogue catalogue, OutboxOptions options, Runtime runtime)
        : catalogue_{std::move(catalogue)},
          options_{std::move(options)},
          runtime_{std::move(runtime)},
          names_{options_.tables.validated()} {
        outbox_ = quoted(options_.tables.schema, options_.tables.outbox);
        revisions_ = quoted(options_.tables.schema, options_.tables.revisions);
        if (options_.notify) {
            told_ = fmt::format(", (SELECT pg_notify('{}', '') OFFSET 0) AS told", notify_channel(options_.tables));
        }
        one_ = single_statement();
    }

    [[nodiscard]] const Result<OutboxTables>& names() const noexcept { return names_; }
    [[nodiscard]] const Catalogue& catalogue() const noexcept { return catalogue_; }
    [[nodiscard]] const Runtime& runtime() const noexcept { return runtime_; }

    /// All rows or none.
    Result<void> insert(PGconn* connection, std::span<const PreparedRow> rows) const {
        if (!names_) return names_.error();
        auto runs = cut(rows);
        if (!runs) return std::move(runs).error();
        if (runs->size() <= 1) return runs->empty() ? Result<void>{} : insert_run(connection, rows, runs->front());
        const bool own = PQtransactionStatus(connection) == PQTRANS_IDLE;
        if (auto begun = run_script(connection, own ? "BEGIN" : "SAVEPOINT eventsdk_append"); !begun) return begun;
        for (const Run& part : *runs) {
            auto done = insert_run(connection, rows, part);
            if (done) continue;
            auto undone = run_script(connection, own ? "ROLLBACK" : "ROLLBACK TO SAVEPOINT eventsdk_append");
            return undone ? done : undone;
        }
        return run_script(connection, own ? "COMMIT" : "RELEASE SAVEPOINT eventsdk_append");
    }

    Result<std::int64_t> revision(PGconn* connection, std::string_view type, std::string_view id) const {
        Parameters parameters;
        parameters.add(type).add(id);
        auto rows =
            run(connection,
                fmt::format("SELECT revision FROM {} WHERE aggregatetype = $1 AND aggregateid = $2", revisions_),
                parameters);
        if (!rows) return std::move(rows).error();
        return rows->size() == 0 ? 0 : rows->integer(0, 0);
    }

private:
    Result<void> insert_run(PGconn* connection, std::span<const PreparedRow> rows, const Run& part) const {
        const auto taken = rows.subspan(part.first, part.last - part.first);
        Parameters parameters;
        for (const PreparedRow& row : taken) bind(parameters, row);
        if (taken.size() == 1) {
            parameters.add_optional(taken.front().expected_revision);
            auto done = run(connection, one_, parameters);
            if (!done) return std::move(done).error();
            if (done->text(0, 0) == "t") return {};
            return conflict(connection, taken.front());
        }
        if (part.expected) parameters.add(*taken.front().expected_revision).add(*taken.back().revision);
        auto done = run(connection, part.expected ? checked_statement(taken.size()) : plain_statement(taken.size()),
                        parameters);
        if (!done) return std::move(done).error();
        if (done->affected() == static_cast<std::int64_t>(taken.size())) return {};
        return conflict(connection, taken.front());
    }

    [[nodiscard]] std::string single_statement() const {
        std::string values;
        for (std::size_t i = 0; i < casts.size(); ++i)
            fmt::format_to(std::back_inserter(values), "${}::{}, ", i + 1, casts[i]);
        return fmt::format(
            "SELECT {}({}${}::bigint, {}, {})", append_function(options_.tables), values, casts.size() + 1,
            options_.serialize_aggregates ? fmt::format("({})::integer", lock_class(options_.tables)) : "NULL::integer",
            options_.notify ? fmt::format("'{}'::text", notify_channel(options_.tables)) : "NULL::text");
    }

    /// Takes the locks in one global order, then inserts.
    [[nodiscard]] std::string plain_statement(std::size_t rows) const {
        if (!options_.serialize_aggregates) {
            return fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM (VALUES {2}) AS given (n, {1}){3} ORDER BY n",
                               outbox_, columns, value_list(rows), told_);
        }
        const std::int64_t lock = lock_class(options_.tables);
        return fmt::format(
            "WITH given (n, {1}) AS (VALUES {2}), locked AS MATERIALIZED (SELECT count(pg_advisory_xact_lock({3}, key)) "
            "FROM (SELECT DISTINCT lockkey AS key FROM given ORDER BY 1) AS keys) "
            "INSERT INTO {0} ({1}) SELECT {1} FROM locked, given{4} ORDER BY n",
            outbox_, columns, value_list(rows), lock, told_);
    }

    /// Rows of one aggregate: lock it, raise its revision when it is the expected one, insert when it was raised.
    [[nodiscard]] std::string checked_statement(std::size_t rows) const {
        const std::size_t expected = rows * casts.size() + 1;
        const std::string lock =
            options_.serialize_aggregates
                ? fmt::format("SELECT pg_advisory_xact_lock({}, $3::integer)", lock_class(options_.tables))
                : std::string{"SELECT 0"};
        return fmt::format(
            "WITH locked AS MATERIALIZED ({lock}), raised AS ("
            "INSERT INTO {revisions} AS r (aggregatetype, aggregateid, revision) SELECT $4::varchar, $5::varchar, ${last}::bigint FROM locked "
            "WHERE ${expected}::bigint = 0 OR EXISTS (SELECT 1 FROM {revisions} WHERE aggregatetype = $4::varchar AND aggregateid = $5::varchar) "
            "ON CONFLICT (aggregatetype, aggregateid) DO UPDATE SET revision = EXCLUDED.revision "
            "WHERE r.revision = ${expected}::bigint RETURNING 1) "
            "INSERT INTO {outbox} ({columns}) SELECT {columns} FROM raised, (VALUES {values}) AS given (n, {columns}){told} ORDER BY n",
            fmt::arg("lock", lock), fmt::arg("revisions", revisions_), fmt::arg("last", expected + 1),
            fmt::arg("expected", expected), fmt::arg("outbox", outbox_), fmt::arg("columns", columns),
            fmt::arg("values", value_list(rows)), fmt::arg("told", told_));
    }

    Error conflict(PGconn* connection, const PreparedRow& row) const {
        const auto current = revision(connection, row.aggregate_type, row.aggregate_id);
        if (!current) return current.error();
        return outbox::revision_conflict(row, *current);
    }

    Catalogue catalogue_;
    OutboxOptions options_;
    Runtime runtime_;
    Result<OutboxTables> names_;
    std::string outbox_;
    std::string revisions_;
    std::string told_;  ///< of the relays that listen
    std::string one_;
};

Outbox::Outbox(Catalogue catalogue, OutboxOptions options, Runtime runtime)
    : impl_{std::make_shared<const Impl>(std::move(catalogue), std::move(options), std::move(runtime))} {}

Result<Appended> Outbox::append_described(PGconn* connection, std::string_view aggregate_id,
                                          const EventDescriptor& descriptor, const void* event,
                                          const AppendOptions& options) {
    return outbox::append_one(impl_->catalogue(), impl_->runtime(), aggregate_id, descriptor, event, options,
                              [&](std::span<const PreparedRow> rows) { return impl_->insert(connection, rows); });
}

Result<std::vector<Appended>> Outbox::append_all(PGconn* connection, const OutboxBatch& batch) {
    return outbox::append_batch(batch,
                                [&](std::span<const PreparedRow> rows) { return impl_->insert(connection, rows); });
}

Result<std::int64_t> Outbox::revision(PGconn* connection, std::string_view aggregate_type,
                                      std::string_view aggregate_id) {
    return impl_->revision(connection, aggregate_type, aggregate_id);
}

Result<void> Outbox::ensure_tables(PGconn* connection) {
    if (!impl_->names()) return impl_->names().error();
    return ensure_outbox(connection, *impl_->names());
}

std::string Outbox::create_script() const {
    return impl_->names() ? outbox_script(*impl_->names()) : impl_->names().error().to_string();
}

}  // namespace postgres
EVENTSDK_END_NAMESPACE
