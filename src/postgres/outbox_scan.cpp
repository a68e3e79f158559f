#include "postgres/outbox_scan.hpp"

#include "outbox/headers_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto full_scan_interval = 5s;
constexpr auto held_interval = 1s;

constexpr std::string_view row_columns =
    "o.seq, o.shard, o.attempts, o.topic, o.aggregateid, o.payload, o.headers, o.id, "
    "(extract(epoch FROM o.createdat) * 1000000)::bigint AS created";

constexpr int late_column = 9;

int shard_of_key(std::int64_t lock_key) noexcept {
    return static_cast<int>(static_cast<std::uint32_t>(lock_key) % static_cast<std::uint32_t>(outbox_shards));
}

OutboxRow to_row(const Rows& rows, int i) {
    OutboxRow row;
    row.seq = rows.integer(i, 0);
    row.shard = static_cast<int>(rows.integer(i, 1));
    row.attempts = static_cast<std::int32_t>(rows.integer(i, 2));
    row.record.topic = rows.text(i, 3);
    row.record.key = std::string{rows.text(i, 4)};
    if (!rows.is_null(i, 5)) row.record.value = std::string{rows.text(i, 5)};
    auto headers = outbox::headers_from_json(rows.text(i, 6));
    if (headers) row.record.headers = std::move(*headers);
    else row.unreadable = std::move(headers).error();
    row.record.event_id = rows.text(i, 7);
    row.created_at = Timestamp{std::chrono::microseconds{rows.integer(i, 8)}};
    return row;
}

}  // namespace

OutboxScan::OutboxScan(std::string outbox, std::int64_t lock_class)
    : outbox_{std::move(outbox)}, lock_class_{lock_class} {}

void OutboxScan::forget() noexcept {
    for (Shard& shard : shards_) shard.seen = shard.seen_before = 0;
    in_flight_.clear();
    held_known_ = false;
    next_full_ = std::chrono::steady_clock::now() + full_scan_interval;
}

void OutboxScan::note_leases(std::span<const ShardLease> leases) {
    for (const ShardLease& lease : leases) {
        Shard& shard = shards_[static_cast<std::size_t>(lease.shard)];
        if (shard.token == lease.token) continue;
        shard = {.token = lease.token};
        held_known_ = false;
    }
}

Result<void> OutboxScan::load_held(PGconn* connection, const std::vector<std::int64_t>& shards) {
    Parameters parameters;
    parameters.add_array(shards);
    auto rows =
        run(connection,
            fmt::format("SELECT DISTINCT aggregateid FROM {} WHERE attempts > 0 AND shard = ANY($1::smallint[]) AND "
                        "(blocked OR nextattemptat > clock_timestamp())",
                        outbox_),
            parameters);
    if (!rows) return std::move(rows).error();
    std::set<std::string, std::less<>> held;
    for (int i = 0; i < rows->size(); ++i) held.emplace(rows->text(i, 0));
    if (!std::includes(held.begin(), held.end(), held_.begin(), held_.end())) forget();
    held_ = std::move(held);
    held_known_ = true;
    next_held_ = std::chrono::steady_clock::now() + held_interval;
    return {};
}

Result<void> OutboxScan::load_in_flight(PGconn* connection) {
    Parameters parameters;
    parameters.add(static_cast<std::int64_t>(static_cast<std::uint32_t>(lock_class_)));
    auto rows =
        run(connection,
            "SELECT objid::bigint, virtualtransaction FROM pg_locks WHERE locktype = 'advisory' AND granted AND "
            "objsubid = 2 AND classid = $1::bigint::oid AND "
            "database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            parameters);
    if (!rows) return std::move(rows).error();
    std::erase_if(in_flight_, [](const auto& entry) { return entry.second.gone; });
    for (auto& [key, flight] : in_flight_) flight.gone = true;
    for (int i = 0; i < rows->size(); ++i) {
        const std::int64_t key = static_cast<std::int32_t>(rows->integer(i, 0));
        const std::int64_t from = shards_[static_cast<std::size_t>(shard_of_key(key))].seen_before;
        in_flight_.try_emplace({key, std::string{rows->text(i, 1)}}, InFlight{from, false}).first->second.gone = false;
    }
    return {};
}

Result<std::vector<OutboxRow>> OutboxScan::read(PGconn* connection, const std::vector<std::int64_t>& shards,
                                                std::size_t most) {
    std::vector<std::int64_t> from;
    for (const std::int64_t shard : shards) from.push_back(shards_[static_cast<std::size_t>(shard)].seen_before);
    std::vector<std::int64_t> keys;
    std::vector<std::int64_t> key_from;
    std::vector<std::int64_t> key_to;
    for (const auto& [key, flight] : in_flight_) {
        const Shard& shard = shards_[static_cast<std::size_t>(shard_of_key(key.first))];
        if (flight.from >= shard.seen_before) continue;
        keys.push_back(key.first);
        key_from.push_back(flight.from);
        key_to.push_back(shard.seen_before);
    }
    const std::vector<std::string_view> held(held_.begin(), held_.end());
    Parameters parameters;
    parameters.add_array(shards).add_array(from).add(static_cast<std::int64_t>(most)).add_array(held);
    parameters.add_array(keys).add_array(key_from).add_array(key_to);
    auto rows =
        run(connection,
            fmt::format(
                "(SELECT r.*, true FROM unnest($5::int[], $6::bigint[], $7::bigint[]) AS f (key, low, high), LATERAL "
                "(SELECT {0} FROM {1} o WHERE o.shard = (f.key::bigint & 4294967295) % {2} AND o.lockkey = f.key "
                "AND o.seq > f.low AND o.seq <= f.high AND o.aggregateid <> ALL($4::text[]) ORDER BY o.seq LIMIT "
                "$3::bigint) AS r) UNION ALL "
                "(SELECT r.*, false FROM unnest($1::smallint[], $2::bigint[]) AS s (shard, low), LATERAL "
                "(SELECT {0} FROM {1} o WHERE o.shard = s.shard AND o.seq > s.low AND o.aggregateid <> "
                "ALL($4::text[]) ORDER BY o.seq LIMIT $3::bigint) AS r LIMIT $3::bigint)",
                row_columns, outbox_, outbox_shards),
            parameters);
    if (!rows) return std::move(rows).error();
    late_rows_ = 0;
    std::vector<OutboxRow> found;
    found.reserve(static_cast<std::size_t>(rows->size()));
    for (int i = 0; i < rows->size(); ++i) {
        found.push_back(to_row(*rows, i));
        if (rows->text(i, late_column) == "t") ++late_rows_;
    }
    return found;
}

Result<std::vector<OutboxRow>> OutboxScan::next(PGconn* connection, std::span<const ShardLease> leases,
                                                std::size_t most) {
    note_leases(leases);
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_full_) forget();
    std::vector<std::int64_t> shards;
    for (const ShardLease& lease : leases) shards.push_back(lease.shard);
    if (shards.empty()) return std::vector<OutboxRow>{};
    if (!held_known_ || now >= next_held_) {
        if (auto loaded = load_held(connection, shards); !loaded) return std::move(loaded).error();
    }
    // Another shard goes first each time, so that a full one starves none.
    std::rotate(shards.begin(), shards.begin() + static_cast<std::ptrdiff_t>(turn_++ % shards.size()), shards.end());

    auto rows = read(connection, shards, most);
    if (!rows) return rows;
    if (late_rows_ >= most) {  // perhaps cut: later rows of the same aggregates must not overtake them
        forget();
        rows = read(connection, shards, most);
        if (!rows) return rows;
    }
    note_seen(shards, *rows, rows->size() - late_rows_ >= most);
    if (auto loaded = load_in_flight(connection); !loaded) {
        forget();
        return std::move(loaded).error();
    }
    std::sort(rows->begin(), rows->end(), [](const OutboxRow& a, const OutboxRow& b) { return a.seq < b.seq; });
    rows->erase(
        std::unique(rows->begin(), rows->end(), [](const OutboxRow& a, const OutboxRow& b) { return a.seq == b.seq; }),
        rows->end());
    return rows;
}

void OutboxScan::note_seen(const std::vector<std::int64_t>& shards, const std::vector<OutboxRow>& rows, bool cut) {
    std::array<std::int64_t, static_cast<std::size_t>(outbox_shards)> greatest{};
    for (const OutboxRow& row : rows) {
        auto& seen = greatest[static_cast<std::size_t>(row.shard)];
        seen = std::max(seen, row.seq);
    }
    std::size_t scanned = shards.size();
    if (cut) {
        while (scanned > 0 && greatest[static_cast<std::size_t>(shards[scanned - 1])] == 0) --scanned;
    }
    for (std::size_t i = 0; i < scanned; ++i) {
        Shard& shard = shards_[static_cast<std::size_t>(shards[i])];
        shard.seen_before = shard.seen;
        shard.seen = std::max(shard.seen, greatest[static_cast<std::size_t>(shards[i])]);
    }
}

}  // namespace postgres
EVENTSDK_END_NAMESPACE
