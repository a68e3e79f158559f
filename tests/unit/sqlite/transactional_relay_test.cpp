#include <eventsdk/memory/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/sqlite/outbox.hpp>

#include "support/catch.hpp"
#include "support/shop_events.hpp"
#include "support/sqlite_file.hpp"
#include "support/stepped_relay.hpp"

#include <map>
#include <set>

using namespace eventsdk;
using test::SqliteFile;

namespace {

constexpr const char* topic = "test.shop.order";

struct Shop {
    SqliteFile file;
    Catalogue catalogue = test::shop_catalogue();
    sqlite::Outbox outbox{catalogue};
    memory::Broker broker{{}, Runtime{.logger = silent_logger()}};

    Shop() {
        outbox.ensure_tables(file.connection()).value();
        broker.create_topic({.name = topic, .partitions = 3}).value();
    }
    void append(int first, int count) {
        for (int i = first; i < first + count; ++i) {
            const std::string order = "order-" + std::to_string(i % 3);
            outbox.append(file.connection(), order, OrderPlaced{"book", i}).value();
        }
    }
    [[nodiscard]] std::int64_t rows() const { return file.number("SELECT count(*) FROM outbox"); }
    void expire_lease() const { file.run("UPDATE outbox_leases SET expiresat = 0"); }

    OutboxRelay relay(test::Step step = [](std::string_view) { return true; }) {
        Broker stepped = broker;
        stepped.decorate(std::make_shared<test::SteppedPort>(broker.shared_port(), step));
        auto store = std::make_unique<test::SteppedStore>(sqlite::open_outbox(file.path()).value(), step);
        RelayOptions options;
        options.batch = 4;
        options.transactional = TransactionalRelay{.id = "shop"};
        return OutboxRelay::create(std::move(store), stepped, options).value();
    }
    void relay_all() {
        expire_lease();
        auto last = relay();
        for (int round = 0; round < 20 && rows() > 0; ++round) (void)last.run_once();
    }
    /// Every event once for readers of committed records, per order in the order of appending.
    void check(int count) const {
        std::map<std::string, std::vector<int>> numbers;
        for (const Record& record : broker.records(topic)) {
            numbers[*record.key].push_back(std::stoi(record.value->substr(record.value->find("\"number\":") + 9)));
        }
        std::map<std::string, std::vector<int>> appended;
        for (int i = 0; i < count; ++i) appended["order-" + std::to_string(i % 3)].push_back(i);
        CHECK(numbers == appended);
    }
};

}  // namespace

TEST_CASE("a transactional relay publishes each row once and says in the same transaction which", "[sqlite][outbox]") {
    Shop shop;
    shop.append(0, 10);
    auto relay = shop.relay();
    for (const std::size_t expected : {4U, 4U, 2U, 0U}) CHECK(relay.run_once().value() == expected);
    shop.check(10);
    CHECK(shop.rows() == 0);
    const auto states = shop.broker.records("shop.relay-state");
    REQUIRE(states.size() == 4);  // the fence, then the three transactions
    CHECK(states[0].key == "fence-0");
    CHECK(states[3].key == "group-0");
    CHECK(states[3].value->starts_with("{\"rows\":[[9,\""));
}

TEST_CASE("a relay that dies between any two of its steps publishes nothing twice and nothing never",
          "[sqlite][outbox]") {
    int step = 0;
    bool reached = true;
    for (; reached; ++step) {
        CAPTURE(step);
        Shop shop;
        shop.append(0, 6);
        int passed = 0;
        std::string name;
        auto doomed = shop.relay([&](std::string_view next) {
            if (passed++ == step) name = next;
            return passed <= step;
        });
        CAPTURE(name);
        for (int round = 0; round < 4; ++round) (void)doomed.run_once();
        reached = passed > step;
        shop.append(6, 3);
        shop.relay_all();
        shop.check(9);
    }
    CHECK(step > 20);
}

TEST_CASE("a relay that is paused past its lease between any two of its steps publishes nothing twice",
          "[sqlite][outbox]") {
    int step = 0;
    bool reached = true;
    for (; reached; ++step) {
        CAPTURE(step);
        Shop shop;
        shop.append(0, 6);
        int passed = 0;
        std::string name;
        auto successor = shop.relay();
        auto paused = shop.relay([&](std::string_view next) {
            if (passed++ != step) return true;
            name = next;
            shop.expire_lease();
            for (int round = 0; round < 2; ++round) (void)successor.run_once();
            shop.append(6, 3);
            return true;
        });
        CAPTURE(name);
        for (int round = 0; round < 4; ++round) (void)paused.run_once();
        reached = passed > step;
        if (!reached) shop.append(6, 3);
        shop.relay_all();
        shop.check(9);
    }
    CHECK(step > 20);
}

TEST_CASE("numbers of a table that was made anew are not taken for those published before", "[sqlite][outbox]") {
    Shop shop;
    shop.append(0, 3);
    shop.relay_all();
    shop.file.run("DROP TABLE outbox; DELETE FROM sqlite_sequence; DROP TABLE outbox_migrations");
    shop.outbox.ensure_tables(shop.file.connection()).value();
    shop.append(3, 3);
    CHECK(shop.file.number("SELECT min(seq) FROM outbox") == 1);
    shop.relay_all();
    shop.check(6);
}

TEST_CASE("a row that Kafka rejects leaves its transaction, and the others go without it", "[sqlite][outbox]") {
    Shop shop;
    shop.append(0, 4);
    shop.file.run("UPDATE outbox SET headers = 'broken' WHERE seq = 2");
    auto relay = shop.relay();
    for (int round = 0; round < 4; ++round) (void)relay.run_once();
    CHECK(shop.broker.records(topic).size() == 3);
    const auto status = sqlite::open_outbox(shop.file.path()).value()->status(10).value();
    REQUIRE(status.blocked.size() == 1);
    CHECK(status.blocked[0].seq == 2);
}

TEST_CASE("the options of a transactional relay are checked, and a state topic that others use is refused",
          "[sqlite][outbox]") {
    Shop shop;
    auto open = [&] { return sqlite::open_outbox(shop.file.path()).value(); };
    RelayOptions options;
    options.transactional = TransactionalRelay{};
    CHECK(OutboxRelay::create(open(), shop.broker, options).error().code == "relay.option");
    options.transactional = TransactionalRelay{.id = "shop", .state_topic = topic};
    shop.append(0, 1);
    auto relay = OutboxRelay::create(open(), shop.broker, options).value();
    const auto refused = relay.run_once();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "relay.state_topic");
}
