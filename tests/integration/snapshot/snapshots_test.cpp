#include "integration/snapshot/kafka_bank.hpp"
#include "support/catch.hpp"
#include "support/sqlite_file.hpp"

#include <eventsdk/event/topic_name.hpp>
#include <eventsdk/produce/transactional_producer.hpp>
#include <eventsdk/sqlite/event_index.hpp>

#include <librdkafka/rdkafka.h>

#include <memory>
#include <stop_token>
#include <thread>

using namespace eventsdk;
using namespace std::chrono_literals;
using support::Account;
using support::Deposited;
using support::deposited;
using support::KafkaBank;
using support::patience;

namespace {

void raise_partitions(const std::string& topic, std::size_t partitions) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", test::kafka_bootstrap().c_str(), nullptr, 0);
    rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    REQUIRE(client != nullptr);
    rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
    rd_kafka_NewPartitions_t* wanted = rd_kafka_NewPartitions_new(topic.c_str(), partitions, nullptr, 0);
    rd_kafka_CreatePartitions(client, &wanted, 1, nullptr, queue);
    rd_kafka_event_t* answer = rd_kafka_queue_poll(queue, 30'000);
    const bool done = answer != nullptr && rd_kafka_event_error(answer) == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (answer != nullptr) rd_kafka_event_destroy(answer);
    rd_kafka_NewPartitions_destroy(wanted);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(client);
    REQUIRE(done);
}

}  // namespace

TEST_CASE("on Kafka a restore begins with the newest snapshot, a state of the past with an earlier one",
          "[snapshot][integration]") {
    KafkaBank bank;
    auto snapshots = bank.snapshots({.history = true});
    for (std::int64_t revision = 10; revision <= 50; revision += 10) {
        bank.deposit("a", revision - 9, revision);
        bank.deposit("b", revision - 9, revision);
        REQUIRE(snapshots.publish("a").value().written);
    }
    bank.deposit("a", 51, 53);
    auto other = bank.snapshots({.history = true});
    const auto restored = other.restore("a").value();
    CHECK(restored.state == deposited(53));
    CHECK(restored.report.snapshot_revision == 50);
    CHECK(restored.report.events == 3);
    for (std::int64_t revision = 0; revision <= 53; revision += 7) {
        const auto then = other.restore_at("a", revision).value();
        CHECK(then.state == deposited(revision));
        CHECK(then.report.snapshot_revision.value_or(0) == revision / 10 * 10);
    }
    CHECK(other.restore("b").value().state == deposited(50));
    CHECK(other.restore("nobody").value().revision == 0);
    std::vector<std::int64_t> seen;
    REQUIRE(other.history("a", 48, 52, [&](const HistoryEvent& event) {
        seen.push_back(event.revision);
        return true;
    }));
    CHECK(seen == std::vector<std::int64_t>{48, 49, 50, 51, 52});
    REQUIRE(other.remove("a"));
    CHECK_FALSE(bank.snapshots().restore("a").value().report.snapshot_revision);
}

TEST_CASE("on Kafka a restore ends behind transactions, committed or not", "[snapshot][integration]") {
    KafkaBank bank{1};
    auto snapshots = bank.snapshots();
    auto transactional =
        TransactionalProducer::create(bank.broker, bank.catalogue, {.transactional_id = test::unique_name("t")})
            .value();
    const auto write = [&](std::int64_t amount, bool good) {
        auto done = transactional.transact([&](Transaction& open) -> Result<void> {
            open.publish("a", Deposited{amount}, {.revision = amount});
            return good ? Result<void>{} : Error{.kind = ErrorKind::permanent, .code = "test"};
        });
        // Kafka writes the marker a little after it has answered.
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        for (Watermarks marks{.high = 1}; marks.last_stable < marks.high;) {
            marks = bank.admin->watermarks({bank.topic, 0}, patience).value();
            REQUIRE(std::chrono::steady_clock::now() < deadline);
        }
        return done;
    };
    REQUIRE(write(1, true));
    REQUIRE_FALSE(write(2, false));
    CHECK(snapshots.restore("a").value().state == deposited(1));
    REQUIRE(snapshots.publish("a").value().written);
    REQUIRE_FALSE(write(2, false));
    REQUIRE(write(2, true));
    const auto restored = snapshots.restore("a").value();
    CHECK(restored.state == deposited(2));
    CHECK(restored.report.snapshot_revision == 1);
    CHECK(restored.report.took < 10s);
}

TEST_CASE("on Kafka a partition count that was raised is refused, or all partitions are read",
          "[snapshot][integration]") {
    KafkaBank bank{1};
    std::string moved = "a";  // an aggregate whose events go elsewhere from then on
    while (Partitioner::murmur2_random().partition(moved, 4) == 0) moved += "a";
    bank.deposit(moved, 1, 20);
    auto before = bank.snapshots();
    REQUIRE(before.publish(moved).value().written);
    raise_partitions(bank.topic, 4);
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (bank.admin->describe_topic(bank.topic, patience).value().partitions != 4)
        REQUIRE(std::chrono::steady_clock::now() < deadline);
    bank.producer = Producer::create(bank.broker, bank.catalogue).value();  // an old one would learn of it late
    bank.deposit(moved, 21, 25);
    CHECK(before.restore(moved).error().code == "snapshot.partitions");
    CHECK(bank.snapshots().restore(moved).error().code == "snapshot.partitions");
    CHECK(bank.snapshots().restore("never-seen").value().revision == 0);
    auto all = bank.snapshots({.on_partition_change = PartitionChange::read_all});
    CHECK(all.restore(moved).value().state == deposited(25));
    CHECK(all.restore_at(moved, std::int64_t{22}).value().state == deposited(22));
    REQUIRE(all.publish(moved).value().written);
    bank.deposit(moved, 26, 26);
    const auto restored = bank.snapshots({.on_partition_change = PartitionChange::read_all}).restore(moved).value();
    CHECK(restored.state == deposited(26));
    CHECK(restored.report.snapshot_revision == 25);
}

TEST_CASE("on Kafka a topic that was deleted and made again, as a mirror with other offsets, is told from the first",
          "[snapshot][integration]") {
    KafkaBank bank{1};
    bank.deposit("a", 1, 30);
    REQUIRE(bank.snapshots().publish("a").value().written);
    bank.make_again(1);
    auto snapshots = bank.snapshots();
    CHECK(snapshots.restore("a").value().state == Account{});
    bank.deposit("filler", 1, 5);  // so that offsets differ
    bank.deposit("a", 1, 40);
    const auto restored = snapshots.restore("a").value();
    CHECK(restored.state == deposited(40));
    CHECK_FALSE(restored.report.snapshot_revision);
    CHECK(restored.report.snapshots_skipped == 1);
    REQUIRE(snapshots.publish("a").value().written);
    CHECK(bank.snapshots().restore("a").value().report.snapshot_revision == 40);
}

TEST_CASE("on Kafka publishers that race leave no wrong state", "[snapshot][integration]") {
    KafkaBank bank{2};
    const int rounds = test::experiment_size(30, 300);
    std::vector<std::thread> publishers;
    for (int i = 0; i < 2; ++i)
        publishers.emplace_back([&, options = SnapshotOptions{.every_revisions = 1}] {
            auto snapshots = bank.snapshots(options);
            for (int round = 0; round < rounds; ++round) static_cast<void>(snapshots.publish("a"));
        });
    auto reading = bank.snapshots();
    for (std::int64_t revision = 1; revision <= rounds; ++revision) {
        bank.deposit("a", revision, revision);
        CHECK(reading.restore("a").value().state == deposited(revision));
    }
    for (std::thread& publisher : publishers) publisher.join();
    CHECK(bank.snapshots().restore("a").value().state == deposited(rounds));
}

TEST_CASE("on Kafka an index that its projector keeps finds events and snapshots and agrees with the log",
          "[snapshot][integration]") {
    KafkaBank bank{1};
    bank.deposit("a", 1, 20);
    bank.deposit("b", 1, 700);
    bank.deposit("a", 21, 40);
    bank.deposit("c", 1, 700);
    for (const char* id : {"b", "c", "a"}) REQUIRE(bank.snapshots().publish(id).value().written);
    bank.deposit("a", 41, 45);
    test::SqliteFile file;
    auto index = sqlite::open_event_index(file.path(), {.keep_bytes = GENERATE(false, true)}).value();
    const std::string snapshots_of = snapshot_topic(bank.topic);
    std::stop_source stop;
    std::thread projector{[&] {
        keep_index(bank.broker, *index, {.topics = {bank.topic, snapshots_of}, .poll = Duration{20}}, stop.get_token())
            .value();
    }};
    for (const std::string& topic : {bank.topic, snapshots_of}) {
        const std::int64_t end = bank.admin->watermarks({topic, 0}, support::patience).value().last_stable;
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        while (index->partition({topic, 0}).value().next < end && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        CHECK(index->partition({topic, 0}).value().next == end);
    }
    stop.request_stop();
    projector.join();
    CHECK(check_index(bank.broker, *index, bank.topic, support::patience).value().differences == 0);

    auto snapshots = bank.snapshots({.index = index});
    const auto now = snapshots.restore("a").value();
    CHECK(now.state == deposited(45));
    CHECK(now.report.snapshot_revision == 40);
    CHECK(now.report.snapshot_records <= 1);  // not those of others
    CHECK(now.report.records <= 6);
    const auto then = snapshots.restore_at("a", std::int64_t{30}).value();
    CHECK(then.state == deposited(30));
    CHECK(then.report.records <= 40);  // 1,405 lie before the last of them
    bank.deposit("a", 46, 50);         // behind the end of the index
    CHECK(snapshots.restore("a").value().state == deposited(50));
}
