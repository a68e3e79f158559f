#include <eventsdk/testing/collecting_logger.hpp>

#include "support.hpp"

#include <algorithm>

using namespace fault;

namespace {

/// A writer whose client fails for good at the next request: the broker says that a sequence number is out of order.
/// One request at a time is under way, so that the rest of the records is still in the queue.
struct Failing {
    enum At : std::uint8_t { next_request, sound };
    explicit Failing(WriterOptions options = {.linger = 0ms}, At at = next_request) {
        cluster.create_topic("orders");
        kafka::Options kafka;
        kafka.bootstrap_servers = cluster.bootstrap();
        if (at == next_request) {
            kafka.properties["max.in.flight.requests.per.connection"] = "1";
            kafka.properties["batch.num.messages"] = "50";
        }
        writer = kafka::connect(kafka, {.logger = logger}).value().port().writer(options, outcomes).value();
        REQUIRE(writer->write(record("first", 0), 0));
        REQUIRE(writer->flush(10s));
        if (at == next_request) fail_next();
    }
    void fail_next() { cluster.fail_next(produce_api, {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER}); }
    /// The next requests to write are carried out at once and answered after a minute.
    void answer_late(std::size_t requests) {
        for (; requests > 0; --requests)
            rd_kafka_mock_broker_push_request_error_rtts(cluster.native(), 1, produce_api, 1,
                                                         RD_KAFKA_RESP_ERR_NO_ERROR, 60'000);
    }
    /// Waits until so many of them have not come yet.
    bool late_left(std::size_t wanted) const {
        const Stopwatch watch;
        std::size_t left = wanted + 1;
        while (left != wanted && watch.elapsed() < 20s) {
            rd_kafka_mock_broker_error_stack_cnt(cluster.native(), 1, produce_api, &left);
            std::this_thread::sleep_for(1ms);
        }
        return left == wanted;
    }

    static Record record(const std::string& key, int number) {
        return {.topic = "orders", .key = key, .value = key + std::to_string(number), .headers = {{"h", "v"}}};
    }
    static Record numbered(std::uint64_t tag) { return record(tag % 2 == 0 ? "even" : "odd", static_cast<int>(tag)); }

    void write(std::uint64_t from, std::uint64_t to) {
        for (std::uint64_t tag = from; tag <= to; ++tag) REQUIRE(writer->write(numbered(tag), tag));
    }
    std::vector<std::uint64_t> ended(ErrorKind kind) const {
        std::vector<std::uint64_t> tags;
        for (const auto& [tag, end] : outcomes.seen())
            if (end.error && end.error->kind == kind) tags.push_back(tag);
        return tags;
    }
    /// Lines of warnings about replaced clients.
    std::size_t told() const {
        const auto lines = logger->lines();
        return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [](const auto& line) {
            return line.level >= LogLevel::warning && line.message.find("a new one takes") != std::string::npos;
        }));
    }
    /// Waits until some record ended so.
    std::vector<std::uint64_t> wait_for(ErrorKind kind) const {
        const Stopwatch watch;
        while (ended(kind).empty() && watch.elapsed() < 20s) std::this_thread::sleep_for(5ms);
        return ended(kind);
    }
    /// The values in the log, by key.
    std::map<std::string, std::vector<std::string>> log(std::size_t records) {
        const auto reader = connect(cluster).port().reader({}, nullptr).value();
        const std::vector<PartitionOffset> start{{"orders", 0, 0, ""}};
        REQUIRE(reader->assign(start));
        std::vector<ReceivedRecord> read;
        const Stopwatch watch;
        while (read.size() < records && watch.elapsed() < 20s) REQUIRE(reader->poll(read, 10'000, 200ms));
        REQUIRE(reader->poll(read, 10'000, 300ms));  // nothing follows
        std::map<std::string, std::vector<std::string>> values;
        for (const ReceivedRecord& each : read) values[std::string{*each.key}].emplace_back(*each.value);
        return values;
    }

    test::MockCluster cluster;
    Outcomes outcomes;
    std::shared_ptr<testing::CollectingLogger> logger = std::make_shared<testing::CollectingLogger>();
    std::unique_ptr<Writer> writer;
};

std::vector<std::string> values(const std::string& key, std::uint64_t to) {
    std::vector<std::string> made;
    for (std::uint64_t tag = key == "odd" ? 1 : 2; tag <= to; tag += 2) made.push_back(key + std::to_string(tag));
    return made;
}

}  // namespace

TEST_CASE("a client that failed for good is replaced: each record once and in order of its key, told once in the log",
          "[kafka][fault]") {
    // Requests of exactly 50 records: the mock cluster, which minds no sequence numbers, would store a second request that
    // was on its way when the first, of few records, failed.
    Failing failing{{.linger = 10s}};
    failing.write(1, 400);
    const auto unsure = failing.wait_for(ErrorKind::indeterminate);
    REQUIRE_FALSE(unsure.empty());
    CHECK(unsure.size() < 400);
    // Their publisher answers for them: the same bytes again.
    for (const std::uint64_t tag : unsure) REQUIRE(failing.writer->write(Failing::numbered(tag), 1'000 + tag));
    REQUIRE(failing.writer->flush(60s));
    CHECK(failing.writer->pending() == 0);
    for (const auto& [tag, end] : failing.outcomes.seen()) {
        CAPTURE(tag);
        CHECK(end.times == 1);
        const bool lost = std::find(unsure.begin(), unsure.end(), tag) != unsure.end();
        CHECK(end.error.has_value() == lost);
    }
    CHECK(failing.outcomes.seen().size() == 401 + unsure.size());
    auto log = failing.log(401);
    CHECK(log["odd"] == values("odd", 400));
    CHECK(log["even"] == values("even", 400));
    CHECK(failing.told() == 1);
}

TEST_CASE("records of other keys do not wait for one that may be stored", "[kafka][fault]") {
    Failing failing;
    REQUIRE(failing.writer->write(Failing::record("a", 1), 1));
    REQUIRE(failing.wait_for(ErrorKind::indeterminate) == std::vector<std::uint64_t>{1});
    REQUIRE(failing.writer->write(Failing::record("a", 2), 2));
    REQUIRE(failing.writer->write(Failing::record("b", 1), 3));
    CHECK_FALSE(failing.writer->flush(300ms));
    CHECK(failing.outcomes.seen().at(3).times == 1);
    CHECK(failing.outcomes.seen().count(2) == 0);
    CHECK(failing.writer->pending() == 1);
    REQUIRE(failing.writer->write(Failing::record("a", 1), 4));
    REQUIRE(failing.writer->flush(10s));
    CHECK(failing.log(4)["a"] == std::vector<std::string>{"a1", "a2"});
}

TEST_CASE("what waits behind a record that nobody answers for ends as not stored, in its time", "[kafka][fault]") {
    Failing failing{{.linger = 0ms, .delivery_timeout = 1s}};
    REQUIRE(failing.writer->write(Failing::record("a", 1), 1));
    REQUIRE_FALSE(failing.wait_for(ErrorKind::indeterminate).empty());
    REQUIRE(failing.writer->write(Failing::record("a", 2), 2));
    REQUIRE(failing.writer->flush(10s));
    REQUIRE(failing.outcomes.seen().at(2).error);
    CHECK(failing.outcomes.seen().at(2).error->code == codes::not_stored);
    CHECK(failing.outcomes.seen().at(2).error->kind == ErrorKind::retriable);
    REQUIRE(failing.writer->write(Failing::record("a", 3), 3));
    REQUIRE(failing.writer->flush(10s));
    CHECK(failing.log(2)["a"] == std::vector<std::string>{"a3"});
}

TEST_CASE("records that may be stored when their time is over are neither doubled nor overtaken", "[kafka][fault]") {
    Failing failing{{.linger = 0ms, .delivery_timeout = 5s}, Failing::sound};
    failing.answer_late(2);
    REQUIRE(failing.writer->write(Failing::record("a", 1), 1));
    REQUIRE(failing.late_left(1));
    std::this_thread::sleep_for(500ms);  // the time of what follows is over later
    REQUIRE(failing.writer->write(Failing::record("a", 2), 2));
    REQUIRE(failing.writer->write(Failing::record("c", 1), 3));
    REQUIRE(failing.late_left(0));
    REQUIRE_FALSE(failing.wait_for(ErrorKind::indeterminate).empty());
    REQUIRE(failing.writer->write(Failing::record("a", 3), 4));
    REQUIRE(failing.writer->write(Failing::record("d", 1), 5));
    const Stopwatch watch;
    while (failing.outcomes.seen().count(5) == 0 && watch.elapsed() < 60s) std::this_thread::sleep_for(5ms);
    const auto unsure = failing.ended(ErrorKind::indeterminate);
    REQUIRE(unsure.front() == 1);
    auto before = failing.log(5);
    CHECK(before["a"].front() == "a1");
    CHECK(std::count(before["a"].begin(), before["a"].end(), "a2") <= 1);
    CHECK(std::count(before["a"].begin(), before["a"].end(), "a3") == 0);
    CHECK(before["c"].size() <= 1);
    CHECK(before["d"] == std::vector<std::string>{"d1"});
    for (const std::uint64_t tag : unsure)
        REQUIRE(failing.writer->write(tag == 3 ? Failing::record("c", 1) : Failing::record("a", static_cast<int>(tag)),
                                      100 + tag));
    REQUIRE(failing.writer->flush(60s));
    for (const auto& [tag, end] : failing.outcomes.seen()) {
        CAPTURE(tag);
        CHECK(end.times == 1);
        CHECK(end.error.has_value() == (std::find(unsure.begin(), unsure.end(), tag) != unsure.end()));
    }
    auto log = failing.log(6 + unsure.size());
    CHECK(log["a"].back() == "a3");
    CHECK(failing.told() == 1);
}

TEST_CASE("closing while records are held gives each its one outcome", "[kafka][fault]") {
    Failing failing;
    failing.write(1, 100);
    REQUIRE_FALSE(failing.wait_for(ErrorKind::indeterminate).empty());
    failing.writer->close(100ms);
    const auto seen = failing.outcomes.seen();
    CHECK(seen.size() == 101);
    for (const auto& [tag, end] : seen) CHECK(end.times == 1);
    CHECK(failing.writer->write(Failing::record("a", 1), 200).error().kind == ErrorKind::closed);
}

TEST_CASE("a writer whose clients keep failing ends as fatal", "[kafka][fault]") {
    Failing failing;
    Result<void> written;
    std::uint64_t tag = 1;
    for (; tag < 20 && written; ++tag) {
        const std::size_t before = failing.ended(ErrorKind::indeterminate).size();
        written = failing.writer->write(Failing::record("k" + std::to_string(tag), 1), tag);
        const Stopwatch watch;
        while (written && failing.ended(ErrorKind::indeterminate).size() == before && watch.elapsed() < 20s)
            std::this_thread::sleep_for(1ms);
        failing.fail_next();
    }
    REQUIRE_FALSE(written);
    CHECK(written.error().kind == ErrorKind::fatal);
    CHECK(failing.told() == 5);
}
