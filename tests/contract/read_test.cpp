#include "contract/support.hpp"

using namespace contract;

CONTRACT_CASES(read_test)

namespace {

std::string topic_with(int count, std::int32_t partitions = 1) {
    const std::string topic = fresh_topic(partitions);
    std::vector<Record> records;
    for (int i = 0; i < count; ++i) records.push_back(text(topic, std::to_string(i), i % partitions));
    WriterUnderTest{}.write_all(records);
    return topic;
}

std::unique_ptr<Reader> reader_at(const std::string& topic, std::int64_t offset) {
    auto reader = make_reader({});
    const std::vector<PartitionOffset> positions{{topic, 0, offset}};
    reader->assign(positions).value();
    return reader;
}

}  // namespace

CONTRACT_CASE("an assigned reader starts at the offset that it was given", "[broker][read]") {
    const std::string topic = topic_with(5);
    CHECK(values(read(*reader_at(topic, 3), 2)) == std::vector<std::string>{"3", "4"});
    CHECK(values(read(*reader_at(topic, -1), 5)).front() == "0");
}

CONTRACT_CASE("an assigned reader may start at the end", "[broker][read]") {
    const std::string topic = topic_with(3);
    const auto reader = reader_at(topic, -2);
    CHECK(read_quietly(*reader).empty());
    WriterUnderTest{}.write(text(topic, "new")).value();
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"new"});
}

CONTRACT_CASE("assigning anew replaces the assignment and raises its epoch", "[broker][read]") {
    const std::string first = topic_with(2);
    const std::string second = topic_with(2);
    const auto reader = reader_at(first, -1);
    const auto before = read(*reader, 2);
    REQUIRE(before.size() == 2);
    const std::vector<PartitionOffset> positions{{second, 0, 1}};
    reader->assign(positions).value();
    CHECK(reader->assignment() == std::vector<TopicPartition>{{second, 0}});
    const auto after = read(*reader, 1);
    REQUIRE(after.size() == 1);
    CHECK(after[0].topic == second);
    CHECK(after[0].record.value == "1");
    CHECK(after[0].assignment > before[0].assignment);
}

CONTRACT_CASE("a poll gives at most the records asked for and appends them", "[broker][read]") {
    const std::string topic = topic_with(10);
    const auto reader = reader_at(topic, -1);
    std::vector<ReceivedRecord> records;
    REQUIRE(eventually([&] { return reader->poll(records, 3, backend().step()).value() > 0; }));
    CHECK(records.size() <= 3);
    while (records.size() < 10) {
        const std::size_t before = records.size();
        const std::size_t count = reader->poll(records, 4, backend().step()).value();
        CHECK(count <= 4);
        CHECK(records.size() == before + count);
    }
    for (std::size_t i = 0; i < 10; ++i) CHECK(records[i].offset == static_cast<std::int64_t>(i));
}

CONTRACT_CASE("a poll without a wait comes back at once from an empty topic", "[broker][read]") {
    const auto reader = read_from_start(fresh_topic());
    std::vector<ReceivedRecord> records;
    const auto start = std::chrono::steady_clock::now();
    CHECK(reader->poll(records, 10, 0ms).value() == 0);
    CHECK(std::chrono::steady_clock::now() - start < 1s);
}

CONTRACT_CASE("a received record outlives its reader", "[broker][read]") {
    const std::string topic = topic_with(1);
    std::vector<ReceivedRecord> records;
    {
        const auto reader = reader_at(topic, -1);
        REQUIRE(eventually([&] { return reader->poll(records, 1, backend().step()).value() == 1; }));
    }
    CHECK(records[0].topic == topic);
    CHECK(records[0].value == "0");
}

CONTRACT_CASE("headers that were forgotten can be looked at again", "[broker][read]") {
    const std::string topic = fresh_topic();
    Record written = text(topic, "v", 0);
    written.headers = {{"a", "1"}, {"b", std::nullopt}};
    WriterUnderTest{}.write(written).value();
    const auto reader = reader_at(topic, -1);
    std::vector<ReceivedRecord> records;
    REQUIRE(eventually([&] { return reader->poll(records, 1, backend().step()).value() == 1; }));
    for (int time = 0; time < 2; ++time) {
        CHECK(records[0].to_record().headers == written.headers);
        records[0].forget_headers();
    }
    CHECK(records[0].value == "v");
}

CONTRACT_CASE("every partition has its turn, in its own order", "[broker][read]") {
    const std::string topic = topic_with(90, 3);
    const auto reader = read_from_start(topic, 3);
    std::map<std::int32_t, std::int64_t> next;
    for (const Seen& seen : read(*reader, 90)) CHECK(seen.offset == next[seen.partition]++);
    CHECK(next == std::map<std::int32_t, std::int64_t>{{0, 30}, {1, 30}, {2, 30}});
}

CONTRACT_CASE("the position is the next offset to be handed out", "[broker][read]") {
    const std::string topic = topic_with(5);
    const auto reader = reader_at(topic, 1);
    REQUIRE(read(*reader, 2).size() == 2);
    CHECK(reader->position({topic, 0}) == 3);
    CHECK(reader->position({fresh_name("other"), 0}) == -1);
}

CONTRACT_CASE("seeking continues at the offset, back and forth, and drops what was buffered", "[broker][read]") {
    const std::string topic = topic_with(100);
    const auto reader = reader_at(topic, -1);
    REQUIRE(read(*reader, 10).size() == 10);
    reader->seek({topic, 0}, 3).value();
    CHECK(reader->position({topic, 0}) == 3);
    CHECK(offsets(read(*reader, 2)) == std::vector<std::int64_t>{3, 4});
    reader->seek({topic, 0}, 98).value();
    CHECK(offsets(read(*reader, 2)) == std::vector<std::int64_t>{98, 99});
    reader->seek({topic, 0}, 0).value();
    CHECK(offsets(read(*reader, 1)) == std::vector<std::int64_t>{0});
}

CONTRACT_CASE("seeking a partition that is not assigned is misuse", "[broker][read]") {
    const std::string topic = topic_with(1);
    const auto reader = reader_at(topic, -1);
    const auto sought = reader->seek({topic, 7}, 0);
    REQUIRE_FALSE(sought);
    CHECK(sought.error().kind == ErrorKind::invalid_argument);
    CHECK(sought.error().code == codes::not_assigned);
}

CONTRACT_CASE("a paused partition is silent until it is resumed, and loses nothing", "[broker][read]") {
    const std::string topic = topic_with(40, 2);
    const auto reader = read_from_start(topic, 2);
    const std::vector<TopicPartition> second{{topic, 1}};
    reader->pause(second);
    for (const Seen& seen : read(*reader, 20)) CHECK(seen.partition == 0);
    CHECK(read_quietly(*reader).empty());
    reader->resume(second);
    const auto rest = read(*reader, 20);
    REQUIRE(rest.size() == 20);
    for (std::size_t i = 0; i < rest.size(); ++i) {
        CHECK(rest[i].partition == 1);
        CHECK(rest[i].offset == static_cast<std::int64_t>(i));
    }
}

CONTRACT_CASE("pausing in mid-stream and resuming hands out every record once", "[broker][read]") {
    const std::string topic = topic_with(200);
    const auto reader = reader_at(topic, -1);
    const std::vector<TopicPartition> partition{{topic, 0}};
    std::vector<Seen> seen;
    for (int i = 0; i < 20; ++i) {
        for (Seen& record : read(*reader, 10)) seen.push_back(std::move(record));
        reader->pause(partition);
        std::vector<ReceivedRecord> none;
        CHECK(reader->poll(none, 10, 0ms).value() == 0);
        reader->resume(partition);
    }
    REQUIRE(seen.size() == 200);
    for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i].offset == static_cast<std::int64_t>(i));
}

CONTRACT_CASE("an offset out of range is a typed stop, and seeking goes on", "[broker][read]") {
    const std::string topic = topic_with(3);
    const auto reader = reader_at(topic, 50);
    const auto error = poll_error(*reader);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::permanent);
    CHECK(error->code == codes::offset_out_of_range);
    CHECK(error->message.find(topic) != std::string::npos);
    CHECK(error->message.find("50") != std::string::npos);
    reader->seek({topic, 0}, 1).value();
    CHECK(values(read(*reader, 2)) == std::vector<std::string>{"1", "2"});
}

CONTRACT_CASE("an offset that was deleted is out of range", "[broker][read]") {
    const std::string topic = topic_with(5);
    admin()->delete_records_before({topic, 0}, 3, bound()).value();
    const auto reader = reader_at(topic, 1);
    const auto error = poll_error(*reader);
    REQUIRE(error);
    CHECK(error->code == codes::offset_out_of_range);
    CHECK(values(read(*reader_at(topic, -1), 2)) == std::vector<std::string>{"3", "4"});
}

CONTRACT_CASE("the end of the log is in range", "[broker][read]") {
    const std::string topic = topic_with(2);
    const auto reader = reader_at(topic, 2);
    CHECK(read_quietly(*reader).empty());
    WriterUnderTest{}.write(text(topic, "next")).value();
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"next"});
}

CONTRACT_CASE("an unknown topic is reported to a reader that is given it", "[broker][read]") {
    const auto reader = make_reader({});
    const std::vector<PartitionOffset> positions{{fresh_name("unknown"), 0, 0}};
    const auto assigned = reader->assign(positions);
    const auto error = assigned ? poll_error(*reader) : assigned.error();
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::invalid_argument);
    CHECK(error->code == codes::reader_topic_unknown);
}

CONTRACT_CASE("an unknown topic is reported to a reader that subscribes to it", "[broker][read]") {
    const std::string topic = fresh_name("unknown");
    const auto reader = make_reader({.group = fresh_name("group"), .topics = {topic}});
    const auto error = poll_error(*reader);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::invalid_argument);
    CHECK(error->code == codes::reader_topic_unknown);
    CHECK(error->message.find(topic) != std::string::npos);
}

CONTRACT_CASE("a reader with topics refuses to be assigned", "[broker][read]") {
    const std::string topic = topic_with(1);
    const auto reader = make_reader({.group = fresh_name("group"), .topics = {topic}});
    const std::vector<PartitionOffset> positions{{topic, 0, 0}};
    const auto assigned = reader->assign(positions);
    REQUIRE_FALSE(assigned);
    CHECK(assigned.error().kind == ErrorKind::invalid_argument);
    CHECK(assigned.error().code == codes::subscribed);
}

CONTRACT_CASE("a reader without a group has nothing to commit to", "[broker][read]") {
    const std::string topic = topic_with(1);
    const auto reader = reader_at(topic, 0);
    const std::vector<PartitionOffset> positions{{topic, 0, 1}};
    const auto committed = reader->commit(positions, bound());
    REQUIRE_FALSE(committed);
    CHECK(committed.error().kind == ErrorKind::invalid_argument);
    CHECK(committed.error().code == codes::no_group);
    const std::vector<TopicPartition> partitions{{topic, 0}};
    CHECK_FALSE(reader->committed(partitions, bound()));
    CHECK_FALSE(reader->group_metadata());
}

CONTRACT_CASE("a closed reader refuses work and closes again in peace", "[broker][read]") {
    const std::string topic = topic_with(1);
    const auto reader = make_reader({.group = fresh_name("group"), .topics = {topic}});
    REQUIRE(read(*reader, 1).size() == 1);
    reader->close(bound());
    reader->close(bound());
    std::vector<ReceivedRecord> records;
    const auto polled = reader->poll(records, 1, 0ms);
    REQUIRE_FALSE(polled);
    CHECK(polled.error().kind == ErrorKind::closed);
    CHECK(polled.error().code == codes::reader_closed);
    const std::vector<PartitionOffset> positions{{topic, 0, 1}};
    const auto committed = reader->commit(positions, bound());
    REQUIRE_FALSE(committed);
    CHECK(committed.error().kind == ErrorKind::closed);
}

CONTRACT_CASE("options of a reader out of range are refused by name", "[broker][read]") {
    const auto broker = backend().make_broker();
    const auto refused = [&](const ReaderOptions& options, std::string_view member) {
        const auto reader = broker.port().reader(options, nullptr);
        REQUIRE_FALSE(reader);
        CHECK(reader.error().kind == ErrorKind::invalid_argument);
        CHECK(reader.error().message.find(member) != std::string::npos);
    };
    refused({.topics = {"t"}}, "group");
    refused({.instance_id = "a"}, "group");
    refused({.group = "g", .topics = {""}}, "topics");
    refused({.group = "g", .topics = {"^[a"}}, "topics");
    refused({.group = "g", .topics = {"t"}, .session_timeout = 1s}, "session_timeout");
    refused({.group = "g", .topics = {"t"}, .max_poll_interval = 0s}, "max_poll_interval");
    refused({.prefetch_records = 0}, "prefetch_records");
    refused({.group = "g", .topics = {"t"}, .looks_up = true}, "looks_up");
    refused({.prefetch_bytes = 1}, "prefetch_bytes");
}
