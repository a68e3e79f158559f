#include "postgres/effect_session.hpp"

#include "consume/effect_errors.hpp"

#include <eventsdk/core/time.hpp>

#include <fmt/format.h>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {
namespace {

void add(Parameters& parameters, const SqlValue& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        parameters.add(*integer);
    } else if (const auto* real = std::get_if<double>(&value)) {
        parameters.add(fmt::format("{}", *real));
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
        parameters.add(*text);
    } else {
        parameters.add_null();
    }
}

}  // namespace

EffectPool::EffectPool(std::string url, DatabaseOptions options)
    : checkpoints{quoted(options.schema, options.checkpoints)},
      inbox{quoted(options.schema, options.inbox)},
      url_{std::move(url)},
      options_{std::move(options)} {
    // A double that is still being handled elsewhere makes the insertion wait for that transaction.
    claim = fmt::format(
        "INSERT INTO {1} (projection, source, eventid, topic, partition, recordoffset, notedat) "
        "SELECT $1, $2, $3, $4, $5::integer, $6::bigint, $7::timestamptz WHERE NOT EXISTS (SELECT 1 FROM {0} WHERE "
        "projection = $1 AND topic = $4 AND partition = $5::integer AND position > $6::bigint) ON CONFLICT DO NOTHING",
        checkpoints, inbox);
    constexpr std::string_view change =
        "position = $4::bigint, eventoffset = CASE WHEN $5::bigint < 0 THEN c.eventoffset ELSE $5::bigint END, "
        "eventid = CASE WHEN $5::bigint < 0 THEN c.eventid ELSE $6 END";
    advance = fmt::format(
        "WITH free AS (SELECT 1 FROM {0} WHERE projection = $1 AND topic = $2 AND partition = $3::integer AND "
        "position < $4::bigint FOR UPDATE SKIP LOCKED) UPDATE {0} c SET {1} WHERE projection = $1 AND topic = $2 AND "
        "partition = $3::integer AND EXISTS (SELECT 1 FROM free)",
        checkpoints, change);
    create = fmt::format(
        "INSERT INTO {0} AS c (projection, topic, partition, position, eventoffset, eventid) "
        "VALUES ($1, $2, $3::integer, $4::bigint, $5::bigint, $6) ON CONFLICT (projection, topic, partition) "
        "DO UPDATE SET {1} WHERE c.position < $4::bigint",
        checkpoints, change);
}

std::string EffectPool::now_text() const { return format_timestamp(options_.clock->now()); }

Result<Connection> EffectPool::connect() const {
    const auto seconds = std::max<std::int64_t>(2, options_.statement_timeout.count() / 1000);
    const std::string timeout = std::to_string(seconds);
    const std::string silence = std::to_string(seconds * 1000);
    const char* keywords[] = {"dbname", "connect_timeout", "tcp_user_timeout", "application_name", nullptr};
    const char* values[] = {url_.c_str(), timeout.c_str(), silence.c_str(), "eventsdk-projector", nullptr};
    Connection made{PQconnectdbParams(keywords, values, 1), &PQfinish};
    if (PQstatus(made.get()) != CONNECTION_OK) {
        Error error = error_of(made.get(), nullptr);
        error.kind = ErrorKind::unavailable;
        error.code = "postgres.unavailable";
        return error;
    }
    const auto limited =
        run_script(made.get(),
                   fmt::format("SET statement_timeout = {0}; SET lock_timeout = {0}; SET default_transaction_isolation "
                               "= 'read committed'; SET client_min_messages = warning",
                               options_.statement_timeout.count()));
    if (!limited) return limited.error();
    return made;
}

Result<Connection> EffectPool::take() {
    while (true) {
        Connection connection{nullptr, &PQfinish};
        {
            const std::lock_guard lock{mutex_};
            if (idle_.empty()) break;
            connection = std::move(idle_.back());
            idle_.pop_back();
        }
        if (run_script(connection.get(), "BEGIN")) return connection;  // else the server closed it meanwhile
    }
    auto made = connect();
    if (!made) return made;
    if (auto begun = run_script(made->get(), "BEGIN"); !begun) return consume::effect_error(std::move(begun).error());
    return made;
}

void EffectPool::give_back(Connection connection) {
    if (PQstatus(connection.get()) != CONNECTION_OK) return;
    if (PQtransactionStatus(connection.get()) != PQTRANS_IDLE && !run_script(connection.get(), "ROLLBACK")) return;
    const std::lock_guard lock{mutex_};
    idle_.push_back(std::move(connection));
}

bool EffectPool::is_new(const Effect& effect) {
    const std::string place = fmt::format("{}\n{}\n{}", effect.projection, effect.topic, effect.partition);
    const std::lock_guard lock{mutex_};
    return known_.insert(place).second;
}

Result<std::unique_ptr<EffectWork>> EffectWork::begin(std::shared_ptr<EffectPool> pool) {
    auto connection = pool->take();
    if (!connection) return std::move(connection).error();
    return std::make_unique<EffectWork>(std::move(pool), std::move(*connection));
}

EffectWork::~EffectWork() { pool_->give_back(std::move(connection_)); }

Result<Rows> EffectWork::rows_of(const std::string& sql, const Parameters& parameters) {
    auto rows = run(connection_.get(), sql, parameters);
    if (!rows) return consume::effect_error(std::move(rows).error());
    return rows;
}

Result<std::int64_t> EffectWork::execute(std::string_view sql, std::initializer_list<SqlValue> values) {
    Parameters parameters;
    for (const SqlValue& value : values) add(parameters, value);
    auto rows = rows_of(std::string{sql}, parameters);
    if (!rows) return std::move(rows).error();
    return rows->affected();
}

Result<std::vector<std::vector<std::string>>> EffectWork::query(std::string_view sql,
                                                                std::initializer_list<SqlValue> values) {
    Parameters parameters;
    for (const SqlValue& value : values) add(parameters, value);
    auto found = rows_of(std::string{sql}, parameters);
    if (!found) return std::move(found).error();
    std::vector<std::vector<std::string>> rows(static_cast<std::size_t>(found->size()));
    for (int row = 0; row < found->size(); ++row) {
        for (int column = 0; column < found->columns(); ++column)
            rows[static_cast<std::size_t>(row)].emplace_back(found->text(row, column));
    }
    return rows;
}

Result<bool> EffectWork::claim(const Effect& effect) {
    auto noted = rows_of(pool_->claim, Parameters{}
                                           .add(effect.projection)
                                           .add(effect.source)
                                           .add(effect.event_id)
                                           .add(effect.topic)
                                           .add(std::int64_t{effect.partition})
                                           .add(effect.offset)
                                           .add(pool_->now_text()));
    if (!noted) return std::move(noted).error();
    return noted->affected() == 1;
}

Result<void> EffectWork::advance(const Effect& effect) {
    if (effect.finished < 0) return {};
    const bool next = effect.finished == effect.offset;
    auto moved = rows_of(pool_->is_new(effect) ? pool_->create : pool_->advance,
                         Parameters{}
                             .add(effect.projection)
                             .add(effect.topic)
                             .add(std::int64_t{effect.partition})
                             .add(next ? effect.offset + 1 : effect.finished)
                             .add(next ? effect.offset : std::int64_t{-1})
                             .add(next ? effect.event_id : std::string_view{}));
    if (!moved) return std::move(moved).error();
    return {};
}

Result<void> EffectWork::commit() {
    const PGTransactionStatusType status = PQtransactionStatus(connection_.get());
    if (status == PQTRANS_IDLE) return consume::transaction_ended();
    if (status == PQTRANS_INERROR) {
        return Error{.kind = ErrorKind::invalid_argument,
                     .code = "effects.transaction",
                     .message = "a statement of the handler failed and the handler said done()",
                     .hint = "return the error of execute(), or run what may fail in a savepoint"};
    }
    if (auto done = run_script(connection_.get(), "COMMIT"); !done)
        return consume::effect_error(std::move(done).error());
    return {};
}

}  // namespace postgres
EVENTSDK_END_NAMESPACE
