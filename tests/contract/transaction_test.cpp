#include "contract/support.hpp"

#include <random>

using namespace contract;

CONTRACT_CASES(transaction_test)

namespace {

std::vector<std::string> visible(const std::string& topic, std::size_t count,
                                 Isolation isolation = Isolation::read_committed) {
    const auto reader = read_from_start(topic, 1, isolation);
    auto seen = read(*reader, count);
    for (Seen& more : read_quietly(*reader)) seen.push_back(std::move(more));
    return values(seen);
}

/// A member that has read a record of `topic` and is about to process it.
struct Input {
    explicit Input(RebalanceListener* listener = nullptr)
        : reader{make_reader({.group = group, .topics = {topic}}, listener)} {
        WriterUnderTest{}.write_all({text(topic, "in-0"), text(topic, "in-1")});
        REQUIRE(read(*reader, 2).size() == 2);
    }
    Result<void> add_to(TransactionUnderTest& transaction, std::int64_t offset) {
        const std::vector<PartitionOffset> offsets{{topic, 0, offset, "m"}};
        return transaction.writer->add_offsets(reader->group_metadata().value(), offsets, bound());
    }
    std::int64_t committed() {
        const std::vector<TopicPartition> partitions{{topic, 0}};
        return reader->committed(partitions, bound()).value().at(0).offset;
    }

    std::string topic = fresh_topic();
    std::string group = fresh_name("group");
    std::unique_ptr<Reader> reader;
};

}  // namespace

CONTRACT_CASE("the records of a committed transaction become visible together", "[broker][transaction]") {
    const std::string topic = fresh_topic();
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    transaction.write(text(topic, "a"));
    transaction.write(text(topic, "b"));
    transaction.writer->commit(bound()).value();
    CHECK(visible(topic, 2) == std::vector<std::string>{"a", "b"});
    for (std::uint64_t tag : {1U, 2U}) {
        CHECK(transaction.sink.of(tag).times == 1);
        CHECK(transaction.sink.of(tag).offset == static_cast<std::int64_t>(tag) - 1);
    }
}

CONTRACT_CASE("aborted records are hidden from committed readers and shown to the others", "[broker][transaction]") {
    const std::string topic = fresh_topic();
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    transaction.write(text(topic, "aborted"));
    REQUIRE(transaction.sink.wait_for(1));
    transaction.writer->abort(bound()).value();
    transaction.writer->begin().value();
    transaction.write(text(topic, "committed"));
    transaction.writer->commit(bound()).value();
    CHECK(visible(topic, 1) == std::vector<std::string>{"committed"});
    CHECK(visible(topic, 2, Isolation::read_uncommitted) == std::vector<std::string>{"aborted", "committed"});
}

CONTRACT_CASE("a reader of given partitions comes to the end of the log behind aborted records",
              "[broker][transaction]") {
    const std::string topic = fresh_topic();
    WriterUnderTest{}.write_all({text(topic, "before")});
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    transaction.write(text(topic, "aborted"));
    REQUIRE(transaction.sink.wait_for(1));
    transaction.writer->abort(bound()).value();
    const auto reader = read_from_start(topic);
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"before"});
    const std::int64_t end = watermarks(topic).last_stable;
    CHECK(end == 3);
    CHECK(poll_until({reader.get()}, [&] { return reader->position({topic, 0}) == end; }));
}

CONTRACT_CASE("the control record of each transaction occupies an offset", "[broker][transaction]") {
    const std::string topic = fresh_topic();
    TransactionUnderTest transaction;
    for (const bool commit : {true, false, true}) {
        transaction.writer->begin().value();
        transaction.write(text(topic, commit ? "committed" : "aborted"));
        transaction.write(text(topic, commit ? "committed" : "aborted"));
        REQUIRE(transaction.sink.wait_for(transaction.next_tag - 1));
        (commit ? transaction.writer->commit(bound()) : transaction.writer->abort(bound())).value();
    }
    REQUIRE(high_watermark_reaches(topic, 9));
    WriterUnderTest{}.write(text(topic, "plain")).value();
    CHECK(offsets(read(*read_from_start(topic), 5)) == std::vector<std::int64_t>{0, 1, 6, 7, 9});
    CHECK(offsets(read(*read_from_start(topic, 1, Isolation::read_uncommitted), 7)) ==
          std::vector<std::int64_t>{0, 1, 3, 4, 6, 7, 9});
    CHECK(watermarks(topic).high == 10);
    CHECK(watermarks(topic).last_stable == 10);
}

CONTRACT_CASE("a reader's position passes the control records at the end of the log", "[broker][transaction]") {
    const std::string topic = fresh_topic();
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    transaction.write(text(topic, "committed"));
    transaction.writer->commit(bound()).value();
    transaction.writer->begin().value();
    transaction.write(text(topic, "aborted"));
    REQUIRE(transaction.sink.wait_for(2));
    transaction.writer->abort(bound()).value();
    REQUIRE(high_watermark_reaches(topic, 4));
    const auto reader = read_from_start(topic);
    std::vector<ReceivedRecord> seen;
    for (int turn = 0; turn < 100 && reader->position({topic, 0}) < 4; ++turn)
        REQUIRE(reader->poll(seen, 10, Duration{100}));
    CHECK(seen.size() == 1);
    CHECK(reader->position({topic, 0}) == 4);
}

CONTRACT_CASE("an open transaction holds committed readers at the last stable offset", "[broker][transaction]") {
    const std::string topic = fresh_topic();
    WriterUnderTest writer;
    writer.write(text(topic, "before")).value();
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    transaction.write(text(topic, "open"));
    REQUIRE(transaction.sink.wait_for(1));
    writer.write(text(topic, "after")).value();
    CHECK(watermarks(topic).last_stable == 1);
    CHECK(watermarks(topic).high == 3);
    const auto reader = read_from_start(topic);
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"before"});
    CHECK(read_quietly(*reader).empty());
    CHECK(visible(topic, 3, Isolation::read_uncommitted) == std::vector<std::string>{"before", "open", "after"});
    transaction.writer->commit(bound()).value();
    CHECK(values(read(*reader, 2)) == std::vector<std::string>{"open", "after"});
    CHECK(watermarks(topic).last_stable == 4);
}

CONTRACT_CASE("transactions that overlap are told apart", "[broker][transaction]") {
    const std::string topic = fresh_topic();
    TransactionUnderTest first;
    TransactionUnderTest second;
    first.writer->begin().value();
    second.writer->begin().value();
    first.write(text(topic, "first-1"));
    REQUIRE(first.sink.wait_for(1));
    second.write(text(topic, "second-1"));
    REQUIRE(second.sink.wait_for(1));
    first.write(text(topic, "first-2"));
    REQUIRE(first.sink.wait_for(2));
    first.writer->commit(bound()).value();
    CHECK(eventually([&] { return watermarks(topic).last_stable == 1; }));
    CHECK(visible(topic, 1) == std::vector<std::string>{"first-1"});
    second.writer->abort(bound()).value();
    CHECK(visible(topic, 2) == std::vector<std::string>{"first-1", "first-2"});
}

CONTRACT_CASE("a transaction over several partitions ends in each of them", "[broker][transaction]") {
    const std::string topic = fresh_topic(3);
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    transaction.write(text(topic, "a", 0));
    transaction.write(text(topic, "b", 2));
    transaction.writer->commit(bound()).value();
    CHECK(eventually([&] { return watermarks(topic, 0).last_stable == 2; }));
    CHECK(watermarks(topic, 1).high == 0);
    CHECK(eventually([&] { return watermarks(topic, 2).last_stable == 2; }));
}

CONTRACT_CASE("a transaction without records leaves no trace", "[broker][transaction]") {
    const std::string topic = fresh_topic();
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    transaction.writer->commit(bound()).value();
    transaction.writer->begin().value();
    transaction.writer->abort(bound()).value();
    CHECK(watermarks(topic).high == 0);
}

CONTRACT_CASE("calls in the wrong state are misuse and change nothing", "[broker][transaction]") {
    const std::string topic = fresh_topic();
    TransactionUnderTest transaction;
    const auto misuse = [](const Result<void>& result, std::string_view code) {
        REQUIRE_FALSE(result);
        CHECK(result.error().kind == ErrorKind::invalid_argument);
        CHECK(result.error().code == code);
    };
    misuse(transaction.writer->write(text(topic, "v"), 99), codes::transaction_not_open);
    misuse(transaction.writer->commit(bound()), codes::transaction_not_open);
    misuse(transaction.writer->abort(bound()), codes::transaction_not_open);
    transaction.writer->begin().value();
    misuse(transaction.writer->begin(), codes::transaction_open);
    transaction.write(text(topic, "v"));
    transaction.writer->commit(bound()).value();
    CHECK(visible(topic, 1) == std::vector<std::string>{"v"});
    CHECK(transaction.sink.of(99).times == 0);
}

CONTRACT_CASE("a failed write spoils the transaction, and the next one is whole", "[broker][transaction]") {
    const std::string topic = fresh_topic(TopicSpec{.max_record_bytes = 2'000});
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    transaction.write(text(topic, "good"));
    std::string noise;  // a broker measures the batch as it comes, compressed
    std::minstd_rand random{1};
    for (int i = 0; i < 6'000; ++i) noise.push_back(static_cast<char>(random() >> 8));
    (void)transaction.writer->write(text(topic, noise), 2);
    const auto committed = transaction.writer->commit(bound());
    REQUIRE_FALSE(committed);
    CHECK(committed.error().kind == ErrorKind::abortable);
    transaction.writer->abort(bound()).value();
    transaction.writer->begin().value();
    transaction.next_tag = 3;
    transaction.write(text(topic, "next"));
    transaction.writer->commit(bound()).value();
    CHECK(visible(topic, 1) == std::vector<std::string>{"next"});
}

CONTRACT_CASE("a second instance fences the first one and aborts what it left open", "[broker][transaction]") {
    const std::string topic = fresh_topic();
    const std::string id = fresh_name("transactional-id");
    TransactionUnderTest first{id};
    first.writer->begin().value();
    first.write(text(topic, "first"));
    REQUIRE(first.sink.wait_for(1));
    TransactionUnderTest second{id};
    const auto committed = first.writer->commit(bound());
    REQUIRE_FALSE(committed);
    CHECK(committed.error().kind == ErrorKind::fenced);
    CHECK(committed.error().code == codes::writer_fenced);
    const auto begun = first.writer->begin();
    REQUIRE_FALSE(begun);
    CHECK(begun.error().kind == ErrorKind::fenced);
    second.writer->begin().value();
    second.write(text(topic, "second"));
    second.writer->commit(bound()).value();
    CHECK(visible(topic, 1) == std::vector<std::string>{"second"});
}

CONTRACT_CASE("a fenced instance cannot write any more", "[broker][transaction]") {
    const std::string topic = fresh_topic();
    const std::string id = fresh_name("transactional-id");
    TransactionUnderTest first{id};
    first.writer->begin().value();
    first.write(text(topic, "first"));
    REQUIRE(first.sink.wait_for(1));
    TransactionUnderTest second{id};
    const auto written = first.writer->write(text(topic, "zombie"), 2);
    if (written) {
        REQUIRE(first.sink.wait_for(2));
        REQUIRE(first.sink.of(2).error);
        CHECK(first.sink.of(2).error->kind == ErrorKind::fenced);
    } else {
        CHECK(written.error().kind == ErrorKind::fenced);
    }
    CHECK(visible(topic, 0).empty());
}

CONTRACT_CASE("a transaction that outlives its timeout is aborted and its writer fenced",
              "[broker][transaction][slow]") {
    const std::string topic = fresh_topic();
    TransactionUnderTest transaction{fresh_name("transactional-id"), 1s};
    transaction.writer->begin().value();
    transaction.write(text(topic, "late"));
    REQUIRE(transaction.sink.wait_for(1));
    REQUIRE(eventually([&] {
        backend().pass(500ms);
        return watermarks(topic).last_stable == 2;
    }));
    const auto committed = transaction.writer->commit(bound());
    REQUIRE_FALSE(committed);
    CHECK(committed.error().kind == ErrorKind::fenced);
    CHECK(committed.error().code == codes::writer_fenced);
    CHECK(visible(topic, 0).empty());
}

CONTRACT_CASE("closing a writer aborts its open transaction", "[broker][transaction]") {
    const std::string topic = fresh_topic();
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    transaction.write(text(topic, "v"));
    REQUIRE(transaction.sink.wait_for(1));
    transaction.writer->close(bound());
    CHECK(eventually([&] { return watermarks(topic).last_stable == 2; }));
    CHECK(visible(topic, 0).empty());
    const auto begun = transaction.writer->begin();
    REQUIRE_FALSE(begun);
    CHECK(begun.error().kind == ErrorKind::closed);
    CHECK(begun.error().code == codes::writer_closed);
}

CONTRACT_CASE("offsets in a transaction move the group when it commits, not before", "[broker][transaction]") {
    Input input;
    const std::string topic = fresh_topic();
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    transaction.write(text(topic, "out"));
    input.add_to(transaction, 2).value();
    const auto offsets = admin()->group_offsets(input.group, bound());
    if (offsets) CHECK(offsets->empty());
    transaction.writer->commit(bound()).value();
    CHECK(eventually([&] { return input.committed() == 2; }));
    CHECK(visible(topic, 1) == std::vector<std::string>{"out"});
}

CONTRACT_CASE("offsets in an aborted transaction never happened", "[broker][transaction]") {
    Input input;
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    input.add_to(transaction, 2).value();
    transaction.writer->abort(bound()).value();
    CHECK(input.committed() == -1);
    transaction.writer->begin().value();
    input.add_to(transaction, 1).value();
    transaction.writer->commit(bound()).value();
    CHECK(eventually([&] { return input.committed() == 1; }));
}

CONTRACT_CASE("committed positions wait for the transaction that is about to change them", "[broker][transaction]") {
    Input input;
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    input.add_to(transaction, 2).value();
    const std::vector<TopicPartition> partitions{{input.topic, 0}};
    const auto early = input.reader->committed(partitions, backend().quiet());
    REQUIRE_FALSE(early);
    CHECK(early.error().kind == ErrorKind::retriable);
    transaction.writer->commit(bound()).value();
    CHECK(eventually([&] { return input.committed() == 2; }));
}

CONTRACT_CASE("offsets of a member that was rebalanced away abort the transaction", "[broker][transaction]") {
    Input input;
    const GroupMetadata stale = input.reader->group_metadata().value();
    input.reader->close(bound());
    const auto successor = make_reader({.group = input.group, .topics = {input.topic}});
    REQUIRE(read(*successor, 2).size() == 2);
    TransactionUnderTest transaction;
    transaction.writer->begin().value();
    const std::vector<PartitionOffset> offsets{{input.topic, 0, 2, ""}};
    const auto added = transaction.writer->add_offsets(stale, offsets, bound());
    REQUIRE_FALSE(added);
    CHECK(added.error().kind == ErrorKind::abortable);
    const auto committed = transaction.writer->commit(bound());
    REQUIRE_FALSE(committed);
    CHECK(committed.error().kind == ErrorKind::abortable);
    transaction.writer->abort(bound()).value();
    const std::vector<TopicPartition> partitions{{input.topic, 0}};
    CHECK(successor->committed(partitions, bound())->at(0).offset == -1);
}

CONTRACT_CASE("a committed reader goes past aborted records to what follows", "[broker][transaction]") {
    const std::string topic = fresh_topic();
    const auto reader = read_from_start(topic);
    TransactionUnderTest transaction;
    for (int round = 0; round < 3; ++round) {
        transaction.writer->begin().value();
        for (int i = 0; i < 20; ++i) transaction.write(text(topic, "aborted"));
        REQUIRE(transaction.sink.wait_for(transaction.next_tag - 1));
        transaction.writer->abort(bound()).value();
    }
    REQUIRE(high_watermark_reaches(topic, 63));
    WriterUnderTest{}.write(text(topic, "plain")).value();
    const auto seen = read(*reader, 1);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].record.value == "plain");
    CHECK(seen[0].offset == 63);
    CHECK(reader->position({topic, 0}) == 64);
}

CONTRACT_CASE("transactional options out of range are refused by name", "[broker][transaction]") {
    CollectingSink sink;
    const auto broker = backend().make_broker();
    const auto refused = [&](const TransactionalWriterOptions& options, std::string_view member) {
        const auto writer = broker.port().transactional_writer(options, sink);
        REQUIRE_FALSE(writer);
        CHECK(writer.error().kind == ErrorKind::invalid_argument);
        CHECK(writer.error().message.find(member) != std::string::npos);
    };
    refused({}, "transactional_id");
    refused({.transactional_id = std::string(250, 'x')}, "transactional_id");
    refused({.transactional_id = "id", .transaction_timeout = 10ms}, "transaction_timeout");
    refused({.transactional_id = "id", .init_timeout = 0ms}, "init_timeout");
}
