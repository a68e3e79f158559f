#include "fixture.hpp"
#include "support/catch.hpp"

using namespace eventsdk;
using namespace std::chrono_literals;
using support::Account;
using support::accounts;
using support::Bank;
using support::Deposited;
using support::deposited;

namespace {

/// Deletes the event topic and makes it again.
void recreate(Bank& bank, std::int32_t partitions) {
    auto admin = bank.broker.port().admin().value();
    admin->delete_topic(accounts, 1s).value();
    admin->create_topic({.name = accounts, .partitions = partitions}, 1s).value();
}

}  // namespace

TEST_CASE("a recreated topic is told from the one that a snapshot was taken of", "[snapshot][unit]") {
    Bank bank{1};
    bank.deposit("a", 1, 8);
    REQUIRE(bank.snapshots().publish("a").value().written);
    auto snapshots = bank.snapshots();
    REQUIRE(snapshots.restore("a").value().revision == 8);
    recreate(bank, 1);
    REQUIRE(snapshots.restore("a").value().state == Account{});
    bank.deposit("a", 1, 3);
    REQUIRE(snapshots.restore("a").value().state == deposited(3));
    for (int i = 0; i < 20; ++i) bank.publish("b", Deposited{1});
    const auto restored = snapshots.restore("a").value();
    REQUIRE(restored.state == deposited(3));
    REQUIRE(restored.report.snapshots_skipped == 1);
    REQUIRE(snapshots.publish("a").value().written);
    REQUIRE(snapshots.restore("a").value().report.snapshot_revision == 3);
}

TEST_CASE("a topic with other events at the same places is told by the event's id", "[snapshot][unit]") {
    Bank bank{1};
    bank.deposit("a", 1, 8);
    REQUIRE(bank.snapshots().publish("a").value().written);
    // As a mirror would have it whose topic has the same id, or none.
    std::string copied = bank.values(support::newest).back();
    Bank mirror{1};
    mirror.publish("b", Deposited{1});
    mirror.deposit("a", 1, 8);
    mirror.write(support::newest, "a", copied);
    auto snapshots = mirror.snapshots();
    const auto restored = snapshots.restore("a").value();
    REQUIRE(restored.state == deposited(8));
    REQUIRE_FALSE(restored.report.snapshot_revision);
    REQUIRE(restored.report.snapshots_skipped == 1);
    REQUIRE(mirror.logger->count(LogLevel::warning) == 1);
}

TEST_CASE("more partitions than before are refused", "[snapshot][unit]") {
    Bank bank{1};
    bank.deposit("a", 1, 3);
    auto snapshots = bank.snapshots();
    REQUIRE(snapshots.publish("a").value().written);
    const std::string id = bank.broker.port().admin().value()->describe_topic(accounts, 1s).value().id;
    Bank grown{3};
    const std::string other = grown.broker.port().admin().value()->describe_topic(accounts, 1s).value().id;
    // A snapshot of the same topic from when it had one partition.
    REQUIRE(id == other);
    grown.deposit("a", 1, 3);
    grown.write(support::newest, "a", bank.values(support::newest).back());
    const Error refused = grown.snapshots().restore("a").error();
    REQUIRE(refused.code == "snapshot.partitions");
    REQUIRE(refused.message.find("1 partitions and has 3") != std::string::npos);
    REQUIRE(grown.snapshots({.partitions = 1}).restore("b").error().code == "snapshot.partitions");
    REQUIRE(grown.snapshots({.partitions = 3}).restore("b"));
}

TEST_CASE("events in two partitions are folded in order when all partitions are read", "[snapshot][unit]") {
    Bank bank{3};
    const bool revised = GENERATE(true, false);
    const auto write = [&](std::int32_t partition, std::int64_t revision) {
        PublishOptions options{.partition = partition};
        if (revised) options.revision = revision;
        bank.publish("a", Deposited{revision}, options);
        bank.clock->advance(1s);
    };
    const std::int32_t now = Partitioner::murmur2_random().partition("a", 3).value();
    const std::int32_t before = (now + 1) % 3;
    for (std::int64_t revision = 1; revision <= 4; ++revision) write(before, revision);
    auto snapshots = bank.snapshots({.partitions = 1, .on_partition_change = PartitionChange::read_all});
    REQUIRE(snapshots.restore("a").value().state == deposited(4));
    REQUIRE_FALSE(snapshots.publish("a").value().written);  // no place in the partition that is read from now on
    for (std::int64_t revision = 5; revision <= 7; ++revision) write(now, revision);
    REQUIRE(snapshots.restore("a").value().state == deposited(7));
    REQUIRE(snapshots.restore_at("a", std::int64_t{6}).value().state == deposited(6));
    REQUIRE(snapshots.publish("a").value().written);
    write(now, 8);
    const auto restored = snapshots.restore("a").value();
    REQUIRE(restored.state == deposited(8));
    REQUIRE(restored.report.snapshot_revision == 7);
    REQUIRE(restored.report.records == 2);
    if (revised) REQUIRE(bank.snapshots().restore_at("a", std::int64_t{7}).value().state == deposited(7));
}

TEST_CASE("missing revisions are refused, or counted as damage", "[snapshot][unit]") {
    Bank bank{1};
    bank.deposit("a", 1, 2);
    bank.deposit("a", 4, 4);
    bank.deposit("b", 3, 3);
    auto strict = bank.snapshots();
    const Error gap = strict.restore("a").error();
    REQUIRE(gap.code == "snapshot.gap");
    REQUIRE(gap.message.find("from revision 2 to 4") != std::string::npos);
    REQUIRE(gap.message.find("offset 2") != std::string::npos);
    REQUIRE(strict.restore("b").error().code == "snapshot.gap");
    REQUIRE(strict.restore_at("a", std::int64_t{2}).value().state == deposited(2));
    auto tolerant = bank.snapshots({.on_damage = Damage::tolerate});
    const auto restored = tolerant.restore("a").value();
    REQUIRE(restored.state.balance == 7);
    REQUIRE(restored.report.damage == 1);
    REQUIRE_FALSE(tolerant.publish("a").value().written);
}

TEST_CASE("an event that cannot be decoded is refused, or counted as damage", "[snapshot][unit]") {
    Bank bank{1};
    bank.publish("a", Deposited{1});
    bank.write(accounts, "a", "not an event");
    bank.publish("a", Deposited{2});
    const Error bad = bank.snapshots().restore("a").error();
    REQUIRE(bad.code == "snapshot.bad_event");
    REQUIRE(bad.message.find("offset 1") != std::string::npos);
    const auto restored = bank.snapshots({.on_damage = Damage::tolerate}).restore("a").value();
    REQUIRE(restored.state == deposited(2));
    REQUIRE(restored.report.damage == 1);
    REQUIRE(bank.logger->contains("without all of its events"));
}

TEST_CASE("a snapshot outlives the events that it holds", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots();
    bank.deposit("a", 1, 5);
    REQUIRE(snapshots.publish("a").value().written);
    bank.publish("b", Deposited{1});
    auto admin = bank.broker.port().admin().value();
    REQUIRE(admin->delete_records_before({accounts, 0}, 6, 1s));
    const auto restored = snapshots.restore("a").value();
    REQUIRE(restored.state == deposited(5));
    REQUIRE(restored.report.log_cut);
    bank.deposit("a", 6, 7);
    REQUIRE(snapshots.restore("a").value().state == deposited(7));
    REQUIRE(snapshots.publish("a").value().written);
    bank.deposit("a", 8, 9);
    REQUIRE(admin->delete_records_before({accounts, 0}, 9, 1s));  // revision 8 is gone
    REQUIRE(snapshots.restore("a").error().code == "snapshot.gap");
}

TEST_CASE("a log whose beginning is gone is said so, and no snapshot is taken of what is not known to be whole",
          "[snapshot][unit]") {
    Bank bank{1};
    for (int i = 0; i < 4; ++i) bank.publish("a", Deposited{1});
    auto admin = bank.broker.port().admin().value();
    REQUIRE(admin->delete_records_before({accounts, 0}, 2, 1s));
    auto snapshots = bank.snapshots();
    const auto restored = snapshots.restore("a").value();
    REQUIRE(restored.report.log_cut);
    REQUIRE(restored.state.balance == 2);
    REQUIRE_FALSE(snapshots.publish("a").value().written);
}

TEST_CASE("what cannot work is refused when it is made", "[snapshot][unit]") {
    Bank bank;
    const auto code = [&](SnapshotOptions options) {
        auto made = Snapshots<Account>::create(bank.broker, bank.catalogue, std::move(options));
        return made ? std::string{} : made.error().code;
    };
    REQUIRE(code({}).empty());
    REQUIRE(code({.every_revisions = 0}) == "options.invalid");
    REQUIRE(code({.after_load_time = -1ms}) == "options.invalid");
    REQUIRE(code({.upcasters = {{2, unchanged}}}) == "options.invalid");
    REQUIRE(code({.upcasters = {{1, nullptr}}}) == "options.invalid");
    REQUIRE(code({.upcasters = {{1, unchanged}}}).empty());
    REQUIRE(code({.partitions = 0}) == "options.invalid");
    REQUIRE(code({.timeout = 0ms}) == "options.invalid");
    REQUIRE(code({.queued_offers = 0}) == "options.invalid");
    REQUIRE(code({.remembered_aggregates = 200'000'000}) == "options.invalid");
    support::SchemaDirectory schemas;
    schemas.add("bank/Deposited.v1.schema.json", support::deposited_schema);
    schemas.add("bank/Withdrawn.v1.schema.json", support::withdrawn_schema);
    const auto one = Catalogue::load({.environment = "test", .schemas = schemas.path()}, event<Deposited>()).value();
    REQUIRE(Snapshots<Account>::create(bank.broker, one).error().code == "snapshot.topics");
    const auto two = Catalogue::load({.environment = "test", .schemas = schemas.path()}, event<Deposited>(),
                                     event<support::Withdrawn>({.topic = "elsewhere"}))
                         .value();
    REQUIRE(Snapshots<Account>::create(bank.broker, two).error().code == "snapshot.topics");
}
