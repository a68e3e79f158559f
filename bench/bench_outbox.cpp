// The outbox on PostgreSQL: the relay beside a bare loop (SELECT 500, produce, acknowledge, DELETE) over the same rows,
// with few and many rows pending, with and without a transaction left open; append beside a bare INSERT.
// Needs a Kafka and a PostgreSQL: tools/bench outbox starts them.

#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/postgres/outbox.hpp>

#include <libpq-fe.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>

#include "bare_producer.hpp"
#include "submission.hpp"
#include "support.hpp"

namespace {

using namespace eventsdk;

constexpr std::size_t batch_rows = 500;

class Database {
public:
    explicit Database(const std::string& url) : connection_{PQconnectdb(url.c_str())} {
        if (PQstatus(connection_) != CONNECTION_OK) bench::give_up(PQerrorMessage(connection_));
        run("SET client_min_messages = warning");
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() { PQfinish(connection_); }

    [[nodiscard]] PGconn* get() const noexcept { return connection_; }
    void run(const std::string& sql) const { PQclear(query(sql)); }
    [[nodiscard]] PGresult* query(const std::string& sql) const { return checked(PQexec(connection_, sql.c_str())); }
    [[nodiscard]] PGresult* query(const std::string& sql, const std::vector<const char*>& values) const {
        return checked(PQexecParams(connection_, sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                                    nullptr, nullptr, 0));
    }

private:
    PGresult* checked(PGresult* result) const {
        const auto status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) bench::give_up(PQerrorMessage(connection_));
        return result;
    }
    PGconn* connection_;
};

struct Bench {
    std::string url;
    kafka::Options kafka = kafka::Options::from_environment().value();
    Broker broker = eventsdk::kafka::connect(kafka).value();
    std::string topic = bench::make_topic(broker, "bench.outbox");
    Catalogue catalogue = bench::load_catalogue(topic);
    Database database{url};
    OutboxTables tables{.schema = "eventsdk_bench"};
    postgres::Outbox outbox{catalogue, {.tables = tables}};
    bench::BareProducer bare{kafka.bootstrap_servers, topic};

    explicit Bench(std::string database_url) : url{std::move(database_url)} {
        database.run("DROP SCHEMA IF EXISTS eventsdk_bench CASCADE");
        database.run("CREATE SCHEMA eventsdk_bench");
        database.run("SET search_path = eventsdk_bench");
        outbox.ensure_tables(database.get()).value();
    }
    ~Bench() { database.run("DROP SCHEMA eventsdk_bench CASCADE"); }

    void fill(std::size_t rows) {
        OutboxBatch batch{catalogue};
        for (std::size_t i = 0; i < rows; ++i) {
            batch.add(bench::key_of(i), bench::Submission{}).value();
            if (batch.rows().size() < 1'000 && i + 1 < rows) continue;
            outbox.append_all(database.get(), batch).value();
            batch.clear();
        }
    }
    /// Many rows, in a quarter of the time: copies of appended ones.
    void fill_with_copies(std::size_t rows) {
        constexpr std::size_t originals = 1'000;
        constexpr const char* columns =
            "shard, lockkey, aggregatetype, aggregateid, type, schemaversion, topic, headers, traceparent, payload, "
            "occurredat";
        fill(originals);
        const std::string list = columns;
        database.run("INSERT INTO outbox (id, " + list + ") SELECT gen_random_uuid(), " + list +
                     " FROM generate_series(2, " + std::to_string(rows / originals) + "), outbox");
    }
    OutboxRelay make_relay() {
        RelayOptions options;
        options.batch = static_cast<int>(batch_rows);
        return OutboxRelay::create(postgres::open_outbox(url, {.tables = tables}).value(), broker, options).value();
    }
    void free_leases() {
        database.run("UPDATE outbox_leases SET holder = '', expiresat = '-infinity'; DELETE FROM outbox_leases_relays");
    }
    bench::Run run_relay(std::size_t rows) {
        auto relay = make_relay();
        (void)relay.run_once().value();  // connections and leases
        const bench::Measure measure;
        std::size_t sent = 0;
        while (sent < rows) {
            const std::size_t round = relay.run_once().value();
            if (round == 0) break;
            sent += round;
        }
        const bench::Run run = measure.end(sent);
        free_leases();
        return run;
    }
    bench::Run run_bare(std::size_t rows) {
        const bench::Measure measure;
        std::size_t sent = 0;
        while (sent < rows) {
            const std::size_t round = bare_round();
            if (round == 0) break;
            sent += round;
        }
        return measure.end(sent);
    }

private:
    std::size_t bare_round() {
        PGresult* rows = database.query(
            "SELECT seq, topic, aggregateid, payload, headers, id FROM outbox ORDER BY seq "
            "LIMIT 500");
        std::vector<Record> records;
        std::string seqs = "{";
        for (int i = 0; i < PQntuples(rows); ++i) {
            Record record;
            record.topic = PQgetvalue(rows, i, 1);
            record.key = PQgetvalue(rows, i, 2);
            record.value = PQgetvalue(rows, i, 3);
            for (const auto& pair : nlohmann::json::parse(PQgetvalue(rows, i, 4)))
                record.headers.push_back({pair[0].get<std::string>(), pair[1].get<std::string>()});
            records.push_back(std::move(record));
            seqs.append(i == 0 ? "" : ",").append(PQgetvalue(rows, i, 0));
        }
        PQclear(rows);
        if (records.empty()) return 0;
        bare.send(records);
        seqs += "}";
        PQclear(database.query("DELETE FROM outbox WHERE seq = ANY($1::bigint[])", {seqs.c_str()}));
        return records.size();
    }
};

void print_target(double ratio, const char* target) { std::printf("%.2f (target: %s)\n", ratio, target); }

void compare_with_bare_loop(Bench& bench, std::size_t rows, std::size_t rounds) {
    std::printf("relay: %zu rows a run, batches of %zu\n", rows, batch_rows);
    bench.fill(rows);
    (void)bench.run_bare(rows);
    std::vector<bench::Run> relay;
    std::vector<bench::Run> bare;
    for (std::size_t round = 0; round < rounds; ++round) {
        bench.fill(rows);
        bare.push_back(bench.run_bare(rows));
        bench::print("bare loop", bare.back());
        bench.database.run("VACUUM ANALYZE outbox");
        bench.fill(rows);
        relay.push_back(bench.run_relay(rows));
        bench::print("eventsdk", relay.back());
        bench.database.run("VACUUM ANALYZE outbox");
    }
    std::printf("medians of %zu:\n", rounds);
    bench::print("bare loop", bench::median(bare));
    bench::print("eventsdk", bench::median(relay));
    bench::print_ratio(bench::median(relay), bench::median(bare));
    std::printf("rate of the relay, of the bare loop's: ");
    print_target(bench::median(relay).records_per_second / bench::median(bare).records_per_second, "at least 0.50");
}

void compare_depths(Bench& bench, std::size_t few, std::size_t many) {
    std::printf("rows pending:\n");
    bench.fill_with_copies(few);
    const bench::Run shallow = bench.run_relay(few);
    bench::print(std::to_string(few), shallow);
    bench.fill_with_copies(many);
    const bench::Run deep = bench.run_relay(few * 10);
    bench::print(std::to_string(many), deep);
    std::printf("rate with many, of that with few: ");
    print_target(deep.records_per_second / shallow.records_per_second, "no growth of the cost per row, about 1.00");
    bench.database.run("TRUNCATE outbox");
    bench.database.run("VACUUM ANALYZE outbox");
}

/// Appends, and relays by one relay, in turn, so that rows are deleted all the time.
bench::Run append_and_relay(Bench& bench, std::size_t rows) {
    constexpr std::size_t part = 10'000;
    auto relay = bench.make_relay();
    std::vector<bench::Run> runs;
    for (std::size_t done = 0; done < rows; done += part) {
        bench.fill(part);
        const bench::Measure measure;
        std::size_t sent = 0;
        for (int idle = 0; sent < part && idle < 1'000;) {
            const std::size_t round = relay.run_once().value();
            sent += round;
            idle = round == 0 ? idle + 1 : 0;
        }
        runs.push_back(measure.end(sent));
    }
    bench.free_leases();
    return bench::median(runs);
}

void compare_open_transaction(Bench& bench, std::size_t rows) {
    std::printf("%zu rows appended and deleted, 10,000 at a time:\n", rows);
    const bench::Run without = append_and_relay(bench, rows);
    bench::print("no other transaction", without);
    Database idle{bench.url};
    idle.run("BEGIN ISOLATION LEVEL REPEATABLE READ");
    idle.run("SELECT pg_current_xact_id()");
    const bench::Run with = append_and_relay(bench, rows);
    bench::print("one left open", with);
    idle.run("ROLLBACK");
    std::printf("rate with one open, of that without: ");
    print_target(with.records_per_second / without.records_per_second, "at least 0.80");
    bench.database.run("VACUUM ANALYZE outbox");
}

bench::Run run_inserts(Bench& bench, std::size_t rows) {
    auto prepared = prepare_row(bench.catalogue, bench.broker.runtime(), bench::key_of(0),
                                describe_event<bench::Submission>(), std::make_unique<bench::Submission>().get(), {});
    const PreparedRow& row = prepared.value();
    bench.database.run("BEGIN");
    const bench::Measure measure;
    for (std::size_t i = 0; i < rows; ++i) {
        const std::string id = bench.broker.runtime().ids->next().to_string();
        const std::string key = bench::key_of(i);
        const std::string shard = std::to_string(outbox_shard(key));
        PQclear(bench.database.query(
            "INSERT INTO outbox (id, shard, lockkey, aggregatetype, aggregateid, type, schemaversion, topic, headers, "
            "payload, occurredat) VALUES ($1, $2, 0, $3, $4, $5, 1, $6, $7, $8, '2026-11-21T12:00:00Z')",
            {id.c_str(), shard.c_str(), row.aggregate_type.c_str(), key.c_str(), row.type.c_str(),
             row.record.topic.c_str(), "[[\"id\",\"017f22e2-79b0-7cc3-98c4-dc0c0c07398f\"]]",
             row.record.value->c_str()}));
    }
    const bench::Run run = measure.end(rows);
    bench.database.run("ROLLBACK");
    return run;
}

bench::Run run_appends(Bench& bench, std::size_t rows, bool with_revision) {
    std::map<std::string, std::int64_t> revisions;
    bench.database.run("BEGIN");
    const bench::Measure measure;
    for (std::size_t i = 0; i < rows; ++i) {
        const std::string key = bench::key_of(i);
        AppendOptions options;
        if (with_revision) options.expected_revision = revisions[key]++;
        bench.outbox.append(bench.database.get(), key, bench::Submission{}, options).value();
    }
    const bench::Run run = measure.end(rows);
    bench.database.run("ROLLBACK");
    return run;
}

void compare_appends(Bench& bench, std::size_t rows, std::size_t rounds) {
    std::printf("append: %zu a run, in one transaction, medians of %zu\n", rows, rounds);
    std::vector<bench::Run> inserts;
    std::vector<bench::Run> appends;
    std::vector<bench::Run> checked;
    for (std::size_t round = 0; round < rounds; ++round) {
        inserts.push_back(run_inserts(bench, rows));
        appends.push_back(run_appends(bench, rows, false));
        checked.push_back(run_appends(bench, rows, true));
    }
    const double insert = bench::median(inserts).records_per_second;
    bench::print("bare INSERT", bench::median(inserts));
    bench::print("append", bench::median(appends));
    bench::print("append with revision", bench::median(checked));
    std::printf("times the bare INSERT: ");
    print_target(insert / bench::median(appends).records_per_second, "at most 1.20");
    std::printf("with revision: ");
    print_target(insert / bench::median(checked).records_per_second, "at most 1.60");
}

}  // namespace

int main(int argument_count, char** arguments) {
    const std::size_t rows = bench::argument(argument_count, arguments, "--records", 100'000);
    const std::size_t rounds = bench::argument(argument_count, arguments, "--rounds", 3);
    const char* url = std::getenv("DATABASE_URL");
    if (url == nullptr) bench::give_up("DATABASE_URL names no PostgreSQL");
    Bench bench{url};
    compare_appends(bench, std::max<std::size_t>(rows / 100, 500), rounds * 5);  // short, so that noise meets all three
    compare_with_bare_loop(bench, rows, rounds);
    compare_depths(bench, std::max<std::size_t>(rows / 10, 5'000), rows * 10);
    compare_open_transaction(bench, rows * 2);
    return 0;
}
