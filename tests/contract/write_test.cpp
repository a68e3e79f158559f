#include "contract/support.hpp"
#include "partitioner_vectors.hpp"

#include <nlohmann/json.hpp>

#include <thread>

using namespace contract;

CONTRACT_CASES(write_test)

CONTRACT_CASE("a record is read back with its key, value and timestamp", "[broker][write]") {
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

CONTRACT_CASE("headers keep their order, repetitions, and null apart from empty", "[broker][write]") {
    const std::string topic = fresh_topic();
    const std::vector<Header> headers{
        {"b", "1"}, {"a", "2"}, {"b", "3"}, {"null", std::nullopt}, {"empty", ""}, {"bytes", std::string{"\0\xff", 2}}};
    WriterUnderTest{}.write({.topic = topic, .value = "v", .headers = headers}).value();
    const auto seen = read(*read_from_start(topic), 1);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].record.headers == headers);
}

CONTRACT_CASE("headers are the same read one by one, by name and all at once", "[broker][write]") {
    const std::string topic = fresh_topic();
    const std::vector<Header> headers{{"ab", "1"}, {"a", "2"}, {"ab", "3"}, {"null", ""}, {"null", std::nullopt}};
    WriterUnderTest{}.write({.topic = topic, .value = "v", .headers = headers}).value();
    const auto reader = read_from_start(topic);
    std::vector<ReceivedRecord> records;
    REQUIRE(eventually([&] {
        static_cast<void>(reader->poll(records, 1, Duration{100}));
        return !records.empty();
    }));
    const ReceivedRecord& record = records.front();
    CHECK(record.header("ab") == "3");
    CHECK(record.header("a") == "2");
    for (const std::string_view none : {"", "b", "abc", "null", "absent"}) CHECK_FALSE(record.header(none));
    CHECK_FALSE(record.header({"a\0b", 3}));
    std::vector<HeaderView> memory;
    const auto all = record.headers(memory);
    REQUIRE(all.size() == headers.size());
    for (std::size_t index = 0; index < all.size(); ++index) {
        CHECK(all[index].name == headers[index].name);
        CHECK(all[index].value == headers[index].value);
        CHECK(all[index].value == record.header_at(index).value);
    }
}

CONTRACT_CASE("null and empty keys and values stay apart", "[broker][write]") {
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

CONTRACT_CASE("a record without timestamp gets the time of writing in milliseconds", "[broker][write]") {
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

CONTRACT_CASE("a topic may stamp records with the time of appending", "[broker][write]") {
    const std::string topic = fresh_topic(TopicSpec{.config = {{"message.timestamp.type", "LogAppendTime"}}});
    const Timestamp before = std::chrono::floor<std::chrono::milliseconds>(backend().now());
    WriterUnderTest{}.write({.topic = topic, .value = "v", .timestamp = before - 5h}).value();
    auto reader = read_from_start(topic);
    std::vector<ReceivedRecord> records;
    REQUIRE(eventually([&] { return reader->poll(records, 1, backend().step()).value() == 1; }));
    CHECK(records[0].log_append_time);
    CHECK(records[0].timestamp >= before);
}

CONTRACT_CASE("an explicit partition is obeyed", "[broker][write]") {
    const std::string topic = fresh_topic(4);
    WriterUnderTest writer;
    for (std::int32_t partition = 3; partition >= 0; --partition) {
        CHECK(writer.write({.topic = topic, .key = "same", .value = "v", .partition = partition})->partition ==
              partition);
    }
}

CONTRACT_CASE("keys go to the partitions where Java's client puts them", "[broker][write]") {
    const auto cases = nlohmann::json::parse(partitioner_vectors)["cases"];
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

CONTRACT_CASE("each topic may have its own partitioner", "[broker][write]") {
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

CONTRACT_CASE("a custom partitioner that answers out of range fails the write", "[broker][write]") {
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

CONTRACT_CASE("records of one partition are stored in the order of writing", "[broker][write]") {
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

CONTRACT_CASE("every accepted record has exactly one outcome, from many threads too", "[broker][write]") {
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

CONTRACT_CASE("a sink may write further records", "[broker][write]") {
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

CONTRACT_CASE("a write to an unknown topic fails within the deadline", "[broker][write]") {
    WriterUnderTest writer{backend().make_broker(), {.delivery_timeout = 10s}};
    const auto receipt = writer.write(text(fresh_name("unknown"), "v", std::nullopt));
    REQUIRE_FALSE(receipt);
    CHECK(receipt.error().kind == ErrorKind::invalid_argument);
    CHECK(receipt.error().code == codes::topic_unknown);
    CHECK(writer.writer->pending() == 0);
}

CONTRACT_CASE("a write to a partition that the topic does not have fails", "[broker][write]") {
    const std::string topic = fresh_topic(2);
    WriterUnderTest writer{backend().make_broker(), {.delivery_timeout = 10s}};
    for (const std::int32_t partition : {2, -7}) {
        const auto receipt = writer.write(text(topic, "v", partition));
        REQUIRE_FALSE(receipt);
        CHECK(receipt.error().kind == ErrorKind::invalid_argument);
        CHECK(receipt.error().code == codes::partition_unknown);
    }
}

CONTRACT_CASE("an impossible topic name is refused at once", "[broker][write]") {
    WriterUnderTest writer;
    for (const std::string& name : {std::string{}, std::string{"a b"}, std::string{".."}, std::string(250, 'a')}) {
        const auto written = writer.writer->write(text(name, "v"), 1);
        REQUIRE_FALSE(written);
        CHECK(written.error().kind == ErrorKind::invalid_argument);
        CHECK(written.error().code == codes::topic_invalid);
    }
    CHECK(writer.sink.seen().empty());
}

CONTRACT_CASE("a record larger than its topic takes is permanent, and the writer goes on", "[broker][write]") {
    const std::string topic = fresh_topic(TopicSpec{.max_record_bytes = 2'000});
    WriterUnderTest writer{backend().make_broker(), {.compression = Compression::none}};
    const auto refused = writer.write(text(topic, std::string(3'000, 'x')));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::permanent);
    CHECK(refused.error().code == codes::record_too_large);
    CHECK(writer.write(text(topic, std::string(1'500, 'x'))));
    CHECK(watermarks(topic).high == 1);
}

CONTRACT_CASE("a record of one megabyte passes, a much larger one is permanent", "[broker][write]") {
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

CONTRACT_CASE("a compacted topic refuses a record without key", "[broker][write]") {
    const std::string topic = fresh_topic(TopicSpec{.cleanup = CleanupPolicy::compact});
    WriterUnderTest writer;
    const auto refused = writer.write(text(topic, "v"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::permanent);
    CHECK(refused.error().code == codes::key_missing);
    CHECK(writer.write({.topic = topic, .key = "", .value = "v"}));
}

CONTRACT_CASE("a timestamp far in the future is refused", "[broker][write]") {
    const std::string topic = fresh_topic();
    WriterUnderTest writer;
    const auto refused = writer.write({.topic = topic, .value = "v", .timestamp = backend().now() + 2h});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::permanent);
    CHECK(refused.error().code == codes::timestamp_invalid);
    CHECK(writer.write({.topic = topic, .value = "v", .timestamp = backend().now() + 30min}));
}

CONTRACT_CASE("closing ends every record's way with one outcome and refuses more", "[broker][write]") {
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

CONTRACT_CASE("destroying a writer with work in flight still gives every record one outcome", "[broker][write]") {
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

CONTRACT_CASE("options out of range are refused by name", "[broker][write]") {
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

CONTRACT_CASE("the broker answers a probe and says what it is", "[broker][write]") {
    const auto broker = backend().make_broker();
    CHECK(broker.port().probe(bound()));
    CHECK_FALSE(broker.port().describe().empty());
}
