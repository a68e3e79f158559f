#include <eventsdk/postgres/outbox.hpp>

#include "fault/outbox/killed_relays.hpp"
#include "fault/outbox/published.hpp"
#include "support/catch.hpp"
#include "support/postgres_database.hpp"
#include "support/shop_events.hpp"

#include <algorithm>
#include <atomic>
#include <optional>

using namespace eventsdk;
using test::PostgresConnection;

namespace {

/// A service with eight writers: each transaction stores 1 to 5 orders of one customer with their numbers, and their
/// events; some wait before they commit, a tenth rolls back.
class Service {
public:
    Service(std::string schema, Catalogue catalogue, int customers)
        : schema_{std::move(schema)},
          catalogue_{std::move(catalogue)},
          outbox_{catalogue_, {.tables = {.schema = schema_}}},
          customers_{customers} {
        PostgresConnection connection;
        outbox_.ensure_tables(connection).value();
        connection.run("CREATE TABLE " + schema_ + ".customers (customer text PRIMARY KEY, orders bigint)");
        connection.run("CREATE TABLE " + schema_ +
                       ".orders (customer text, place bigint, number bigint, PRIMARY KEY (customer, place))");
    }

    void write(int writer, int events) {
        std::mt19937 random{static_cast<unsigned>(writer) + 7U};
        std::optional<PostgresConnection> connection;
        for (std::int64_t next = 0; next < events;) {
            try {
                if (!connection || PQstatus(*connection) != CONNECTION_OK) connection.emplace();
                next += transaction(*connection, random, std::int64_t{writer} * 10'000'000 + next);
            } catch (const std::exception&) {  // the server is being restarted
                connection.reset();
                std::this_thread::sleep_for(std::chrono::milliseconds{100});
            }
        }
    }
    [[nodiscard]] std::map<std::string, std::vector<std::int64_t>> committed() const {
        PostgresConnection connection;
        PGresult* rows = PQexec(
            connection, ("SELECT customer, number FROM " + schema_ + ".orders ORDER BY customer, place").c_str());
        std::map<std::string, std::vector<std::int64_t>> found;
        for (int i = 0; i < PQntuples(rows); ++i)
            found[PQgetvalue(rows, i, 0)].push_back(std::stoll(PQgetvalue(rows, i, 1)));
        PQclear(rows);
        return found;
    }
    [[nodiscard]] bool is_drained() const {
        try {
            return PostgresConnection{}.number("SELECT count(*) FROM " + schema_ + ".outbox") == 0;
        } catch (const std::exception&) {
            return false;
        }
    }

private:
    /// @return how many numbers it used
    std::int64_t transaction(const PostgresConnection& connection, std::mt19937& random, std::int64_t number) {
        const std::int64_t orders = 1 + random() % 5;
        const std::string customer = "customer-" + std::to_string(random() % static_cast<unsigned>(customers_));
        const std::string many = std::to_string(orders);
        connection.run("BEGIN");
        const std::int64_t last = connection.number(
            "INSERT INTO " + schema_ + ".customers AS c VALUES ('" + customer + "', " + many +
            ") ON CONFLICT (customer) DO UPDATE SET orders = " + "c.orders + " + many + " RETURNING orders");
        OutboxBatch batch{catalogue_};
        for (std::int64_t i = 0; i < orders; ++i) batch.add(customer, OrderPlaced{"book", number + i}).value();
        const bool stored = connection.run("INSERT INTO " + schema_ + ".orders SELECT '" + customer + "', " +
                                           std::to_string(last - orders) + " + i, " + std::to_string(number - 1) +
                                           " + i FROM generate_series(1, " + many + ") AS i") &&
                            outbox_.append_all(connection, batch);
        if (random() % 8 == 0) std::this_thread::sleep_for(std::chrono::milliseconds{random() % 20});
        connection.run(!stored || random() % 10 == 0 ? "ROLLBACK" : "COMMIT");
        return orders;
    }

    std::string schema_;
    Catalogue catalogue_;
    postgres::Outbox outbox_;
    int customers_;
};

bool restart_postgres() {
    const std::string command = std::string{"'"} + EVENTSDK_SOURCE_DIR + "/tools/postgres' restart --dir '" +
                                test::server_setting("EVENTSDK_TEST_POSTGRES_DIR") + "' </dev/null >/dev/null";
    return std::system(command.c_str()) == 0;
}

void stop_kafka_for(std::chrono::milliseconds time) {
    REQUIRE(test::signal_kafka_node(1, "KILL"));
    std::this_thread::sleep_for(time);
    REQUIRE(test::restart_kafka_node(1));
}

std::vector<std::string> relay_command(const std::string& schema, const std::string& bootstrap) {
    return {OUTBOX_PROGRAM,
            "outbox",
            "relay",
            "--postgres",
            PostgresConnection::url(),
            "--schema",
            schema,
            "--brokers",
            bootstrap,
            "--lease",
            "2",
            "--poll",
            "50"};
}

/// What goes wrong while the service writes.
struct Plan {
    int events = 0;
    int customers = 0;
    int kills = 0;
    int outages = 0;  ///< of the database, and of the broker
    bool transactional = false;
};

void run(const Plan& plan) {
    constexpr int writers = 8;
    const std::string bootstrap = test::kafka_bootstrap();
    const std::string topic = test::unique_name("orders");
    test::make_topic(bootstrap, topic);
    std::string schema = test::unique_name("outbox");
    std::replace(schema.begin(), schema.end(), '-', '_');
    REQUIRE(PostgresConnection{}.run("CREATE SCHEMA " + schema));
    Service service{schema, test::shop_catalogue(topic), plan.customers};
    std::vector<std::string> command = relay_command(schema, bootstrap);
    if (plan.transactional) command.insert(command.end(), {"--transactional", schema});
    test::KilledRelays relays{command, 3};

    std::atomic<int> writing{writers};
    std::vector<std::jthread> threads;
    for (int w = 0; w < writers; ++w) {
        threads.emplace_back([&, w] {
            service.write(w, plan.events / writers);
            --writing;
        });
    }
    const auto started = std::chrono::steady_clock::now();
    const int pause_ms = test::experiment_size(800, 2'000);
    for (int kill = 0; kill < plan.kills; ++kill) {
        relays.kill_one(std::chrono::milliseconds{relays.random()() % static_cast<unsigned>(pause_ms)});
        for (int outage = 0; outage < plan.outages; ++outage) {
            if (kill == (2 * outage + 1) * plan.kills / (2 * plan.outages + 1)) REQUIRE(restart_postgres());
            if (kill == (2 * outage + 2) * plan.kills / (2 * plan.outages + 1) - 1)
                stop_kafka_for(std::chrono::seconds{2});
        }
    }
    threads.clear();
    REQUIRE(test::becomes_true([&service] { return service.is_drained(); }, std::chrono::seconds{300}));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;

    const auto committed = service.committed();
    const auto published = test::BareReader{bootstrap, "read_committed"}.read(topic, 3);
    const test::Verdict verdict = test::compare(committed, published);
    std::size_t events = 0;
    for (const auto& [customer, numbers] : committed) events += numbers.size();
    std::printf(
        "outbox on PostgreSQL: %zu committed events of %zu aggregates, %d relays killed, %d restarts of the "
        "database and %d of the broker, %zu doubles, %.0f s\n",
        events, committed.size(), relays.kills(), plan.outages, plan.outages, verdict.doubled, took.count());
    CHECK(events > static_cast<std::size_t>(plan.events) / 2);
    CHECK(verdict.missing == 0);
    CHECK(verdict.unwanted == 0);
    CHECK(verdict.reordered == 0);
    CHECK(verdict.double_ids == 0);
    if (plan.transactional) CHECK(verdict.doubled == 0);
    PostgresConnection{}.run("DROP SCHEMA " + schema + " CASCADE");
}

}  // namespace

TEST_CASE("PostgreSQL: killed relays, restarted databases and stopped brokers lose, invent and reorder nothing",
          "[postgres][outbox][fault]") {
    Plan plan;
    plan.events = test::experiment_size(2'000, 226'000);
    plan.customers = test::experiment_size(100, 5'000);
    plan.kills = test::experiment_size(5, 60);
    plan.outages = test::experiment_size(1, 2);
    run(plan);
}

TEST_CASE("PostgreSQL: in transactional mode killed relays double nothing for readers of committed records",
          "[postgres][outbox][fault]") {
    Plan plan;
    plan.events = test::experiment_size(1'000, 40'000);
    plan.customers = test::experiment_size(100, 1'000);
    plan.kills = test::experiment_size(3, 30);
    plan.outages = test::experiment_size(0, 1);
    plan.transactional = true;
    run(plan);
}
