#include "fixture.hpp"
#include "support/catch.hpp"

using namespace eventsdk;
using namespace std::chrono_literals;
using support::Account;
using support::Bank;
using support::Deposited;
using support::deposited;
using support::StatementSent;
using support::Withdrawn;

namespace {

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    return text.replace(text.find(what), what.size(), by);
}

const std::string plain_at_3 =
    R"({"schemaVersion":2,"type":"account.snapshot","revision":3,"occurredAt":"2026-01-01T00:00:00Z",)"
    R"("state":{"balance":6,"chain":1026,"reasons":[]}})";

}  // namespace

TEST_CASE("without snapshots a restore folds all events of the aggregate", "[snapshot][unit]") {
    Bank bank;
    bank.publish("a", Deposited{10});
    bank.publish("b", Deposited{7});
    bank.publish("a", StatementSent{"home"});
    bank.publish("a", Withdrawn{3, "coffee"});
    const auto restored = bank.snapshots().restore("a").value();
    REQUIRE(restored.state == fold<Account>({Deposited{10}, Withdrawn{3, "coffee"}}));
    REQUIRE(restored.revision == 3);
    REQUIRE(restored.report.events == 2);
    REQUIRE_FALSE(restored.report.snapshot_revision);
    REQUIRE(restored.occurred_at == bank.clock->now());
}

TEST_CASE("a long log is read ahead of the fold, and no further than is wanted", "[snapshot][unit]") {
    Bank bank{1};
    bank.deposit("a", 1, 6'000);
    bank.publish("b", Deposited{7});
    auto snapshots = bank.snapshots();
    const auto restored = snapshots.restore("a").value();
    REQUIRE(restored.state == deposited(6'000));
    REQUIRE(restored.report.records == 6'001);
    REQUIRE(snapshots.restore_at("a", std::int64_t{3}).value().report.records == 3);
    REQUIRE(snapshots.restore("b").value().state == fold<Account>({Deposited{7}}));
}

TEST_CASE("an aggregate without events is empty at revision 0", "[snapshot][unit]") {
    Bank bank;
    bank.publish("b", Deposited{7});
    const auto restored = bank.snapshots().restore("a").value();
    REQUIRE(restored.state == Account{});
    REQUIRE(restored.revision == 0);
    REQUIRE(bank.snapshots().publish("a").value().written == false);
    REQUIRE(bank.snapshots().restore("").error().code == "envelope.aggregate_id");
}

TEST_CASE("a restore begins with the newest snapshot and reads on from its place", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots();
    bank.deposit("a", 1, 50);
    REQUIRE(snapshots.publish("a").value().written);
    REQUIRE_FALSE(snapshots.publish("a").value().written);
    bank.deposit("a", 51, 53);
    const auto restored = bank.snapshots().restore("a").value();
    REQUIRE(restored.state == deposited(53));
    REQUIRE(restored.revision == 53);
    REQUIRE(restored.report.snapshot_revision == 50);
    REQUIRE(restored.report.events == 3);
    REQUIRE(restored.report.records == 4);  // the last event of the snapshot, which is checked, and three more
    REQUIRE(restored.report.snapshot_records == 1);
    REQUIRE(restored.report.bytes > 0);
    REQUIRE(restored.report.fetches == 2);
}

TEST_CASE("a state at a revision is made with the nearest earlier snapshot", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots({.history = true});
    for (std::int64_t revision = 10; revision <= 100; revision += 10) {
        bank.deposit("a", revision - 9, revision);
        REQUIRE(snapshots.publish("a").value().written);
    }
    bank.broker.clean();
    for (std::int64_t revision = 0; revision <= 100; ++revision) {
        const auto restored = snapshots.restore_at("a", revision).value();
        REQUIRE(restored.state == deposited(revision));
        REQUIRE(restored.revision == revision);
        REQUIRE(restored.report.snapshot_revision.value_or(0) == revision / 10 * 10);
        REQUIRE(restored.report.events == revision % 10);
    }
    const Error beyond = snapshots.restore_at("a", 101).error();
    REQUIRE(beyond.code == "snapshot.revision");
    REQUIRE(beyond.message.find("100") != std::string::npos);
    REQUIRE(snapshots.restore_at("a", -1).error().kind == ErrorKind::invalid_argument);
}

TEST_CASE("the state at a time holds the events that had occurred by then, late ones too", "[snapshot][unit]") {
    Bank bank{1};
    const Timestamp noon = bank.clock->now();
    auto snapshots = bank.snapshots({.history = true});
    bank.publish("a", Deposited{1}, {.revision = 1, .occurred_at = noon});
    REQUIRE(snapshots.publish("a").value().written);
    bank.publish("a", Deposited{2}, {.revision = 2, .occurred_at = noon + 2h});
    REQUIRE(snapshots.publish("a").value().written);
    bank.publish("a", Deposited{4}, {.revision = 3, .occurred_at = noon + 1h});  // written late
    REQUIRE(snapshots.publish("a").value().written);
    REQUIRE(snapshots.restore_at("a", noon - 1ms).value().state == Account{});
    REQUIRE(snapshots.restore_at("a", noon).value().state.balance == 1);
    const auto at_one = snapshots.restore_at("a", noon + 1h).value();
    REQUIRE(at_one.state == fold<Account>({Deposited{1}, Deposited{4}}));
    REQUIRE(at_one.report.snapshot_revision == 1);
    REQUIRE(at_one.revision == 3);
    REQUIRE(at_one.occurred_at == noon + 1h);
    const auto at_two = snapshots.restore_at("a", noon + 2h).value();
    REQUIRE(at_two.state == fold<Account>({Deposited{1}, Deposited{2}, Deposited{4}}));
    REQUIRE(at_two.report.snapshot_revision == 3);
}

TEST_CASE("a snapshot never claims to be older than its events, whose time may be finer than the wire's",
          "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots();
    Record record = bank.record("a", Deposited{1});
    record.value = replaced(*record.value, ".000Z", ".000400Z");
    bank.producer.publish(record).value();
    REQUIRE(snapshots.publish("a").value().written);
    REQUIRE(snapshots.restore_at("a", bank.clock->now()).value().state == Account{});
    REQUIRE(snapshots.restore_at("a", bank.clock->now() + 400us).value().state.balance == 1);
}

TEST_CASE("duplicates are dropped, by revision or by event id", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots();
    const Record revised = bank.record("a", Deposited{1}, {.revision = 1});
    const Record counted = bank.record("b", Deposited{1});
    for (const Record& each : {revised, counted, revised, counted}) bank.producer.publish(each).value();
    REQUIRE(snapshots.restore("a").value().state == deposited(1));
    REQUIRE(snapshots.restore("b").value().report.duplicates == 1);
    REQUIRE(snapshots.publish("b").value().written);
    bank.producer.publish(counted).value();
    const auto restored = snapshots.restore("b").value();
    REQUIRE(restored.state == deposited(1));
    REQUIRE(restored.report.snapshot_revision == 1);
    REQUIRE(restored.report.duplicates == 2);
}

TEST_CASE("history hands over the events of a range of revisions in order", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots();
    bank.deposit("a", 1, 10);
    REQUIRE(snapshots.publish("a").value().written);
    bank.deposit("a", 11, 20);
    std::vector<std::int64_t> seen;
    const auto note = [&](const HistoryEvent& event) {
        seen.push_back(event.revision);
        REQUIRE(event.opened.as<Deposited>().value().amount == event.revision);
        REQUIRE(event.offset == event.revision - 1);
        return true;
    };
    REQUIRE(snapshots.history("a", 3, 5, note).value().snapshot_revision == std::nullopt);
    REQUIRE(seen == std::vector<std::int64_t>{3, 4, 5});
    seen.clear();
    REQUIRE(snapshots.history("a", 12, 1'000, note).value().snapshot_revision == 10);
    REQUIRE(seen == std::vector<std::int64_t>{12, 13, 14, 15, 16, 17, 18, 19, 20});
    seen.clear();
    REQUIRE(snapshots.history("a", 1, 20, [&](const HistoryEvent& event) { return note(event) && false; }));
    REQUIRE(seen == std::vector<std::int64_t>{1});
    REQUIRE(snapshots.history("a", 5, 4, note).value().records == 0);
}

TEST_CASE("a torn, corrupt, unknown or future snapshot is passed over with one warning", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots();
    bank.deposit("a", 1, 4);
    REQUIRE(snapshots.publish("a").value().written);
    bank.deposit("a", 5, 8);
    REQUIRE(snapshots.publish("a").value().written);
    const std::string good = bank.values(support::newest).back();
    const std::string bad =
        GENERATE_COPY(good.substr(0, good.size() / 2), replaced(good, "\"balance\":36", "\"balance\":63"),
                      replaced(replaced(plain_at_3, "\"schemaVersion\":2", "\"schemaVersion\":3"), "\"revision\":3",
                               "\"revision\":9"),
                      replaced(plain_at_3, "\"revision\":3", "\"revision\":300"), std::string{"not JSON"},
                      replaced(plain_at_3, "account.snapshot", "order.snapshot"));
    bank.write(support::newest, "a", bad);
    for (int i = 0; i < 3; ++i) {
        const auto restored = snapshots.restore("a").value();
        REQUIRE(restored.state == deposited(8));
        REQUIRE(restored.report.snapshot_revision == 8);
        REQUIRE(restored.report.snapshots_skipped == 1);
    }
    REQUIRE(bank.logger->count(LogLevel::warning) == 1);
    bank.broker.clean();  // the bad one is all that is left
    REQUIRE(bank.snapshots().restore("a").value().state == deposited(8));
    bank.deposit("a", 9, 9);
    REQUIRE(snapshots.publish("a").value().written);
    REQUIRE(bank.snapshots().restore("a").value().report.snapshot_revision == 9);
}

TEST_CASE("a late publisher's older snapshot makes restores slower, never wrong", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots();
    bank.deposit("a", 1, 4);
    REQUIRE(snapshots.publish("a").value().written);
    const std::string old = bank.values(support::newest).back();
    bank.deposit("a", 5, 8);
    REQUIRE(snapshots.publish("a").value().written);
    bank.write(support::newest, "a", old);  // what a zombie does
    REQUIRE(snapshots.restore("a").value().report.snapshot_revision == 8);
    bank.broker.clean();
    REQUIRE(snapshots.restore("a").value().report.snapshot_revision == 8);  // it remembers the newer one
    auto fresh = bank.snapshots();
    const auto restored = fresh.restore("a").value();
    REQUIRE(restored.state == deposited(8));
    REQUIRE(restored.report.snapshot_revision == 4);
    REQUIRE(fresh.publish("a").value().written);
    REQUIRE(bank.snapshots().restore("a").value().report.snapshot_revision == 8);
}

TEST_CASE("the plain snapshots of another system are used", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots();
    bank.deposit("a", 1, 5);
    bank.write(support::newest, "a", plain_at_3);
    const auto restored = snapshots.restore("a").value();
    REQUIRE(restored.state == deposited(5));
    REQUIRE(restored.report.snapshot_revision == 3);
    REQUIRE(restored.report.events == 2);
    REQUIRE(snapshots.restore_at("a", std::int64_t{2}).value().state == deposited(2));
    REQUIRE(snapshots.restore_at("a", bank.clock->now()).value().report.snapshot_revision == std::nullopt);
    REQUIRE(snapshots.publish("a").value().written);
    REQUIRE(snapshots.restore("a").value().report.events == 0);
}

TEST_CASE("a deleted snapshot is gone, the events are not", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots();
    bank.deposit("a", 1, 4);
    REQUIRE(snapshots.publish("a").value().written);
    REQUIRE(snapshots.remove("a"));
    const auto restored = snapshots.restore("a").value();
    REQUIRE(restored.state == deposited(4));
    REQUIRE_FALSE(restored.report.snapshot_revision);
    REQUIRE(bank.snapshots().restore("a").value().report.events == 4);
    REQUIRE(snapshots.publish("a").value().written);
    REQUIRE(snapshots.restore("a").value().report.snapshot_revision == 4);
}

TEST_CASE("a snapshot whose publisher was late for its deletion holds like any other", "[snapshot][unit]") {
    Bank bank{1};
    bank.deposit("a", 1, 5);
    auto snapshots = bank.snapshots();
    REQUIRE(snapshots.publish("a").value().written);
    const std::string late = bank.values(support::newest).front();
    REQUIRE(snapshots.remove("a"));
    bank.deposit("a", 6, 8);
    bank.write(support::newest, "a", late);
    REQUIRE(snapshots.restore("a").value().state == deposited(8));
    const auto restored = bank.snapshots().restore("a").value();
    REQUIRE(restored.state == deposited(8));
    REQUIRE(restored.report.snapshot_revision == 5);
    REQUIRE(snapshots.remove("a"));
    REQUIRE_FALSE(bank.snapshots().restore("a").value().report.snapshot_revision);
}

TEST_CASE("events of aborted and unfinished transactions are no part of a state", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots();
    auto transactional = TransactionalProducer::create(bank.broker, bank.catalogue, {.transactional_id = "t"}).value();
    REQUIRE(transactional.transact([](Transaction& open) { open.publish("a", Deposited{1}, {.revision = 1}); }));
    const auto refused = transactional.transact([](Transaction& open) -> Result<void> {
        open.publish("a", Deposited{50}, {.revision = 2});
        return Error{.kind = ErrorKind::permanent, .code = "test"};
    });
    REQUIRE_FALSE(refused);
    REQUIRE(snapshots.restore("a").value().state == deposited(1));
    REQUIRE(snapshots.publish("a").value().written);
    REQUIRE(transactional.transact([](Transaction& open) { open.publish("a", Deposited{2}, {.revision = 2}); }));
    REQUIRE(snapshots.restore("a").value().state == deposited(2));
}

TEST_CASE("a topic that lacks its snapshot topics is read from the beginning", "[snapshot][unit]") {
    Bank bank{1};
    auto admin = bank.broker.port().admin().value();
    REQUIRE(admin->delete_topic(support::newest, 1s));
    bank.deposit("a", 1, 4);
    auto snapshots = bank.snapshots();
    REQUIRE(snapshots.restore("a").value().state == deposited(4));
    REQUIRE(snapshots.publish("a").error().code == "kafka.topic_unknown");
}
