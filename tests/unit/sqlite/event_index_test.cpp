#include <eventsdk/event/topic_name.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/produce/producer.hpp>
#include <eventsdk/snapshot/snapshots.hpp>
#include <eventsdk/sqlite/event_index.hpp>
#include <eventsdk/testing/collecting_logger.hpp>

#include "support/account_events.hpp"
#include "support/catch.hpp"
#include "support/sqlite_file.hpp"

#include <random>
#include <stop_token>
#include <thread>

using namespace eventsdk;
using namespace std::chrono_literals;
using support::Account;
using support::accounts;
using support::Deposited;

namespace {

/// Accounts whose events lie far apart, and an index of them.
struct Indexed {
    explicit Indexed(bool keep_bytes = false, std::int32_t partitions = 1) {
        broker.create_topic({.name = accounts, .partitions = partitions}).value();
        broker.create_topic({.name = std::string{accounts} + ".snapshot", .partitions = 1}).value();
        index = sqlite::open_event_index(file.path(), {.keep_bytes = keep_bytes}).value();
    }
    void deposit(const std::string& id, std::int64_t revision) {
        producer.publish(id, Deposited{revision}, {.revision = revision}).value();
    }
    /// `events` of account "a", with 700 records of others before each.
    void spread(int events) {
        for (int event = 0; event < events; ++event) {
            for (int i = 0; i < 700; ++i) deposit("other-" + std::to_string(i % 7), ++others);
            deposit("a", ++own);
        }
    }
    IndexReport update() { return update_index(broker, *index, accounts, 5s).value(); }
    IndexReport check() { return check_index(broker, *index, accounts, 5s).value(); }
    Restored<Account> restore(std::shared_ptr<EventIndex> by) {
        auto snapshots =
            Snapshots<Account>::create(broker, catalogue, {.on_damage = Damage::tolerate, .index = std::move(by)})
                .value();
        return snapshots.restore("a").value();
    }

    test::SqliteFile file;
    std::shared_ptr<testing::CollectingLogger> logger = std::make_shared<testing::CollectingLogger>();
    memory::Broker broker{{}, Runtime{.logger = logger}};
    Catalogue catalogue = support::account_catalogue();
    Producer producer = Producer::create(broker, catalogue).value();
    std::shared_ptr<EventIndex> index;
    std::int64_t own = 0;
    std::int64_t others = 0;
};

}  // namespace

TEST_CASE("with an index a restore reads the aggregate's own records, and scans what is not indexed yet",
          "[sqlite][snapshot]") {
    Indexed bank;
    bank.spread(5);
    REQUIRE(bank.update().records == 5 * 701);
    const auto indexed = bank.restore(bank.index);
    CHECK(indexed.state == bank.restore(nullptr).state);
    CHECK(indexed.revision == 5);
    CHECK(indexed.report.records == 5);
    CHECK(indexed.report.fetches == 5);
    bank.spread(1);
    const auto behind = bank.restore(bank.index);
    CHECK(behind.revision == 6);
    CHECK(behind.report.records == 5 + 701);
    REQUIRE(bank.update().records == 701);
    REQUIRE(bank.update().records == 0);
    CHECK(bank.restore(bank.index).report.records == 6);
}

TEST_CASE("records that lie close are read together", "[sqlite][snapshot]") {
    Indexed bank;
    for (int i = 0; i < 3; ++i) {
        bank.deposit("b", ++bank.others);
        bank.deposit("a", ++bank.own);
    }
    bank.update();
    const auto restored = bank.restore(bank.index);
    CHECK(restored.revision == 3);
    CHECK(restored.report.fetches == 1);
    CHECK(restored.report.records == 5);
}

TEST_CASE("an index that keeps the bytes spares the log altogether", "[sqlite][snapshot]") {
    Indexed bank{true};
    bank.spread(3);
    bank.update();
    const auto restored = bank.restore(bank.index);
    CHECK(restored.state == bank.restore(nullptr).state);
    CHECK(restored.report.fetches == 0);
    CHECK(restored.report.events == 3);
}

TEST_CASE("an index goes on from a snapshot", "[sqlite][snapshot]") {
    Indexed bank;
    bank.spread(4);
    bank.update();
    auto snapshots = Snapshots<Account>::create(bank.broker, bank.catalogue, {.index = bank.index}).value();
    REQUIRE(snapshots.publish("a").value().written);
    bank.spread(2);
    bank.update();
    const auto restored = snapshots.restore("a").value();
    CHECK(restored.revision == 6);
    CHECK(restored.report.snapshot_revision == 4);
    CHECK(restored.report.records == 3);
    CHECK(restored.state == bank.restore(nullptr).state);
}

TEST_CASE("a topic that was made again is indexed anew", "[sqlite][snapshot]") {
    Indexed bank;
    bank.spread(3);
    bank.update();
    auto admin = bank.broker.port().admin().value();
    admin->delete_topic(accounts, 1s).value();
    admin->create_topic({.name = accounts, .partitions = 1}, 1s).value();
    bank.own = 0;
    bank.spread(4);
    const auto stale = bank.restore(bank.index);
    CHECK(stale.state == bank.restore(nullptr).state);
    CHECK(stale.report.records == 4 * 701);
    REQUIRE(bank.update().records == 4 * 701);
    CHECK(bank.restore(bank.index).report.records == 4);
}

TEST_CASE("an index is checked against the log and can be made anew", "[sqlite][snapshot]") {
    Indexed bank{false, 3};
    bank.spread(2);
    bank.update();
    CHECK(bank.check().differences == 0);
    CHECK(bank.check().records == 2 * 701);
    REQUIRE(
        bank.file.run("DELETE FROM index_events WHERE key = (SELECT id FROM index_keys WHERE key = 'a') "
                      "AND position = (SELECT max(position) FROM index_events WHERE key = "
                      "(SELECT id FROM index_keys WHERE key = 'a'))"));
    CHECK(bank.check().differences == 1);
    REQUIRE(bank.index->clear(accounts));
    REQUIRE(bank.update().records == 2 * 701);
    CHECK(bank.check().differences == 0);
    CHECK(bank.restore(bank.index).revision == 2);
}

TEST_CASE("bytes that an index keeps are compared with the log", "[sqlite][snapshot]") {
    Indexed bank{true};
    bank.spread(1);
    bank.update();
    CHECK(bank.check().differences == 0);
    REQUIRE(
        bank.file.run("UPDATE index_events SET value = '{}' WHERE key = (SELECT id FROM index_keys WHERE key = 'a')"));
    CHECK(bank.check().differences == 1);
}

TEST_CASE("an index of the snapshot topic finds snapshots without reading it", "[sqlite][snapshot]") {
    const bool keep_bytes = GENERATE(false, true);
    Indexed bank{keep_bytes};
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 20; ++i) bank.deposit("other-" + std::to_string(i), round + 1);
        bank.deposit("a", ++bank.own);
        auto publisher = Snapshots<Account>::create(bank.broker, bank.catalogue).value();
        for (int i = 0; i < 20; ++i) REQUIRE(publisher.publish("other-" + std::to_string(i)).value().written);
        REQUIRE(publisher.publish("a").value().written);
    }
    const std::string snapshots_of = snapshot_topic(accounts);
    REQUIRE(update_index(bank.broker, *bank.index, snapshots_of, 5s).value().records == 63);
    bank.update();
    const auto by_index = bank.restore(bank.index);
    CHECK(by_index.state == bank.restore(nullptr).state);
    CHECK(by_index.report.snapshot_revision == 3);
    CHECK(by_index.report.snapshot_records == (keep_bytes ? 0 : 3));
    CHECK(bank.restore(nullptr).report.snapshot_records == 63);

    bank.deposit("a", ++bank.own);
    auto publisher = Snapshots<Account>::create(bank.broker, bank.catalogue, {.index = bank.index}).value();
    REQUIRE(publisher.publish("a").value().written);  // behind the end of the index
    CHECK(bank.restore(bank.index).report.snapshot_revision == 4);
}

TEST_CASE("a snapshot that was deleted is not found by an index either", "[sqlite][snapshot]") {
    const bool indexed_first = GENERATE(false, true);
    Indexed bank{GENERATE(false, true)};
    bank.deposit("a", ++bank.own);
    auto publisher = Snapshots<Account>::create(bank.broker, bank.catalogue).value();
    REQUIRE(publisher.publish("a").value().written);
    const auto update = [&] { update_index(bank.broker, *bank.index, snapshot_topic(accounts), 5s).value(); };
    if (indexed_first) update();
    REQUIRE(publisher.remove("a"));
    if (!indexed_first) update();
    const auto restored = bank.restore(bank.index);
    CHECK(restored.revision == 1);
    CHECK_FALSE(restored.report.snapshot_revision);
    bank.deposit("a", ++bank.own);
    REQUIRE(publisher.publish("a").value().written);
    CHECK(bank.restore(bank.index).report.snapshot_revision == 2);
}

TEST_CASE("the projector of an index keeps it up until it is stopped", "[sqlite][snapshot]") {
    Indexed bank;
    bank.spread(1);
    std::stop_source stop;
    Result<void> ended = Error{};
    const KeepIndexOptions options{.topics = {accounts, "not.yet"}, .poll = 1ms, .timeout = 5s};
    std::jthread projector{[&] { ended = keep_index(bank.broker, *bank.index, options, stop.get_token()); }};
    const auto reached = [&](std::int64_t next) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (bank.index->partition({accounts, 0}).value().next < next && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        return bank.index->partition({accounts, 0}).value().next == next;
    };
    CHECK(reached(701));
    bank.spread(1);
    CHECK(reached(1402));
    stop.request_stop();
    projector.join();
    CHECK(ended);
    CHECK(bank.check().differences == 0);
    CHECK(bank.restore(bank.index).report.records == 2);
    CHECK(bank.logger->contains("cannot be indexed"));
    CHECK(keep_index(bank.broker, *bank.index, {}, {}).error().code == "options.invalid");
    REQUIRE(bank.file.run("DROP TABLE index_events"));
    bank.spread(1);
    CHECK_FALSE(keep_index(bank.broker, *bank.index, {.topics = {accounts}}, {}));  // and does not go on for ever
}

TEST_CASE("an index that cannot be read is passed over with a warning", "[sqlite][snapshot]") {
    Indexed bank;
    bank.spread(1);
    bank.update();
    REQUIRE(bank.file.run("DROP TABLE index_events"));
    CHECK(bank.restore(bank.index).revision == 1);
    CHECK(bank.logger->contains("the index of events cannot be used"));
}

TEST_CASE("two builders of an index do not overwrite each other", "[sqlite][snapshot]") {
    Indexed bank;
    bank.spread(1);
    bank.update();
    const Error moved = bank.index->add({accounts, 0}, "another", 17, {}, 20).error();
    CHECK(moved.kind == ErrorKind::conflict);
    CHECK(moved.code == "index.moved");
    CHECK(sqlite::open_event_index("/nowhere/index.db").error().kind == ErrorKind::unavailable);
    CHECK(sqlite::open_event_index(bank.file.path(), {.busy_timeout = -1ms}).error().code == "options.invalid");
}

TEST_CASE("with and without an index the states are the same, whatever was written and indexed when",
          "[sqlite][snapshot]") {
    for (unsigned seed = 0; seed < 5; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random{seed};
        const auto below = [&](int bound) { return std::uniform_int_distribution<int>{0, bound - 1}(random); };
        Indexed bank{seed % 2 == 0, 2};
        auto snapshots = Snapshots<Account>::create(bank.broker, bank.catalogue, {.index = bank.index}).value();
        for (int step = 0; step < 60; ++step) {
            const int what = below(10);
            if (what == 0) bank.update();
            if (what == 1) REQUIRE(snapshots.publish("a"));
            if (what == 2)
                for (int i = 0; i < 600; ++i) bank.deposit("b", ++bank.others);
            if (what > 2) bank.deposit("a", ++bank.own);
            const auto restored = snapshots.restore("a").value();
            REQUIRE(restored.revision == bank.own);
            REQUIRE(restored.state == bank.restore(nullptr).state);
        }
    }
}
