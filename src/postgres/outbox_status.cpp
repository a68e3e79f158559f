#include "outbox/append_results.hpp"
#include "postgres/outbox_store.hpp"

#include <fmt/format.h>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {

Result<OutboxStatus> Store::status(std::size_t most_blocked) {
    OutboxStatus status;
    auto totals =
        query(fmt::format("SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(createdat)) * 1000, "
                          "-1)::bigint FROM {}",
                          outbox_));
    if (!totals) return std::move(totals).error();
    status.pending = totals->integer(0, 0);
    if (totals->integer(0, 1) >= 0) status.oldest = Duration{totals->integer(0, 1)};
    Parameters parameters;
    parameters.add(static_cast<std::int64_t>(most_blocked));
    auto rows = query(
        fmt::format("SELECT b.seq, b.id, b.type, b.aggregateid, b.topic, b.lasterror, b.attempts, (SELECT count(*) "
                    "FROM {0} w WHERE w.shard = b.shard AND w.aggregateid = b.aggregateid AND w.seq > b.seq) "
                    "FROM {0} b WHERE b.attempts > 0 AND b.blocked ORDER BY b.seq LIMIT $1::bigint",
                    outbox_),
        parameters);
    if (!rows) return std::move(rows).error();
    for (int i = 0; i < rows->size(); ++i) {
        const auto text = [&](int column) { return std::string{rows->text(i, column)}; };
        status.blocked.push_back({rows->integer(i, 0), text(1), text(2), text(3), text(4), text(5),
                                  static_cast<std::int32_t>(rows->integer(i, 6)), rows->integer(i, 7)});
    }
    return status;
}

Result<void> Store::resolve(std::int64_t seq, Resolution resolution) {
    Parameters parameters;
    parameters.add(seq);
    std::string sql;
    switch (resolution) {
        case Resolution::retry:
            sql = fmt::format(
                "UPDATE {} SET attempts = 0, blocked = false, nextattemptat = NULL WHERE seq = $1::bigint AND "
                "blocked RETURNING 1",
                outbox_);
            break;
        case Resolution::skip:
            sql = fmt::format("WITH {} SELECT 1 FROM gone", removal("WHERE o.seq = $1::bigint AND o.blocked"));
            break;
        case Resolution::dead_letter:
            sql = fmt::format(
                "UPDATE {} SET attempts = 0, blocked = false, nextattemptat = NULL, topic = topic || '.dlq', headers = "
                "(headers::jsonb || jsonb_build_array(jsonb_build_array('eventsdk-dlq-topic', topic), "
                "jsonb_build_array('eventsdk-dlq-stage', 'outbox'), jsonb_build_array('eventsdk-dlq-error-message', "
                "left(coalesce(lasterror, ''), 1000)), jsonb_build_array('eventsdk-dlq-attempts', attempts::text)))::json "
                "WHERE seq = $1::bigint AND blocked RETURNING 1",
                outbox_);
            break;
    }
    auto done = query(sql, parameters);
    if (!done) return std::move(done).error();
    if (done->size() > 0) return {};
    return outbox::not_blocked(seq);
}

Result<std::int64_t> Store::purge_archive(Duration age) {
    Parameters parameters;
    parameters.add(age.count());
    auto done = query(
        fmt::format("DELETE FROM {} WHERE publishedat < clock_timestamp() - $1::bigint * interval '1 ms'", archive_),
        parameters);
    if (!done) return std::move(done).error();
    return done->affected();
}

}  // namespace postgres
EVENTSDK_END_NAMESPACE
