#include <eventsdk/sqlite/outbox.hpp>

#include "outbox/append_results.hpp"
#include "outbox/headers_json.hpp"
#include "sqlite/session.hpp"
#include "sqlite/tables.hpp"

#include <eventsdk/core/time.hpp>

#include <fmt/format.h>

EVENTSDK_BEGIN_NAMESPACE
namespace sqlite {

class Outbox::Impl {
public:
    Impl(Catalogue catalogue, OutboxOptions options, Runtime runtime)
        : catalogue_{std::move(catalogue)}, runtime_{std::move(runtime)}, names_{options.tables.validated()} {
        const OutboxTables& tables = options.tables;
        insert_ = fmt::format(
            "INSERT INTO \"{}\" (id, shard, aggregatetype, aggregateid, revision, type, schemaversion, "
            "topic, headers, traceparent, payload, occurredat) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            tables.outbox);
        create_ = fmt::format(
            "INSERT INTO \"{}\" (aggregatetype, aggregateid, revision) VALUES (?,?,?) "
            "ON CONFLICT DO NOTHING",
            tables.revisions);
        raise_ =
            fmt::format("UPDATE \"{}\" SET revision = ? WHERE aggregatetype = ? AND aggregateid = ? AND revision = ?",
                        tables.revisions);
        read_ =
            fmt::format("SELECT revision FROM \"{}\" WHERE aggregatetype = ? AND aggregateid = ?", tables.revisions);
    }

    [[nodiscard]] const Result<OutboxTables>& names() const noexcept { return names_; }
    [[nodiscard]] const Catalogue& catalogue() const noexcept { return catalogue_; }
    [[nodiscard]] const Runtime& runtime() const noexcept { return runtime_; }

    /// All rows or none.
    Result<void> insert(sqlite3* connection, std::span<const PreparedRow> rows) const {
        if (!names_) return names_.error();
        if (rows.empty()) return {};
        auto savepoint = Savepoint::begin(connection);
        if (!savepoint) return std::move(savepoint).error();
        auto statement = Statement::prepare(connection, insert_);
        if (!statement) return std::move(statement).error();
        for (const PreparedRow& row : rows) {
            if (row.expected_revision) {
                if (auto raised = raise(connection, row); !raised) return raised;
            }
            if (auto stored = insert_row(*statement, row); !stored) return stored;
        }
        statement->reset();
        return savepoint->release();
    }

    Result<std::int64_t> revision(sqlite3* connection, std::string_view type, std::string_view id) const {
        auto statement = Statement::prepare(connection, read_);
        if (!statement) return std::move(statement).error();
        auto found = statement->bind(type).bind(id).step();
        if (!found) return std::move(found).error();
        return *found ? statement->integer(0) : 0;
    }

private:
    static Result<void> insert_row(Statement& statement, const PreparedRow& row) {
        statement.reset();
        statement.bind(row.record.event_id)
            .bind(std::int64_t{outbox_shard(row.aggregate_id)})
            .bind(row.aggregate_type)
            .bind(row.aggregate_id)
            .bind(row.revision)
            .bind(row.type)
            .bind(std::int64_t{row.schema_version})
            .bind(row.record.topic)
            .bind(outbox::headers_to_json(row.record.headers));
        row.traceparent.empty() ? statement.bind_null() : statement.bind(row.traceparent);
        row.record.value ? statement.bind(*row.record.value) : statement.bind_null();
        statement.bind(format_timestamp(row.occurred_at));
        if (auto done = statement.run(); !done) return std::move(done).error();
        return {};
    }

    Result<void> raise(sqlite3* connection, const PreparedRow& row) const {
        const bool first = *row.expected_revision == 0;
        auto statement = Statement::prepare(connection, first ? create_ : raise_);
        if (!statement) return std::move(statement).error();
        if (first) statement->bind(row.aggregate_type).bind(row.aggregate_id).bind(*row.revision);
        else
            statement->bind(*row.revision).bind(row.aggregate_type).bind(row.aggregate_id).bind(*row.expected_revision);
        auto changed = statement->run();
        if (!changed) return std::move(changed).error();
        if (*changed == 1) return {};
        const auto current = revision(connection, row.aggregate_type, row.aggregate_id);
        if (!current) return current.error();
        return outbox::revision_conflict(row, *current);
    }

    Catalogue catalogue_;
    Runtime runtime_;
    Result<OutboxTables> names_;
    std::string insert_;
    std::string create_;
    std::string raise_;
    std::string read_;
};

Outbox::Outbox(Catalogue catalogue, OutboxOptions options, Runtime runtime)
    : impl_{std::make_shared<const Impl>(std::move(catalogue), std::move(options), std::move(runtime))} {}

Result<Appended> Outbox::append_described(sqlite3* connection, std::string_view aggregate_id,
                                          const EventDescriptor& descriptor, const void* event,
                                          const AppendOptions& options) {
    return outbox::append_one(impl_->catalogue(), impl_->runtime(), aggregate_id, descriptor, event, options,
                              [&](std::span<const PreparedRow> rows) { return impl_->insert(connection, rows); });
}

Result<std::vector<Appended>> Outbox::append_all(sqlite3* connection, const OutboxBatch& batch) {
    return outbox::append_batch(batch,
                                [&](std::span<const PreparedRow> rows) { return impl_->insert(connection, rows); });
}

Result<std::int64_t> Outbox::revision(sqlite3* connection, std::string_view aggregate_type,
                                      std::string_view aggregate_id) {
    return impl_->revision(connection, aggregate_type, aggregate_id);
}

Result<void> Outbox::ensure_tables(sqlite3* connection) {
    if (!impl_->names()) return impl_->names().error();
    return ensure_outbox(connection, *impl_->names());
}

std::string Outbox::create_script() const {
    return impl_->names() ? outbox_script(*impl_->names()) : impl_->names().error().to_string();
}

}  // namespace sqlite
EVENTSDK_END_NAMESPACE
