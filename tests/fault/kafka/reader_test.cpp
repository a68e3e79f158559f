#include <eventsdk/testing/collecting_metrics.hpp>

#include "support.hpp"

#include <algorithm>
#include <atomic>

using namespace fault;

namespace {

/// A mock cluster with `count` records in one partition.
struct Log {
    explicit Log(int count) {
        cluster.create_topic("orders");
        Outcomes outcomes;
        const auto writer = connect(cluster).port().writer({.linger = 0ms}, outcomes).value();
        for (int i = 0; i < count; ++i) {
            REQUIRE(writer->write({.topic = "orders", .value = std::to_string(i), .headers = {{"n", "h"}}}, 1));
        }
        REQUIRE(writer->flush(10s));
    }
    std::unique_ptr<Reader> member(Duration session = 6s) const {
        return connect(cluster)
            .port()
            .reader({.group = "g", .topics = {"orders"}, .session_timeout = session}, nullptr)
            .value();
    }

    test::MockCluster cluster;
};

std::vector<ReceivedRecord> read(Reader& reader, std::size_t count) {
    std::vector<ReceivedRecord> records;
    const Stopwatch watch;
    while (records.size() < count && watch.elapsed() < 20s) {
        REQUIRE(reader.poll(records, count - records.size(), 500ms));
    }
    REQUIRE(records.size() == count);
    return records;
}

const std::vector<PartitionOffset> third{{"orders", 0, 3, "m"}};

/// How many commits have reached the cluster since it began to write requests down.
std::size_t commits_seen(const test::MockCluster& cluster) {
    std::size_t count = 0;
    rd_kafka_mock_request_t** requests = rd_kafka_mock_get_requests(cluster.native(), &count);
    const auto commits = std::count_if(requests, requests + count, [](rd_kafka_mock_request_t* request) {
        return rd_kafka_mock_request_api_key(request) == offset_commit_api;
    });
    rd_kafka_mock_request_destroy_array(requests, count);
    return static_cast<std::size_t>(commits);
}

const std::vector<PartitionOffset> newer{{"orders", 0, 5, "newer"}};

/// A commit whose caller does not wait until it is refused, after which librdkafka sends it again.
bool give_up_a_commit(const Log& log, Reader& reader) {
    REQUIRE(reader.commit(third, 20s));
    rd_kafka_mock_start_request_tracking(log.cluster.native());
    rd_kafka_mock_broker_push_request_error_rtts(log.cluster.native(), 1, offset_commit_api, 1,
                                                 RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, 3'000);
    const std::vector<PartitionOffset> older{{"orders", 0, 4, "older"}};
    const auto given_up = reader.commit(older, 200ms);
    return !given_up && given_up.error().code == codes::timeout;
}

}  // namespace

TEST_CASE("records outlive the reader, the broker handle and each other", "[kafka][fault]") {
    const Log log{100};
    std::vector<ReceivedRecord> records;
    {
        const auto reader = log.member();
        records = read(*reader, 100);
        const Stopwatch watch;
        reader->close(2s);
        CHECK(watch.elapsed() < 4s);
    }
    for (int i = 0; i < 100; ++i) {
        const ReceivedRecord& record = records[static_cast<std::size_t>(i)];
        CHECK(record.topic == "orders");
        CHECK(record.value == std::to_string(i));
        CHECK(record.header("n") == "h");
    }
    std::thread{[&] { records.resize(1); }}.join();
    CHECK(records[0].value == "0");
}

TEST_CASE("a reader knows the bounds of what it reads without asking, the stable end too where somebody measures",
          "[kafka][fault]") {
    const Log log{10};
    const bool measured = GENERATE(false, true);
    const auto metrics = std::make_shared<testing::CollectingMetrics>();
    kafka::Options options;
    options.bootstrap_servers = log.cluster.bootstrap();
    Runtime runtime{.logger = silent_logger()};
    if (measured) runtime.metrics = metrics;
    const auto reader = kafka::connect(options, runtime).value().port().reader({}, nullptr).value();
    const std::vector<PartitionOffset> start{{"orders", 0, 0, ""}};
    REQUIRE(reader->assign(start));
    CHECK(reader->known_bounds({"orders", 7}).high == -1);
    read(*reader, 10);
    const auto known = [&] {
        const Watermarks bounds = reader->known_bounds({"orders", 0});
        return bounds.high == 10 && (!measured || bounds.last_stable == 10);
    };
    std::vector<ReceivedRecord> none;
    const Stopwatch watch;
    while (!known() && watch.elapsed() < 10s) REQUIRE(reader->poll(none, 1, 50ms));
    CHECK(known());
    CHECK((metrics->total("eventsdk_broker_round_trip_seconds") > 0) == measured);
}

TEST_CASE("a commit that is not answered ends at its deadline", "[kafka][fault]") {
    const Log log{5};
    const auto reader = log.member();
    read(*reader, 5);
    REQUIRE(reader->commit(third, 5s));
    rd_kafka_mock_broker_set_rtt(log.cluster.native(), 1, 60'000);
    const Stopwatch watch;
    const auto committed = reader->commit(third, 500ms);
    CHECK(watch.elapsed() < 10s);
    REQUIRE_FALSE(committed);
    CHECK(committed.error().kind == ErrorKind::retriable);
    CHECK(committed.error().code == codes::timeout);
    reader->close(500ms);
    CHECK(watch.elapsed() < 5s);
}

TEST_CASE("a commit that was given up and is sent again comes before a newer one", "[kafka][fault]") {
    const Log log{5};
    const bool waits = GENERATE(true, false);
    CAPTURE(waits);
    const auto reader = log.member();
    read(*reader, 5);
    REQUIRE(give_up_a_commit(log, *reader));
    if (waits) REQUIRE(reader->commit(newer, 60s));
    else reader->commit_async(newer);
    const auto position = [&] {
        return reader->committed(std::vector<TopicPartition>{{"orders", 0}}, 20s).value().at(0);
    };
    std::vector<ReceivedRecord> none;
    const Stopwatch watch;
    while ((commits_seen(log.cluster) < 3 || position().offset != 5) && watch.elapsed() < 60s) {
        REQUIRE(reader->poll(none, 1, 50ms));
    }
    CHECK(commits_seen(log.cluster) == 3);  // the older one, the same again, the newer one
    CHECK(position().offset == 5);
    CHECK(position().metadata == "newer");
}

TEST_CASE("commits of several threads are all answered while the reader polls and commits", "[kafka][fault]") {
    const Log log{5};
    const auto reader = log.member();
    read(*reader, 5);
    std::atomic<int> answered{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 3; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < 20; ++i) answered += reader->commit(third, 60s) ? 1 : 0;
        });
    }
    std::vector<ReceivedRecord> none;
    const Stopwatch watch;
    while (answered < 60 && watch.elapsed() < 60s) {
        reader->commit_async(third);
        CHECK(reader->poll(none, 1, 1ms));
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(answered == 60);
    REQUIRE(reader->commit(newer, 60s));
    CHECK(reader->committed(std::vector<TopicPartition>{{"orders", 0}}, 20s).value().at(0).offset == 5);
}

TEST_CASE("a commit behind one that is not answered says so at its deadline", "[kafka][fault]") {
    const Log log{5};
    const auto reader = log.member();
    read(*reader, 5);
    REQUIRE(give_up_a_commit(log, *reader));
    const auto late = reader->commit(newer, 10ms);
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == ErrorKind::retriable);
    CHECK(late.error().code == codes::timeout);
    CHECK(late.error().message.find("behind an earlier one") != std::string::npos);
}

TEST_CASE("a refused commit has a kind and a code", "[kafka][fault]") {
    const auto [native, kind, code] = GENERATE(table<rd_kafka_resp_err_t, ErrorKind, std::string_view>({
        {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, ErrorKind::fenced, codes::not_owner},
        {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, ErrorKind::fenced, codes::not_owner},
        {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, ErrorKind::retriable, "kafka.rebalance"},
        {RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, ErrorKind::invalid_argument, codes::metadata_too_large},
        {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, ErrorKind::permanent, codes::unauthorized},
    }));
    CAPTURE(rd_kafka_err2name(native));
    Log log{5};
    const auto reader = log.member();
    read(*reader, 5);
    log.cluster.fail_next(offset_commit_api, {native});
    const auto committed = reader->commit(third, 10s);
    REQUIRE_FALSE(committed);
    CHECK(committed.error().kind == kind);
    CHECK(committed.error().code == code);
    CHECK(committed.error().native_code == native);
}

TEST_CASE("a reader says that no broker answers, and reads on when one does", "[kafka][fault]") {
    const Log log{10};
    const auto reader = connect(log.cluster).port().reader({}, nullptr).value();
    const std::vector<PartitionOffset> start{{"orders", 0, 0, ""}};
    REQUIRE(reader->assign(start));
    read(*reader, 10);
    rd_kafka_mock_broker_set_down(log.cluster.native(), 1);
    std::vector<ReceivedRecord> records;
    const Stopwatch watch;
    Result<std::size_t> polled = std::size_t{0};
    while (polled && watch.elapsed() < 10s) polled = reader->poll(records, 10, 500ms);
    REQUIRE_FALSE(polled);
    CHECK(polled.error().kind == ErrorKind::unavailable);
    rd_kafka_mock_broker_set_up(log.cluster.native(), 1);
    Outcomes outcomes;
    const auto writer = connect(log.cluster).port().writer({.linger = 0ms}, outcomes).value();
    REQUIRE(writer->write({.topic = "orders", .value = "after"}, 1));
    REQUIRE(writer->flush(10s));
    while (records.empty() && watch.elapsed() < 30s) (void)reader->poll(records, 10, 500ms);
    REQUIRE(records.size() == 1);
    CHECK(records[0].value == "after");
}
