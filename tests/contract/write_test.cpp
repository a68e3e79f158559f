#include "contract/support.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <thread>

using namespace contract;

TEST_CASE("a record is read back with its key, value and timestamp", "[contract][write]") {
    const std::string topic = fresh_topic();
    WriterUnderTest writer;
    const Timestamp time = backend().now() - 1h;
    const Record record{.topic = topic, .key = "key", .value = std::string{"a\0b", 3}, .timestamp = time};
    const auto receipt = writer.write(record).value();
    CHECK(receipt == Receipt{topic, 0, 0});
    const auto seen = read(*read_from_start(topic), 1);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].topic == topic);
    CHECK(seen[0].partition == 0);
    CHECK(seen[0].offset == 0);
    CHECK(seen[0].record.key == "key");
    CHECK(seen[0].record.value == std::string{"a\0b", 3});
    CHECK(seen[0].record.timestamp == std::chrono::floor<std::chrono::milliseconds>(time));
}

TEST_CASE("headers keep their order, repetitions, and null apart from empty", "[contract][write]") {
    const std::string topic = fresh_topic();
    const std::vector<Header> headers{
        {"b", "1"}, {"a", "2"}, {"b", "3"}, {"null", std::nullopt}, {"empty", ""}, {"bytes", std::string{"\0\xff", 2}}};
    WriterUnderTest{}.write({.topic = topic, .value = "v", .headers = headers}).value();
    const auto seen = read(*read_from_start(topic), 1);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].record.headers == headers);
}

TEST_CASE("null and empty keys and values stay apart", "[contract][write]") {
    const std::string topic = fresh_topic();
    WriterUnderTest writer;
    writer.write_all({{.topic = topic, .key = "k", .value = std::nullopt},
                      {.topic = topic, .key = "", .value = ""},
                      {.topic = topic, .key = std::nullopt, .value = "v"}});
    const auto seen = read(*read_from_start(topic), 3);
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].record.key == "k");
    CHECK_FALSE(seen[0].record.value);
    CHECK(seen[1].record.key == "");
    CHECK(seen[1].record.value == "");
    CHECK_FALSE(seen[2].record.key);
    CHECK(seen[2].record.value == "v");
}

TEST_CASE("a record without timestamp gets the time of writing in milliseconds", "[contract][write]") {
    const std::string topic = fresh_topic();
    const Timestamp before = std::chrono::floor<std::chrono::milliseconds>(backend().now());
    WriterUnderTest{}.write(text(topic, "v")).value();
    const Timestamp after = backend().now();
    const auto seen = read(*read_from_start(topic), 1);
    REQUIRE(seen.size() == 1);
    REQUIRE(seen[0].record.timestamp);
    CHECK(*seen[0].record.timestamp >= before);
    CHECK(*seen[0].record.timestamp <= after);
}

TEST_CASE("a topic may stamp records with the time of appending", "[contract][write]") {
    CANNOT_SHOW("mock", "the mock cluster has no topic settings");
    const std::string topic = fresh_topic(TopicSpec{.config = {{"message.timestamp.type", "LogAppendTime"}}});
    const Timestamp before = std::chrono::floor<std::chrono::milliseconds>(backend().now());
    WriterUnderTest{}.write({.topic = topic, .value = "v", .timestamp = before - 5h}).value();
    auto reader = read_from_start(topic);
    std::vector<ReceivedRecord> records;
    REQUIRE(eventually([&] { return reader->poll(records, 1, backend().step()).value() == 1; }));
    CHECK(records[0].log_append_time);
    CHECK(records[0].timestamp >= before);
}

TEST_CASE("an explicit partition is obeyed", "[contract][write]") {
    const std::string topic = fresh_topic(4);
    WriterUnderTest writer;
    for (std::int32_t partition = 3; partition >= 0; --partition) {
        CHECK(writer.write({.topic = topic, .key = "same", .value = "v", .partition = partition})->partition ==
              partition);
    }
}

TEST_CASE("keys go to the partitions where Java's client puts them", "[contract][write]") {
    std::ifstream file{EVENTSDK_TEST_SOURCE_DIR "/vectors/partitioner.json"};
    const auto cases = nlohmann::json::parse(file)["cases"];
    const std::string topic = fresh_topic(12);
    WriterUnderTest writer;
    for (const auto& vector : cases) {
        const auto hex = vector["key_hex"].get<std::string>();
        std::string key;
        for (std::size_t i = 0; i < hex.size(); i += 2) {
            key.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
        }
        CAPTURE(hex);
        const auto receipt = writer.write({.topic = topic, .key = key, .value = "v"});
        REQUIRE(receipt);
        CHECK(receipt->partition == vector["partition_murmur2"]["12"].get<std::int32_t>());
    }
}

TEST_CASE("each topic may have its own partitioner", "[contract][write]") {
    const std::string usual = fresh_topic(12);
    const std::string dapr = fresh_topic(12);
    const std::string own = fresh_topic(12);
    WriterOptions options;
    options.topic_partitioners.emplace(dapr, Partitioner::fnv1a_random());
    options.topic_partitioners.emplace(own, Partitioner::custom([](auto key, std::int32_t) {
                                           return static_cast<std::int32_t>(key ? key->size() : 0);
                                       }));
    WriterUnderTest writer{backend().make_broker(), options};
    CHECK(writer.write({.topic = usual, .key = "kafka", .value = "v"})->partition == 4);
    CHECK(writer.write({.topic = dapr, .key = "kafka", .value = "v"})->partition ==
          Partitioner::fnv1a_random().partition("kafka", 12));
    CHECK(writer.write({.topic = own, .key = "kafka", .value = "v"})->partition == 5);
}

TEST_CASE("a custom partitioner that answers out of range fails the write", "[contract][write]") {
    const std::string topic = fresh_topic(2);
    WriterOptions options;
    options.partitioner = Partitioner::custom([](auto, std::int32_t partitions) { return partitions; });
    WriterUnderTest writer{backend().make_broker(), options};
    const auto receipt = writer.write({.topic = topic, .key = "k", .value = "v"});
    REQUIRE_FALSE(receipt);
    CHECK(receipt.error().kind == ErrorKind::invalid_argument);
    CHECK(receipt.error().code == codes::partition_unknown);
    CHECK(writer.write({.topic = topic, .key = "k", .value = "v", .partition = 1}));
}

TEST_CASE("records of one partition are stored in the order of writing", "[contract][write]") {
    const std::string topic = fresh_topic(2);
    WriterUnderTest writer;
    std::vector<Record> records;
    for (int i = 0; i < 500; ++i) records.push_back(text(topic, std::to_string(i), i % 2));
    const auto receipts = writer.write_all(records);
    for (int i = 0; i < 500; ++i) CHECK(receipts[static_cast<std::size_t>(i)] == Receipt{topic, i % 2, i / 2});
    int next[] = {0, 1};
    for (const Seen& seen : read(*read_from_start(topic, 2), 500)) {
        REQUIRE(seen.record.value == std::to_string(next[seen.partition]));
        next[seen.partition] += 2;
    }
    CHECK(next[0] == 500);
    CHECK(next[1] == 501);
}

TEST_CASE("every accepted record has exactly one outcome, from many threads too", "[contract][write]") {
    const std::string topic = fresh_topic(3);
    WriterUnderTest writer;
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (std::uint64_t i = 0; i < 200; ++i) {
                (void)writer.writer->write(text(topic, "v", std::nullopt), thread * 1'000 + i);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    writer.writer->flush(bound()).value();
    CHECK(writer.writer->pending() == 0);
    const auto seen = writer.sink.seen();
    CHECK(seen.size() == 800);
    std::set<std::pair<std::int32_t, std::int64_t>> places;
    for (const auto& [tag, outcome] : seen) {
        CHECK(outcome.times == 1);
        CHECK_FALSE(outcome.error);
        CHECK(places.emplace(outcome.partition, outcome.offset).second);
    }
}

TEST_CASE("a sink may write further records", "[contract][write]") {
    struct Chain final : WriteSink {
        Writer* writer = nullptr;
        std::string topic;
        std::atomic<int> outcomes{0};
        void written(std::span<const WriteOutcome> done) noexcept override {
            for (const WriteOutcome& outcome : done) {
                if (outcome.error == nullptr && outcome.tag < 300)
                    (void)writer->write(text(topic, "v"), outcome.tag + 1);
                ++outcomes;
            }
        }
    };
    Chain chain;
    chain.topic = fresh_topic();
    const auto writer = backend().make_broker().port().writer({.linger = 0ms}, chain).value();
    chain.writer = writer.get();
    writer->write(text(chain.topic, "v"), 1).value();
    CHECK(eventually([&] { return chain.outcomes == 300; }));
    writer->flush(bound()).value();
    CHECK(read(*read_from_start(chain.topic), 300).size() == 300);
}

TEST_CASE("a write to an unknown topic fails within the deadline", "[contract][write]") {
    CANNOT_SHOW("mock", "the mock cluster creates topics that are written to");
    WriterUnderTest writer{backend().make_broker(), {.delivery_timeout = 10s}};
    const auto receipt = writer.write(text(fresh_name("unknown"), "v", std::nullopt));
    REQUIRE_FALSE(receipt);
    CHECK(receipt.error().kind == ErrorKind::invalid_argument);
    CHECK(receipt.error().code == codes::topic_unknown);
    CHECK(writer.writer->pending() == 0);
}

TEST_CASE("a write to a partition that the topic does not have fails", "[contract][write]") {
    const std::string topic = fresh_topic(2);
    WriterUnderTest writer{backend().make_broker(), {.delivery_timeout = 10s}};
    for (const std::int32_t partition : {2, -7}) {
        const auto receipt = writer.write(text(topic, "v", partition));
        REQUIRE_FALSE(receipt);
        CHECK(receipt.error().kind == ErrorKind::invalid_argument);
        CHECK(receipt.error().code == codes::partition_unknown);
    }
}

TEST_CASE("an impossible topic name is refused at once", "[contract][write]") {
    WriterUnderTest writer;
    for (const std::string& name : {std::string{}, std::string{"a b"}, std::string{".."}, std::string(250, 'a')}) {
        const auto written = writer.writer->write(text(name, "v"), 1);
        REQUIRE_FALSE(written);
        CHECK(written.error().kind == ErrorKind::invalid_argument);
        CHECK(written.error().code == codes::topic_invalid);
    }
    CHECK(writer.sink.seen().empty());
}

TEST_CASE("a record larger than its topic takes is permanent, and the writer goes on", "[contract][write]") {
    CANNOT_SHOW("mock", "the mock cluster has no topic settings");
    const std::string topic = fresh_topic(TopicSpec{.max_record_bytes = 2'000});
    WriterUnderTest writer{backend().make_broker(), {.compression = Compression::none}};
    const auto refused = writer.write(text(topic, std::string(3'000, 'x')));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::permanent);
    CHECK(refused.error().code == codes::record_too_large);
    CHECK(writer.write(text(topic, std::string(1'500, 'x'))));
    CHECK(watermarks(topic).high == 1);
}

TEST_CASE("a record of one megabyte passes, a much larger one is permanent", "[contract][write]") {
    CANNOT_SHOW("mock", "the mock cluster takes records of any size");
    const std::string topic = fresh_topic();
    WriterUnderTest writer{backend().make_broker(), {.compression = Compression::none}};
    const std::string large(1'000'000, 'x');
    CHECK(writer.write(text(topic, large)));
    const auto refused = writer.write(text(topic, std::string(9'000'000, 'x')));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::permanent);
    CHECK(refused.error().code == codes::record_too_large);
    const auto seen = read(*read_from_start(topic), 1);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].record.value == large);
}

TEST_CASE("a compacted topic refuses a record without key", "[contract][write]") {
    CANNOT_SHOW("mock", "the mock cluster has no topic settings");
    const std::string topic = fresh_topic(TopicSpec{.cleanup = CleanupPolicy::compact});
    WriterUnderTest writer;
    const auto refused = writer.write(text(topic, "v"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::permanent);
    CHECK(refused.error().code == codes::key_missing);
    CHECK(writer.write({.topic = topic, .key = "", .value = "v"}));
}

TEST_CASE("a timestamp far in the future is refused", "[contract][write]") {
    CANNOT_SHOW("mock", "the mock cluster does not look at timestamps");
    const std::string topic = fresh_topic();
    WriterUnderTest writer;
    const auto refused = writer.write({.topic = topic, .value = "v", .timestamp = backend().now() + 2h});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::permanent);
    CHECK(refused.error().code == codes::timestamp_invalid);
    CHECK(writer.write({.topic = topic, .value = "v", .timestamp = backend().now() + 30min}));
}

TEST_CASE("closing ends every record's way with one outcome and refuses more", "[contract][write]") {
    const std::string topic = fresh_topic(3);
    CollectingSink sink;
    std::uint64_t accepted = 0;
    {
        const auto writer = backend().make_broker().port().writer({.linger = 100ms}, sink).value();
        for (; accepted < 500; ++accepted) writer->write(text(topic, "v", std::nullopt), accepted).value();
        writer->close(bound());
        writer->close(bound());
        const auto late = writer->write(text(topic, "late"), 1'000);
        REQUIRE_FALSE(late);
        CHECK(late.error().kind == ErrorKind::closed);
        CHECK(late.error().code == codes::writer_closed);
        CHECK(writer->pending() == 0);
    }
    const auto seen = sink.seen();
    CHECK(seen.size() == accepted);
    for (const auto& [tag, outcome] : seen) {
        CHECK(outcome.times == 1);
        CHECK_FALSE(outcome.error);
    }
}

TEST_CASE("destroying a writer with work in flight still gives every record one outcome", "[contract][write]") {
    const std::string topic = fresh_topic();
    CollectingSink sink;
    backend().make_broker().port().writer({.linger = 500ms}, sink).value()->write(text(topic, "v"), 7).value();
    REQUIRE(sink.seen().size() == 1);
    const auto outcome = sink.of(7);
    CHECK(outcome.times == 1);
    if (outcome.error) {
        const bool honest =
            outcome.error->kind == ErrorKind::indeterminate || outcome.error->kind == ErrorKind::retriable;
        CHECK(honest);
    }
}

TEST_CASE("options out of range are refused by name", "[contract][write]") {
    CollectingSink sink;
    const auto broker = backend().make_broker();
    const auto refused = [&](const WriterOptions& options, std::string_view member) {
        const auto writer = broker.port().writer(options, sink);
        REQUIRE_FALSE(writer);
        CHECK(writer.error().kind == ErrorKind::invalid_argument);
        CHECK(writer.error().message.find(member) != std::string::npos);
    };
    refused({.linger = -1ms}, "linger");
    refused({.delivery_timeout = 0ms}, "delivery_timeout");
    refused({.queue_records = 0}, "queue_records");
    refused({.queue_bytes = 0}, "queue_bytes");
}

TEST_CASE("the broker answers a probe and says what it is", "[contract][write]") {
    const auto broker = backend().make_broker();
    CHECK(broker.port().probe(bound()));
    CHECK_FALSE(broker.port().describe().empty());
}
