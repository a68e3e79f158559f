#include "contract/support.hpp"

using namespace contract;

CONTRACT_CASES(edge_test)

// Where the log's edges meet: transactions beside deletion, times, ends and limits.

namespace {

std::vector<PartitionOffset> at(const std::string& topic, std::int64_t offset) { return {{topic, 0, offset, ""}}; }

std::unique_ptr<Reader> assigned(const std::string& topic, std::int64_t offset,
                                 Isolation isolation = Isolation::read_committed) {
    auto reader = make_reader({.isolation = isolation});
    reader->assign(at(topic, offset)).value();
    return reader;
}

/// "before" at 0, an open transaction's "open" at 1, "after" at 2.
struct OpenTransaction {
    OpenTransaction() {
        writer.write(text(topic, "before")).value();
        transaction.writer->begin().value();
        transaction.write(text(topic, "open"));
        REQUIRE(transaction.sink.wait_for(1));
        writer.write(text(topic, "after")).value();
    }
    std::string topic = fresh_topic();
    WriterUnderTest writer{};
    TransactionUnderTest transaction{};
};

}  // namespace

CONTRACT_CASE("the end of a log with an open transaction is its last stable offset for committed readers",
              "[broker][edge]") {
    OpenTransaction log;
    const auto committed = assigned(log.topic, -2);
    const auto uncommitted = assigned(log.topic, -2, Isolation::read_uncommitted);
    CHECK(read_quietly(*committed).empty());
    CHECK(read_quietly(*uncommitted).empty());
    log.transaction.writer->commit(bound()).value();
    log.writer.write(text(log.topic, "last")).value();
    CHECK(values(read(*committed, 3)) == std::vector<std::string>{"open", "after", "last"});
    CHECK(values(read(*uncommitted, 1)) == std::vector<std::string>{"last"});
}

CONTRACT_CASE("a committed reader may start behind the last stable offset and waits there", "[broker][edge]") {
    OpenTransaction log;
    const auto reader = assigned(log.topic, 2);
    CHECK(read_quietly(*reader).empty());
    log.transaction.writer->abort(bound()).value();
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"after"});
}

CONTRACT_CASE("a group may start at the latest record of a log with an open transaction", "[broker][edge]") {
    OpenTransaction log;
    RecordingListener listener;
    const auto reader = make_reader(
        {.group = fresh_name("group"), .topics = {log.topic}, .start = {.kind = StartPosition::Kind::latest}},
        &listener);
    REQUIRE(poll_until({reader.get()}, [&] { return !listener.owned.empty(); }));
    CHECK(listener.was_assigned.at(0).offset == 1);
}

CONTRACT_CASE("a group that starts at a time behind every record starts at the end", "[broker][edge]") {
    const std::string topic = fresh_topic();
    const Timestamp now = std::chrono::floor<std::chrono::milliseconds>(backend().now());
    WriterUnderTest writer;
    writer.write({.topic = topic, .value = "old", .timestamp = now - 1h}).value();
    const auto reader = make_reader({.group = fresh_name("group"),
                                     .topics = {topic},
                                     .start = {.kind = StartPosition::Kind::time, .time = now + 1h}});
    CHECK(read_quietly(*reader).empty());
    REQUIRE(poll_until({reader.get()}, [&] { return reader->position({topic, 0}) == 1; }));
    writer.write({.topic = topic, .value = "new"}).value();
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"new"});
}

CONTRACT_CASE("the offset for a time counts hidden records and control records as any other", "[broker][edge]") {
    const std::string topic = fresh_topic();
    const Timestamp now = std::chrono::floor<std::chrono::milliseconds>(backend().now());
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    transaction.write({.topic = topic, .value = "aborted", .partition = 0, .timestamp = now - 1h});
    REQUIRE(transaction.sink.wait_for(1));
    transaction.writer->abort(bound()).value();
    REQUIRE(high_watermark_reaches(topic, 2));
    const auto offset = [&](Timestamp time) { return admin()->offset_for_time({topic, 0}, time, bound()).value(); };
    CHECK(offset(now - 2h) == 0);
    CHECK(offset(now - 30min) == 1);
    CHECK(offset(now + 30min) == 2);
}

CONTRACT_CASE("records of an open transaction can be deleted, and its end still comes", "[broker][edge]") {
    OpenTransaction log;
    admin()->delete_records_before({log.topic, 0}, 3, bound()).value();
    CHECK(watermarks(log.topic).low == 3);
    CHECK(watermarks(log.topic).high == 3);
    log.transaction.writer->commit(bound()).value();
    REQUIRE(high_watermark_reaches(log.topic, 4));
    log.writer.write(text(log.topic, "last")).value();
    CHECK(watermarks(log.topic).last_stable == 5);
    CHECK(offsets(read(*assigned(log.topic, -1), 1)) == std::vector<std::int64_t>{4});
}

CONTRACT_CASE("a group resumes at the offset of a control record", "[broker][edge]") {
    const std::string topic = fresh_topic();
    const std::string group = fresh_name("group");
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    transaction.write(text(topic, "a"));
    transaction.writer->commit(bound()).value();
    {
        const auto reader = make_reader({.group = group, .topics = {topic}});
        const auto seen = read(*reader, 1);
        REQUIRE(seen.size() == 1);
        reader->commit(at(topic, seen[0].offset + 1), bound()).value();
        reader->close(bound());
    }
    WriterUnderTest{}.write(text(topic, "b")).value();
    const auto reader = make_reader({.group = group, .topics = {topic}});
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"b"});
}

CONTRACT_CASE("a commit may go back", "[broker][edge]") {
    const std::string topic = fresh_topic();
    WriterUnderTest{}.write_all({text(topic, "a"), text(topic, "b")});
    const auto reader = make_reader({.group = fresh_name("group"), .topics = {topic}});
    REQUIRE(read(*reader, 2).size() == 2);
    reader->commit(at(topic, 2), bound()).value();
    reader->commit(at(topic, 1), bound()).value();
    const std::vector<TopicPartition> partitions{{topic, 0}};
    CHECK(reader->committed(partitions, bound())->at(0).offset == 1);
}

CONTRACT_CASE("seeking beyond the end is a typed stop too", "[broker][edge]") {
    const std::string topic = fresh_topic();
    WriterUnderTest{}.write(text(topic, "a")).value();
    const auto reader = assigned(topic, 0);
    REQUIRE(read(*reader, 1).size() == 1);
    reader->seek({topic, 0}, 99).value();
    const auto error = poll_error(*reader);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::permanent);
    CHECK(error->code == codes::offset_out_of_range);
    reader->seek({topic, 0}, 0).value();
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"a"});
}

CONTRACT_CASE("a commit for a topic that does not exist says so", "[broker][edge]") {
    const auto reader = make_reader({.group = fresh_name("group")});
    const auto committed = reader->commit(at(fresh_name("unknown"), 1), bound());
    REQUIRE_FALSE(committed);
    CHECK(committed.error().kind == ErrorKind::invalid_argument);
    CHECK(committed.error().code == codes::topic_unknown);
}

CONTRACT_CASE("the largest record is measured as Kafka stores it", "[broker][edge]") {
    const std::string topic = fresh_topic(TopicSpec{.max_record_bytes = 2'000});
    // A batch of one record without key and headers has 70 bytes around a value of this size.
    WriterUnderTest plain{backend().make_broker(), {.compression = Compression::none}};
    CHECK(plain.write(text(topic, std::string(1'930, 'x'))));
    const auto refused = plain.write(text(topic, std::string(1'931, 'x')));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == codes::record_too_large);
    // A key of 10 bytes adds 10; a header "h" of 5 bytes adds 8.
    Record record{.topic = topic, .key = "0123456789", .value = std::string(1'912, 'x'), .headers = {{"h", "12345"}}};
    CHECK(plain.write(record));
    record.value->push_back('x');
    CHECK_FALSE(plain.write(record));
}

CONTRACT_CASE("a transactional id is used again after its writer closed", "[broker][edge]") {
    const std::string topic = fresh_topic();
    const std::string id = fresh_name("transactional-id");
    for (const char* value : {"first", "second"}) {
        TransactionUnderTest transaction{id};
        transaction.writer->begin().value();
        transaction.write(text(topic, value));
        transaction.writer->commit(bound()).value();
        transaction.writer->close(bound());
    }
    CHECK(values(read(*read_from_start(topic), 2)) == std::vector<std::string>{"first", "second"});
}
