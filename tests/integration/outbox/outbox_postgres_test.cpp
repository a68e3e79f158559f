#include <eventsdk/memory/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/postgres/outbox.hpp>

#include "support/catch.hpp"
#include "support/postgres_database.hpp"
#include "support/shop_events.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <future>
#include <iterator>
#include <optional>
#include <string_view>
#include <thread>

using namespace eventsdk;
using test::PostgresConnection;
using test::PostgresSchema;

namespace {

constexpr const char* topic = "test.shop.order";

struct Shop {
    PostgresSchema database;
    OutboxTables tables{.schema = database.name()};
    Catalogue catalogue = test::shop_catalogue();
    postgres::Outbox outbox{catalogue, {.tables = tables}};
    memory::Broker broker{{}, Runtime{.logger = silent_logger()}};

    Shop() {
        outbox.ensure_tables(database.connection).value();
        broker.create_topic({.name = topic, .partitions = 3}).value();
    }
    Result<Appended> append(PGconn* connection, const std::string& order, std::int64_t number,
                            AppendOptions options = {}) {
        return outbox.append(connection, order, OrderPlaced{"book", number}, options);
    }
    OutboxRelay relay(RelayOptions options = {}) {
        return OutboxRelay::create(postgres::open_outbox(PostgresConnection::url(), {.tables = tables}).value(), broker,
                                   options)
            .value();
    }
    [[nodiscard]] std::int64_t rows() const {
        return database.connection.number("SELECT count(*) FROM " + database.name() + ".outbox");
    }
    [[nodiscard]] std::vector<std::int64_t> numbers(const std::string& order) const {
        std::vector<std::int64_t> found;
        for (const Record& record : broker.records(topic)) {
            if (record.key != order) continue;
            found.push_back(std::stoll(record.value->substr(record.value->find("\"number\":") + 9)));
        }
        return found;
    }
};

}  // namespace

TEST_CASE("PostgreSQL: a committed row is published as prepared, a rolled-back one never", "[postgres][outbox]") {
    Shop shop;
    auto& connection = shop.database.connection;
    REQUIRE(connection.run("BEGIN"));
    REQUIRE(shop.append(connection, "order-1", 1));
    REQUIRE(connection.run("ROLLBACK"));
    REQUIRE(connection.run("BEGIN"));
    const auto appended = shop.append(connection, "order-1", 2);
    REQUIRE(appended);
    auto relay = shop.relay();
    CHECK(relay.run_once().value() == 0);
    REQUIRE(connection.run("COMMIT"));
    REQUIRE(relay.run_once().value() == 1);
    const auto records = shop.broker.records(topic);
    REQUIRE(records.size() == 1);
    CHECK(records[0].header("id") == appended->event_id);
    CHECK(records[0].header("event-type") == "OrderPlaced");
    CHECK(shop.numbers("order-1") == std::vector<std::int64_t>{2});
    CHECK(shop.rows() == 0);
}

TEST_CASE("PostgreSQL: a conflict does not spoil the transaction under READ COMMITTED", "[postgres][outbox]") {
    Shop shop;
    auto& connection = shop.database.connection;
    REQUIRE(shop.append(connection, "order-1", 1, {.expected_revision = 0}).value().revision == 1);
    REQUIRE(connection.run("BEGIN"));
    const auto late = shop.append(connection, "order-1", 2, {.expected_revision = 0});
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == ErrorKind::conflict);
    CHECK(late.error().revision == 1);
    CHECK(shop.append(connection, "order-1", 2, {.expected_revision = 1}).value().revision == 2);
    REQUIRE(connection.run("COMMIT"));
    CHECK(shop.append(connection, "order-9", 2, {.expected_revision = 3}).error().revision == 0);
    CHECK(shop.outbox.revision(connection, "shop.order", "order-1").value() == 2);
}

TEST_CASE("PostgreSQL: of two transactions that expect the same revision one wins, at every isolation level",
          "[postgres][outbox]") {
    const std::string level = GENERATE("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE");
    const int events = GENERATE(1, 2);
    CAPTURE(level, events);
    Shop shop;
    const auto append = [&shop, events](PGconn* connection, int number) {
        OutboxBatch batch{shop.catalogue};
        for (int i = 0; i < events; ++i)
            batch.add("order-1", OrderPlaced{"book", number + i}, {.expected_revision = 1 + i}).value();
        return shop.outbox.append_all(connection, batch);
    };
    auto& first = shop.database.connection;
    REQUIRE(shop.append(first, "order-1", 1, {.expected_revision = 0}));
    PostgresConnection second;
    REQUIRE(first.run("BEGIN ISOLATION LEVEL " + level));
    REQUIRE(second.run("BEGIN ISOLATION LEVEL " + level));
    REQUIRE(second.run("SELECT 1"));
    REQUIRE(append(first, 2));
    auto waiting = std::async(std::launch::async, [&] { return append(second, 4); });
    CHECK(waiting.wait_for(std::chrono::milliseconds{100}) == std::future_status::timeout);  // serialised by the lock
    REQUIRE(first.run("COMMIT"));
    const auto loser = waiting.get();
    REQUIRE_FALSE(loser);
    CHECK(loser.error().kind == ErrorKind::conflict);
    second.run("ROLLBACK");
    CHECK(shop.append(second, "order-1", 4, {.expected_revision = 1 + events}));
    auto relay = shop.relay();
    while (relay.run_once().value() > 0) {
    }
    CHECK(shop.numbers("order-1") ==
          (events == 1 ? std::vector<std::int64_t>{1, 2, 4} : std::vector<std::int64_t>{1, 2, 3, 4}));
}

TEST_CASE("PostgreSQL: a batch keeps its order, and a conflict in it stores none of it", "[postgres][outbox]") {
    Shop shop;
    auto& connection = shop.database.connection;
    OutboxBatch batch{shop.catalogue};
    for (int i = 0; i < 300; ++i) REQUIRE(batch.add("order-" + std::to_string(i % 3), OrderPlaced{"book", i}));
    REQUIRE(shop.outbox.append_all(connection, batch).value().size() == 300);
    auto relay = shop.relay({.batch = 50});
    while (relay.run_once().value() > 0) {
    }
    for (int order = 0; order < 3; ++order) {
        const auto numbers = shop.numbers("order-" + std::to_string(order));
        CHECK(numbers.size() == 100);
        CHECK(std::is_sorted(numbers.begin(), numbers.end()));
    }
    OutboxBatch spoiled{shop.catalogue};
    REQUIRE(spoiled.add("order-7", OrderPlaced{"book", 1}, {.expected_revision = 0}));
    REQUIRE(spoiled.add("order-8", OrderPlaced{"book", 1}, {.expected_revision = 4}));
    CHECK(shop.outbox.append_all(connection, spoiled).error().kind == ErrorKind::conflict);
    CHECK(shop.rows() == 0);
    CHECK(shop.outbox.revision(connection, "shop.order", "order-7").value() == 0);
}

TEST_CASE("PostgreSQL: a row that commits after later ones of other aggregates is published", "[postgres][outbox]") {
    Shop shop;
    auto& slow = shop.database.connection;
    PostgresConnection fast;
    auto relay = shop.relay({.batch = 10});
    REQUIRE(slow.run("BEGIN"));
    REQUIRE(shop.append(slow, "late", 1));
    for (int i = 0; i < 100; ++i) {
        REQUIRE(shop.append(fast, "order-" + std::to_string(i), i));
        REQUIRE(relay.run_once().value() == 1);
    }
    REQUIRE(slow.run("COMMIT"));
    REQUIRE(shop.append(fast, "late", 2));
    while (relay.run_once().value() > 0) {
    }
    CHECK(shop.numbers("late") == std::vector<std::int64_t>{1, 2});
    CHECK(shop.rows() == 0);
}

TEST_CASE("PostgreSQL: a rejected row holds back its own aggregate only, until it is resolved", "[postgres][outbox]") {
    Shop shop;
    auto& connection = shop.database.connection;
    REQUIRE(shop.append(connection, "order-1", 1));
    REQUIRE(shop.append(connection, "order-1", 2));
    REQUIRE(shop.append(connection, "order-2", 3));
    connection.run("UPDATE outbox SET payload = payload || repeat(' ', 1100000) WHERE seq = 1");
    auto relay = shop.relay();
    for (int i = 0; i < 3; ++i) (void)relay.run_once();
    CHECK(shop.numbers("order-1").empty());
    CHECK(shop.numbers("order-2").size() == 1);
    auto store = postgres::open_outbox(PostgresConnection::url(), {.tables = shop.tables}).value();
    const auto status = store->status(10).value();
    REQUIRE(status.blocked.size() == 1);
    CHECK(status.pending == 2);
    CHECK(status.blocked[0].waiting_behind == 1);
    SECTION("repaired and tried again, nothing is lost") {
        connection.run("UPDATE outbox SET payload = rtrim(payload) WHERE seq = 1");
        REQUIRE(store->resolve(1, Resolution::retry));
        std::this_thread::sleep_for(std::chrono::milliseconds{1'100});  // the relay looks for changes once a second
        while (relay.run_once().value() > 0) {
        }
        CHECK(shop.numbers("order-1") == std::vector<std::int64_t>{1, 2});
    }
    SECTION("dead-lettered, its reason travels with it") {
        shop.broker.create_topic({.name = std::string{topic} + ".dlq", .partitions = 1, .max_record_bytes = 2'000'000})
            .value();
        REQUIRE(store->resolve(1, Resolution::dead_letter));
        std::this_thread::sleep_for(std::chrono::milliseconds{1'100});
        while (relay.run_once().value() > 0) {
        }
        const auto dead = shop.broker.records(std::string{topic} + ".dlq");
        REQUIRE(dead.size() == 1);
        CHECK(dead[0].header("eventsdk-dlq-topic") == topic);
        CHECK(dead[0].header("eventsdk-dlq-error-message")->find("too_large") != std::string::npos);
        CHECK(shop.numbers("order-1") == std::vector<std::int64_t>{2});
    }
    CHECK(shop.rows() == 0);
}

TEST_CASE("PostgreSQL: live relays share the shards, and a dead one's are taken over within its lease",
          "[postgres][outbox]") {
    Shop shop;
    auto open = [&] { return postgres::open_outbox(PostgresConnection::url(), {.tables = shop.tables}).value(); };
    auto first = open();
    auto second = open();
    REQUIRE(first->lease("first", Duration{60'000}).value().size() == 64);
    CHECK(second->lease("second", Duration{1'000}).value().empty());
    const auto half = first->lease("first", Duration{60'000}).value();
    CHECK(half.size() == 32);
    CHECK(second->lease("second", Duration{1'000}).value().size() == 32);
    shop.database.connection.run(
        "UPDATE outbox_leases SET expiresat = clock_timestamp() - interval '1 s' WHERE holder = 'second'");
    shop.database.connection.run("UPDATE outbox_leases_relays SET expiresat = '-infinity' WHERE relay = 'second'");
    CHECK(first->lease("first", Duration{60'000}).value().size() == 64);
    REQUIRE(first->release("first"));
    CHECK(second->lease("second", Duration{1'000}).value().size() == 64);

    // The first relay's old leases no longer mark anything.
    REQUIRE(shop.append(shop.database.connection, "order-1", 1));
    const auto rows = second->pending(second->lease("second", Duration{1'000}).value(), 10).value();
    REQUIRE(rows.size() == 1);
    const OutboxRow* row = &rows[0];
    CHECK(first->mark_published(half, {&row, 1}).error().kind == ErrorKind::fenced);
    CHECK(shop.rows() == 1);
}

TEST_CASE("PostgreSQL: published rows are kept in the archive on request, and no longer than asked for",
          "[postgres][outbox]") {
    Shop shop;
    REQUIRE(shop.append(shop.database.connection, "order-1", 1));
    auto store = postgres::open_outbox(PostgresConnection::url(), {.tables = shop.tables, .archive = true}).value();
    auto relay = OutboxRelay::create(std::move(store), shop.broker).value();
    REQUIRE(relay.run_once().value() == 1);
    CHECK(shop.database.connection.number("SELECT count(*) FROM outbox_archive WHERE publishedat IS NOT NULL") == 1);
    CHECK(shop.rows() == 0);
    auto cleaner = shop.relay({.archive_retention = Duration{3'600'000}});
    REQUIRE(cleaner.run_once());
    CHECK(shop.database.connection.number("SELECT count(*) FROM outbox_archive") == 1);
    shop.database.connection.run("UPDATE outbox_archive SET publishedat = publishedat - interval '2 hours'");
    auto later = shop.relay({.archive_retention = Duration{3'600'000}});
    REQUIRE(later.run_once());
    CHECK(shop.database.connection.number("SELECT count(*) FROM outbox_archive") == 0);
}

TEST_CASE("PostgreSQL: missing tables, a spoiled transaction, a lost connection and a bad URL are told apart",
          "[postgres][outbox]") {
    Shop shop;
    PostgresConnection connection;
    postgres::Outbox elsewhere{shop.catalogue, {.tables = {.schema = shop.database.name(), .outbox = "nowhere"}}};
    CHECK(elsewhere.append(connection, "a", OrderPlaced{"book", 1}).error().code == "outbox.schema");
    connection.run("BEGIN");
    connection.run("SELECT 1/0");
    CHECK(shop.append(connection, "a", 1).error().code == "outbox.transaction");
    connection.run("ROLLBACK");
    shop.database.connection.run("SELECT pg_terminate_backend(" + connection.text("SELECT pg_backend_pid()") + ")");
    CHECK(shop.append(connection, "a", 1).error().kind == ErrorKind::unavailable);
    CHECK(postgres::open_outbox("postgresql://%%%").error().code == "postgres.url");
    auto nobody = postgres::open_outbox("host=127.0.0.1 port=1 dbname=x password=sesame").value();
    const auto refused = nobody->status(1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::unavailable);
    CHECK(refused.error().to_string().find("sesame") == std::string::npos);
}

TEST_CASE("PostgreSQL: the shown SQL file is what ensure_tables runs", "[postgres][outbox]") {
    std::ifstream file{EVENTSDK_SOURCE_DIR "/docs/outbox_postgres.sql"};
    const std::string shown{std::istreambuf_iterator<char>{file}, {}};
    CHECK(shown == postgres::Outbox{test::shop_catalogue()}.create_script());
}

TEST_CASE("PostgreSQL: an append is one round trip, with an expected revision and as a batch too",
          "[postgres][outbox]") {
    Shop shop;
    auto& connection = shop.database.connection;
    OutboxBatch batch{shop.catalogue};
    for (int i = 0; i < 10; ++i) REQUIRE(batch.add("order-" + std::to_string(i), OrderPlaced{"book", i}));
    REQUIRE(connection.run("BEGIN"));
    std::FILE* trace = std::tmpfile();
    REQUIRE(trace != nullptr);
    PQtrace(connection, trace);
    REQUIRE(shop.append(connection, "order-1", 1));
    REQUIRE(shop.append(connection, "order-2", 1, {.expected_revision = 0}));
    REQUIRE(shop.outbox.append_all(connection, batch));
    PQuntrace(connection);
    REQUIRE(connection.run("COMMIT"));
    std::rewind(trace);
    int answers = 0;
    for (std::array<char, 4'096> line{}; std::fgets(line.data(), line.size(), trace) != nullptr;)
        answers += std::string_view{line.data()}.find("ReadyForQuery") != std::string_view::npos ? 1 : 0;
    std::fclose(trace);
    CHECK(answers == 3);
    CHECK(shop.rows() == 12);
}

TEST_CASE("PostgreSQL: names that need quotes work, and tables that differ are refused by name", "[postgres][outbox]") {
    PostgresSchema database;
    auto& connection = database.connection;
    REQUIRE(connection.run("CREATE SCHEMA \"" + database.name() + "_Order\""));
    const OutboxTables tables{.schema = database.name() + "_Order",
                              .outbox = "Select",
                              .revisions = "User",
                              .leases = "Table",
                              .archive = "Group"};
    const std::string outbox_name = "\"" + tables.schema + "\".\"Select\"";
    postgres::Outbox outbox{test::shop_catalogue(), {.tables = tables}};
    REQUIRE(outbox.ensure_tables(connection));
    REQUIRE(outbox.ensure_tables(connection));  // and again: they are verified
    REQUIRE(outbox.append(connection, "order-1", OrderPlaced{"book", 1}, {.expected_revision = 0}));
    CHECK(outbox.revision(connection, "shop.order", "order-1").value() == 1);
    memory::Broker broker{{}, Runtime{.logger = silent_logger()}};
    broker.create_topic({.name = topic, .partitions = 3}).value();
    auto store = postgres::open_outbox(PostgresConnection::url(), {.tables = tables, .archive = true}).value();
    auto relay = OutboxRelay::create(std::move(store), broker, {}).value();
    CHECK(relay.run_once().value() == 1);
    CHECK(connection.number("SELECT count(*) FROM \"" + tables.schema + "\".\"Group\"") == 1);

    REQUIRE(connection.run("UPDATE \"" + tables.schema + "\".\"Select_migrations\" SET number = 7"));
    const auto later = outbox.ensure_tables(connection);
    REQUIRE_FALSE(later);
    CHECK(later.error().code == "outbox.schema");
    CHECK(later.error().message.find("migration 7") != std::string::npos);
    REQUIRE(connection.run("ALTER TABLE " + outbox_name + " DROP COLUMN lasterror"));
    const auto narrower = outbox.ensure_tables(connection);
    REQUIRE_FALSE(narrower);
    CHECK(narrower.error().message.find("lasterror") != std::string::npos);
    CHECK(OutboxTables{.outbox = "a\"b"}.validated().error().code == "outbox.table_name");
    connection.run("DROP SCHEMA \"" + tables.schema + "\" CASCADE");
}

TEST_CASE("PostgreSQL: a relay that listens is woken by the commits of a service that notifies", "[postgres][outbox]") {
    Shop shop;
    auto store = postgres::open_outbox(PostgresConnection::url(), {.tables = shop.tables, .listen = true}).value();
    // Without news it looks again after 7.5 s at the soonest.
    auto relay = OutboxRelay::create(std::move(store), shop.broker, {.poll_interval = Duration{60'000}}).value();
    std::jthread relaying{[&relay](const std::stop_token& stop) { (void)relay.run(stop); }};
    postgres::Outbox telling{shop.catalogue, {.tables = shop.tables, .notify = true}};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    for (int i = 0; i < 16; ++i) {
        const AppendOptions options{.expected_revision =
                                        i % 2 == 0 ? std::optional<std::int64_t>{i / 2} : std::nullopt};
        const std::string order = i % 2 == 0 ? "order-1" : "order-2";
        REQUIRE(telling.append(shop.database.connection, order, OrderPlaced{"book", i}, options));
        while (shop.broker.records(topic).size() <= static_cast<std::size_t>(i)) {
            REQUIRE(std::chrono::steady_clock::now() < deadline);
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
    }
    relaying.request_stop();
    relaying.join();  // at once, not at the end of its pause
    CHECK(std::chrono::steady_clock::now() < deadline);
}

TEST_CASE("PostgreSQL: a relay's health turns bad when the oldest row is too old", "[postgres][outbox]") {
    Shop shop;
    REQUIRE(shop.append(shop.database.connection, "order-1", 1));
    shop.database.connection.run(
        "UPDATE outbox SET createdat = createdat - interval '1 hour', blocked = true, attempts = 1");
    auto relay = shop.relay();
    CHECK(relay.run_once().value() == 0);
    CHECK_FALSE(relay.health().healthy);
    CHECK(relay.health().reason.find("the oldest row has waited for 36") != std::string::npos);
    CHECK(relay.health().status.pending == 1);
    auto patient = shop.relay({.unhealthy_after = Duration{7'200'000}});
    CHECK(patient.run_once().value() == 0);
    CHECK(patient.health().healthy);
}
