#include <eventsdk/produce/transactional_producer.hpp>

#include "kafka_fixture.hpp"

#include <atomic>
#include <thread>

using namespace eventsdk;
using support::AssignmentGraded;
using support::KafkaAssignments;

namespace {

std::size_t count(const std::map<std::int32_t, std::vector<Record>>& partitions) {
    std::size_t records = 0;
    for (const auto& [partition, list] : partitions) records += list.size();
    return records;
}

}  // namespace

TEST_CASE("a published event is acknowledged without waiting for the linger time", "[produce][kafka]") {
    KafkaAssignments kafka;
    ProducerOptions options;
    options.writer.linger = Duration{10'000};
    Producer producer = Producer::create(kafka.broker, kafka.catalogue, options).value();
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 3; ++i) REQUIRE(producer.publish("ada", AssignmentGraded{"ada", i}));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{9});
    CHECK(count(kafka.read(kafka.grades)) == 3);
}

TEST_CASE("one record that is too large fails alone in a batch of a thousand", "[produce][kafka]") {
    KafkaAssignments kafka;
    ProducerOptions options;
    options.writer.compression = Compression::none;
    Producer producer = Producer::create(kafka.broker, kafka.catalogue, options).value();
    std::vector<Record> batch;
    for (int i = 0; i < 1'000; ++i)
        batch.push_back(producer.prepare(std::to_string(i % 10), AssignmentGraded{"ada", i}).value());
    batch[500].value->append(2'000'000, ' ');
    const auto results = producer.publish_all(batch);
    std::size_t failed = 0;
    for (const auto& result : results) failed += result ? 0 : 1;
    CHECK(failed == 1);
    REQUIRE_FALSE(results[500]);
    CHECK(results[500].error().kind == ErrorKind::permanent);
    CHECK(results[500].error().code == "record.too_large");
    CHECK(count(kafka.read(kafka.grades)) == 999);
}

TEST_CASE("an unknown topic fails within the deadline of the call", "[produce][kafka]") {
    KafkaAssignments kafka;
    ProducerOptions options;
    options.publish_timeout = Duration{20'000};
    Producer producer = Producer::create(kafka.broker, kafka.catalogue, options).value();
    Record record = producer.prepare("ada", AssignmentGraded{"ada", 1}).value();
    record.topic = test::unique_name("nowhere");
    const auto failed = producer.publish(record);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == "kafka.topic_unknown");
}

TEST_CASE("each topic has its own partitioner", "[produce][kafka]") {
    KafkaAssignments kafka{12};
    const std::string dapr = test::unique_name("dapr");
    const std::string custom = test::unique_name("custom");
    kafka.make_topic({.name = dapr, .partitions = 12});
    kafka.make_topic({.name = custom, .partitions = 12});
    ProducerOptions options;
    options.writer.topic_partitioners.emplace(dapr, Partitioner::fnv1a_random());
    options.writer.topic_partitioners.emplace(custom, Partitioner::custom([](auto, std::int32_t) { return 7; }));
    Producer producer = Producer::create(kafka.broker, kafka.catalogue, options).value();
    for (const std::string key : {"21", "kafka", "foobar"}) {
        Record record = producer.prepare(key, AssignmentGraded{"ada", 1}).value();
        CHECK(producer.publish(record)->partition == Partitioner::murmur2_random().partition(key, 12));
        record.topic = dapr;
        CHECK(producer.publish(record)->partition == Partitioner::fnv1a_random().partition(key, 12));
        record.topic = custom;
        CHECK(producer.publish(record)->partition == 7);
        record.partition = 3;
        CHECK(producer.publish(record)->partition == 3);
    }
}

TEST_CASE("many threads publish, every completion is called once, each key keeps its order", "[produce][kafka]") {
    KafkaAssignments kafka;
    Producer producer = Producer::create(kafka.broker, kafka.catalogue).value();
    constexpr int threads = 4;
    constexpr int each = 5'000;
    std::vector<std::atomic<int>> called(threads * each);
    {
        std::vector<std::jthread> running;
        for (int t = 0; t < threads; ++t)
            running.emplace_back([&, t] {
                for (int i = 0; i < each; ++i) {
                    auto& mine = called[static_cast<std::size_t>(t * each + i)];
                    (void)producer.publish_async(std::to_string(t), AssignmentGraded{"ada", i},
                                                 [&mine](const auto& outcome) { mine += outcome ? 1 : 1'000; });
                }
            });
    }
    REQUIRE(producer.flush(Duration{60'000}));
    for (const auto& times : called) REQUIRE(times == 1);
    std::map<std::string, std::int64_t> next;
    OpenScratch scratch;
    Opened opened;
    for (const auto& [partition, records] : kafka.read(kafka.grades))
        for (const Record& record : records) {
            const ReceivedRecord received = make_received(record, partition, 0);
            REQUIRE(kafka.catalogue.open(received, scratch, opened));
            REQUIRE(opened.as<AssignmentGraded>()->points == next[*record.key]++);
        }
    for (int t = 0; t < threads; ++t) CHECK(next[std::to_string(t)] == each);
    const CloseReport report = producer.close(Duration{10'000});
    CHECK(report.delivered == threads * each);
    CHECK(report.undelivered.empty());
}

TEST_CASE("a transaction on Kafka is seen whole or not at all", "[produce][kafka]") {
    KafkaAssignments kafka;
    auto producer =
        TransactionalProducer::create(kafka.broker, kafka.catalogue, {.transactional_id = test::unique_name("grader")})
            .value();
    REQUIRE(producer.transact([&](Transaction& transaction) {
        for (int i = 0; i < 100; ++i) transaction.publish(std::to_string(i), AssignmentGraded{"ada", i});
    }));
    const auto spoiled = producer.transact([&](Transaction& transaction) {
        for (int i = 0; i < 100; ++i) transaction.publish(std::to_string(i), AssignmentGraded{"ada", i});
        transaction.publish("x", AssignmentGraded{"ada", -1});
    });
    CHECK(spoiled.error().code == "schema.minimum");
    CHECK(count(kafka.read(kafka.grades)) == 100);
}

TEST_CASE("a newer transactional producer on Kafka fences the older", "[produce][kafka]") {
    KafkaAssignments kafka;
    const TransactionalProducerOptions options{.transactional_id = test::unique_name("grader")};
    const auto write = [](Transaction& transaction) { transaction.publish("a", AssignmentGraded{"ada", 1}); };
    auto old = TransactionalProducer::create(kafka.broker, kafka.catalogue, options).value();
    REQUIRE(old.transact(write));
    auto young = TransactionalProducer::create(kafka.broker, kafka.catalogue, options).value();
    const auto ended = old.transact(write);
    REQUIRE_FALSE(ended);
    CHECK(ended.error().kind == ErrorKind::fenced);
    CHECK(young.transact(write));
    CHECK(count(kafka.read(kafka.grades)) == 2);
}

TEST_CASE("topics as code on Kafka: created once, differences reported", "[produce][kafka]") {
    KafkaAssignments kafka;
    auto admin = kafka.broker.port().admin().value();
    std::vector<TopicSpec> specs{{.name = test::unique_name("as-code"),
                                  .partitions = 3,
                                  .retention = std::chrono::days{365 * 5},
                                  .cleanup = CleanupPolicy::compact_and_remove,
                                  .max_record_bytes = 2'000'000}};
    const auto made = ensure_topics(*admin, specs, Duration{30'000});
    REQUIRE(made);
    CHECK(made->created.size() == 1);
    const auto again = ensure_topics(*admin, specs, Duration{30'000});
    REQUIRE(again);
    CHECK(again->agrees());
    specs[0].partitions = 6;
    specs[0].retention = Duration::max();
    const auto differs = compare_topics(*admin, specs, Duration{30'000});
    REQUIRE(differs);
    CHECK(differs->differences == std::vector<TopicDifference>{{specs[0].name, "partitions", "6", "3"},
                                                               {specs[0].name, "retention.ms", "-1", "157680000000"}});
}
