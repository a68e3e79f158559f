#include <eventsdk/memory/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/sqlite/outbox.hpp>
#include <eventsdk/testing/outbox_fixture.hpp>

#include "outbox/headers_json.hpp"
#include "support/catch.hpp"
#include "support/shop_events.hpp"
#include "support/sqlite_file.hpp"
#include "support/stepped_relay.hpp"

#include <fstream>
#include <iterator>

using namespace eventsdk;
using test::SqliteFile;

namespace {

constexpr const char* topic = "test.shop.order";

/// A service with an outbox, a relay and a broker in memory.
struct Shop {
    SqliteFile file;
    Catalogue catalogue = test::shop_catalogue();
    sqlite::Outbox outbox{catalogue};
    memory::Broker broker{{}, Runtime{.logger = silent_logger()}};

    Shop() {
        outbox.ensure_tables(file.connection()).value();
        broker.create_topic({.name = topic, .partitions = 3}).value();
    }
    Result<Appended> append(const std::string& order, std::int64_t number, AppendOptions options = {}) {
        return outbox.append(file.connection(), order, OrderPlaced{"book", number}, options);
    }
    OutboxRelay relay(RelayOptions options = {}, sqlite::StoreOptions store = {}) {
        return OutboxRelay::create(sqlite::open_outbox(file.path(), store).value(), broker, options).value();
    }
    std::int64_t rows() const { return file.number("SELECT count(*) FROM outbox"); }
};

std::string text(const Record& record) { return record.value.value_or("null"); }

}  // namespace

TEST_CASE("a committed row is published with key, headers and bytes as prepared", "[sqlite][outbox]") {
    Shop shop;
    const auto appended = shop.append("order-1", 7);
    REQUIRE(appended);
    auto relay = shop.relay();
    REQUIRE(relay.run_once().value() == 1);

    const auto records = shop.broker.records(topic);
    REQUIRE(records.size() == 1);
    CHECK(records[0].key == "order-1");
    CHECK(records[0].header("id") == appended->event_id);
    CHECK(records[0].header("event-type") == "OrderPlaced");
    CHECK(text(records[0]).find(R"("payload":{"item":"book","number":7}})") != std::string::npos);
    CHECK(shop.rows() == 0);
}

TEST_CASE("a rolled-back outbox row is never published", "[sqlite][outbox]") {
    Shop shop;
    REQUIRE(shop.file.run("BEGIN IMMEDIATE"));
    REQUIRE(shop.append("order-1", 1));
    REQUIRE(shop.file.run("ROLLBACK"));
    REQUIRE(shop.append("order-1", 2));
    auto relay = shop.relay();
    REQUIRE(relay.run_once().value() == 1);
    REQUIRE(shop.broker.records(topic).size() == 1);
    CHECK(text(shop.broker.records(topic)[0]).find(R"("number":2)") != std::string::npos);
}

TEST_CASE("a payload that breaks its schema is refused and stores nothing", "[sqlite][outbox]") {
    Shop shop;
    const auto refused = shop.append("order-1", -1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::permanent);
    CHECK(refused.error().code == "schema.minimum");
    CHECK(shop.rows() == 0);
}

TEST_CASE("events of an aggregate are published in the order of appending", "[sqlite][outbox]") {
    Shop shop;
    OutboxBatch batch{shop.catalogue};
    for (int i = 0; i < 50; ++i) {
        REQUIRE(batch.add("order-" + std::to_string(i % 5), OrderPlaced{"book", i}));
    }
    REQUIRE(shop.outbox.append_all(shop.file.connection(), batch).value().size() == 50);
    auto relay = shop.relay({.batch = 7});
    while (relay.run_once().value() > 0) {
    }
    std::map<std::string, std::vector<int>> numbers;
    for (const Record& record : shop.broker.records(topic)) {
        const std::string value = text(record);
        numbers[*record.key].push_back(std::stoi(value.substr(value.find("\"number\":") + 9)));
    }
    REQUIRE(numbers.size() == 5);
    for (const auto& [order, seen] : numbers) {
        CHECK(seen.size() == 10);
        CHECK(std::is_sorted(seen.begin(), seen.end()));
    }
}

TEST_CASE("an expected revision that is not the current one is a conflict and does not spoil the transaction",
          "[sqlite][outbox]") {
    Shop shop;
    REQUIRE(shop.append("order-1", 1, {.expected_revision = 0}).value().revision == 1);
    REQUIRE(shop.append("order-1", 2, {.expected_revision = 1}).value().revision == 2);
    REQUIRE(shop.file.run("BEGIN IMMEDIATE"));
    const auto late = shop.append("order-1", 3, {.expected_revision = 1});
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == ErrorKind::conflict);
    CHECK(late.error().revision == 2);
    CHECK(shop.append("order-1", 3, {.expected_revision = 2}).value().revision == 3);
    REQUIRE(shop.file.run("COMMIT"));
    const auto unknown = shop.append("order-2", 1, {.expected_revision = 5});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().revision == 0);
    CHECK(shop.outbox.revision(shop.file.connection(), "shop.order", "order-1").value() == 3);
}

TEST_CASE("a batch with one conflict stores none of its events", "[sqlite][outbox]") {
    Shop shop;
    REQUIRE(shop.append("order-2", 1, {.expected_revision = 0}));
    OutboxBatch batch{shop.catalogue};
    REQUIRE(batch.add("order-1", OrderPlaced{"book", 1}, {.expected_revision = 0}));
    REQUIRE(batch.add("order-2", OrderPlaced{"book", 1}, {.expected_revision = 0}));
    CHECK(shop.outbox.append_all(shop.file.connection(), batch).error().kind == ErrorKind::conflict);
    CHECK(shop.rows() == 1);
    CHECK(shop.outbox.revision(shop.file.connection(), "shop.order", "order-1").value() == 0);
}

TEST_CASE("a rejected row holds back its own aggregate only, until it is resolved", "[sqlite][outbox]") {
    Shop shop;
    shop.broker.create_topic({.name = std::string{topic} + ".dlq", .partitions = 1, .max_record_bytes = 2'000'000})
        .value();
    REQUIRE(shop.outbox.append(shop.file.connection(), "order-1", OrderPlaced{std::string(900'000, 'x'), 1}));
    shop.file.run("UPDATE outbox SET payload = payload || '" + std::string(200'000, ' ') + "'");
    REQUIRE(shop.append("order-1", 2));
    REQUIRE(shop.append("order-2", 1));
    auto relay = shop.relay();
    for (int i = 0; i < 5; ++i) (void)relay.run_once();
    REQUIRE(shop.broker.records(topic).size() == 1);
    CHECK(shop.broker.records(topic)[0].key == "order-2");

    auto store = sqlite::open_outbox(shop.file.path()).value();
    const OutboxStatus status = store->status(10).value();
    REQUIRE(status.blocked.size() == 1);
    CHECK(status.blocked[0].aggregate_id == "order-1");
    CHECK(status.blocked[0].waiting_behind == 1);
    CHECK(status.blocked[0].error.find("too_large") != std::string::npos);

    SECTION("skipping it lets the aggregate go on") {
        REQUIRE(store->resolve(status.blocked[0].seq, Resolution::skip));
        for (int i = 0; i < 5; ++i) (void)relay.run_once();
        CHECK(shop.broker.records(topic).size() == 2);
    }
    SECTION("dead-lettering it sends it to the dead-letter topic and lets the aggregate go on") {
        REQUIRE(store->resolve(status.blocked[0].seq, Resolution::dead_letter));
        for (int i = 0; i < 5; ++i) (void)relay.run_once();
        CHECK(shop.broker.records(topic).size() == 2);
        const auto dead = shop.broker.records(std::string{topic} + ".dlq");
        REQUIRE(dead.size() == 1);
        CHECK(dead[0].header("eventsdk-dlq-topic") == topic);
        CHECK(dead[0].header("eventsdk-dlq-stage") == "outbox");
    }
    CHECK(shop.rows() == 0);
    CHECK(store->resolve(4711, Resolution::retry).error().code == "outbox.not_blocked");
}

TEST_CASE("a second relay waits while the first holds the lease and takes over when it lets go", "[sqlite][outbox]") {
    Shop shop;
    auto first = shop.relay({.name = "first"});
    auto second = shop.relay({.name = "second"});
    REQUIRE(shop.append("order-1", 1));
    REQUIRE(first.run_once().value() == 1);
    REQUIRE(shop.append("order-1", 2));
    CHECK(second.run_once().value() == 0);
    std::stop_source stop;
    stop.request_stop();
    REQUIRE(first.run(stop.get_token()));
    auto third = shop.relay({.name = "third"});
    CHECK(third.run_once().value() == 1);
}

TEST_CASE("a relay whose lease was taken marks nothing", "[sqlite][outbox]") {
    Shop shop;
    REQUIRE(shop.append("order-1", 1));
    auto store = sqlite::open_outbox(shop.file.path()).value();
    const auto leases = store->lease("first", Duration{1'000}).value();
    const auto rows = store->pending(leases, 10).value();
    REQUIRE(rows.size() == 1);
    shop.file.run("UPDATE outbox_leases SET token = token + 1, holder = 'other'");
    const OutboxRow* row = &rows[0];
    const auto marked = store->mark_published(leases, {&row, 1});
    REQUIRE_FALSE(marked);
    CHECK(marked.error().kind == ErrorKind::fenced);
    CHECK(shop.rows() == 1);
}

TEST_CASE("published rows are kept in the archive on request and purged by age", "[sqlite][outbox]") {
    Shop shop;
    REQUIRE(shop.append("order-1", 1));
    auto relay = shop.relay({}, {.archive = true});
    REQUIRE(relay.run_once().value() == 1);
    CHECK(shop.rows() == 0);
    CHECK(shop.file.number("SELECT count(*) FROM outbox_archive WHERE publishedat IS NOT NULL") == 1);
    auto store = sqlite::open_outbox(shop.file.path()).value();
    CHECK(store->purge_archive(Duration{3'600'000}).value() == 0);
    shop.file.run("UPDATE outbox_archive SET publishedat = publishedat - 7200000");
    CHECK(store->purge_archive(Duration{3'600'000}).value() == 1);
}

TEST_CASE("headers come back from their column as they were", "[sqlite][outbox]") {
    const std::vector<Header> headers{{"id", "a-1"},
                                      {"empty", ""},
                                      {"none", std::nullopt},
                                      {"say \"hi\"", "\\"},
                                      {"line", "a\nb\x7f"},
                                      {"text",
                                       "b\xc3\xbc"
                                       "cher"},
                                      {"bytes", "\xff\x01"},
                                      {"last", "{[,]}"}};
    const std::string text = outbox::headers_to_json(headers);
    CHECK(outbox::headers_from_json(text).value() == headers);
    CHECK(text.find(R"([["id","a-1"],["empty",""],["none",null],["say \"hi\"","\\"],)") == 0);
    CHECK(outbox::headers_to_json({}) == "[]");
    CHECK(outbox::headers_from_json("{}").error().code == "outbox.headers");
}

TEST_CASE("missing and strange tables are named", "[sqlite][outbox]") {
    SqliteFile file;
    sqlite::Outbox outbox{test::shop_catalogue()};
    const auto missing = outbox.append(file.connection(), "order-1", OrderPlaced{"book", 1});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == "outbox.schema");
    file.run("CREATE TABLE outbox (seq INTEGER PRIMARY KEY, id TEXT)");
    const auto strange = outbox.ensure_tables(file.connection());
    REQUIRE_FALSE(strange);
    CHECK(strange.error().kind == ErrorKind::fatal);
    CHECK(OutboxTables{.outbox = "a\"b"}.validated().error().message.find("outbox") != std::string::npos);
    CHECK(sqlite::open_outbox(file.path() / "no" / "such").error().kind == ErrorKind::unavailable);
}

TEST_CASE("the shown SQL file is what ensure_tables runs", "[sqlite][outbox]") {
    std::ifstream file{EVENTSDK_SOURCE_DIR "/docs/outbox_sqlite.sql"};
    const std::string shown{std::istreambuf_iterator<char>{file}, {}};
    CHECK(shown == sqlite::Outbox{test::shop_catalogue()}.create_script());
}

TEST_CASE("a rejection that could not be noted is met again, and no row is left out", "[sqlite][outbox]") {
    Shop shop;
    bool away = true;
    const auto step = [&](std::string_view name) { return name != "mark_failed" || !std::exchange(away, false); };
    Broker broker = shop.broker;
    testing::FaultPlan faults{broker};
    auto relay = OutboxRelay::create(
                     std::make_unique<test::SteppedStore>(sqlite::open_outbox(shop.file.path()).value(), step), broker)
                     .value();
    faults.fail_when([](const testing::Call& call) { return call.record != nullptr && call.record->key == "order-1"; },
                     {.kind = ErrorKind::permanent, .code = "test.rejected", .message = "rejected"});
    for (const char* order : {"order-1", "order-1", "order-2"}) shop.append(order, 1).value();
    CHECK_FALSE(relay.run_once());
    for (int round = 0; round < 5; ++round) REQUIRE(relay.run_once());
    CHECK(shop.broker.records(topic).size() == 1);
    const auto status = sqlite::open_outbox(shop.file.path()).value()->status(10).value();
    CHECK(status.pending == 2);
    CHECK_FALSE(status.blocked.empty());
}

TEST_CASE("pattern: a transaction publishes its events, or none when it is rolled back", "[sqlite][outbox][testing]") {
    // [outbox]
    SqliteFile file;
    sqlite::Outbox outbox{test::shop_catalogue()};
    outbox.ensure_tables(file.connection()).value();
    testing::OutboxFixture fixture{sqlite::open_outbox(file.path()).value(), test::shop_catalogue()};

    file.run("BEGIN IMMEDIATE");  // the service's work, with what else it writes
    outbox.append(file.connection(), "order-1", OrderPlaced{"tea", 3}).value();
    outbox.append(file.connection(), "order-2", OrderPlaced{"milk", 1}).value();
    file.run("COMMIT");
    CHECK(fixture.then(testing::with_id("order-1", OrderPlaced{"tea", 3}),
                       testing::with_id("order-2", OrderPlaced{"milk", 1})) == "");

    file.run("BEGIN IMMEDIATE");
    outbox.append(file.connection(), "order-1", OrderPlaced{"tea", 4}).value();
    file.run("ROLLBACK");
    CHECK(fixture.then() == "");

    fixture.faults().fail_next(testing::Operation::write, 1, ErrorKind::retriable);  // the relay sends it again
    outbox.append(file.connection(), "order-1", OrderPlaced{"tea", 5}).value();
    CHECK(fixture.then(testing::with_id("order-1", OrderPlaced{"tea", 5})) == "");
    // [outbox]
    outbox.append(file.connection(), "order-1", OrderPlaced{"tea", 6}).value();
    CHECK(fixture.then(testing::with_id("order-1", OrderPlaced{"tea", 7})) ==
          "topic test.shop.order:\nevent 0:\npayload /number: expected 7, was 6");
}

TEST_CASE("pattern: a row that Kafka rejects waits for a decision, and holds back its order only",
          "[sqlite][outbox][testing]") {
    // [rejected]
    SqliteFile file;
    sqlite::Outbox outbox{test::shop_catalogue()};
    outbox.ensure_tables(file.connection()).value();
    testing::OutboxFixture fixture{sqlite::open_outbox(file.path()).value(), test::shop_catalogue()};
    fixture.faults().fail_next(testing::Operation::write, 1, ErrorKind::permanent);
    outbox.append(file.connection(), "order-1", OrderPlaced{"tea", 3}).value();
    REQUIRE(fixture.then() == "");
    outbox.append(file.connection(), "order-1", OrderPlaced{"tea", 1}).value();
    outbox.append(file.connection(), "order-2", OrderPlaced{"milk", 1}).value();
    CHECK(fixture.then(testing::with_id("order-2", OrderPlaced{"milk", 1})) == "");
    REQUIRE(fixture.status().blocked.size() == 1);
    fixture.resolve(fixture.status().blocked[0].seq, Resolution::skip);
    CHECK(fixture.then(testing::with_id("order-1", OrderPlaced{"tea", 1})) == "");
    // [rejected]
}
