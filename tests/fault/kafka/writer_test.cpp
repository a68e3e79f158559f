#include "support.hpp"

using namespace fault;

namespace {

/// A writer of a mock cluster with one broker.
struct Bench {
    explicit Bench(WriterOptions options = {}) {
        cluster.create_topic("orders");
        options.linger = 0ms;
        writer = connect(cluster).port().writer(options, outcomes).value();
        REQUIRE(writer->write(record(), 0));  // connected, and the topic known
        REQUIRE(writer->flush(10s));
    }
    static Record record() { return {.topic = "orders", .key = "k", .value = "v"}; }

    /// The end of one more record, by outcome or by refusal.
    Outcomes::Seen end_of(std::uint64_t tag, Duration timeout = 20s) {
        if (auto written = writer->write(record(), tag); !written) return {1, written.error()};
        REQUIRE(writer->flush(timeout));
        return outcomes.seen().at(tag);
    }

    test::MockCluster cluster;
    Outcomes outcomes;
    std::unique_ptr<Writer> writer;
};

}  // namespace

TEST_CASE("errors that pass are waited out by the writer", "[kafka][fault]") {
    const auto native =
        GENERATE(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
                 RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                 RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
                 RD_KAFKA_RESP_ERR__TRANSPORT);
    CAPTURE(rd_kafka_err2name(native));
    Bench bench;
    bench.cluster.fail_next(produce_api, {native, native});
    const auto end = bench.end_of(1);
    CHECK(end.times == 1);
    CHECK_FALSE(end.error);
}

TEST_CASE("a broker's refusal of a record has a kind and a code", "[kafka][fault]") {
    const auto [native, kind, code] = GENERATE(table<rd_kafka_resp_err_t, ErrorKind, std::string_view>({
        {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ErrorKind::permanent, codes::record_too_large},
        {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, ErrorKind::permanent, codes::record_too_large},
        {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ErrorKind::permanent, codes::unauthorized},
        {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ErrorKind::permanent, codes::unauthorized},
        {RD_KAFKA_RESP_ERR_INVALID_RECORD, ErrorKind::permanent, codes::key_missing},
        {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, ErrorKind::permanent, codes::timestamp_invalid},
        {RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, ErrorKind::invalid_argument, codes::options_invalid},
        {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ErrorKind::invalid_argument, codes::topic_invalid},
    }));
    CAPTURE(rd_kafka_err2name(native));
    Bench bench;
    bench.cluster.fail_next(produce_api, {native});
    const auto end = bench.end_of(1);
    CHECK(end.times == 1);
    REQUIRE(end.error);
    CHECK(end.error->kind == kind);
    CHECK(end.error->code == code);
    CHECK(end.error->native_code == native);
    CHECK(end.error->message.find("orders") != std::string::npos);
    // The writer goes on; a topic that was forbidden is tried again when its metadata are fresh.
    if (code == codes::unauthorized || code == codes::topic_invalid) return;
    const auto next = bench.end_of(2);
    CHECK(next.times == 1);
    CHECK_FALSE(next.error);
}

TEST_CASE("a record that was never sent is certainly not stored when its time is over", "[kafka][fault]") {
    Bench bench{{.delivery_timeout = 1s}};
    rd_kafka_mock_broker_set_down(bench.cluster.native(), 1);
    const Stopwatch watch;
    const auto end = bench.end_of(1);
    CHECK(watch.elapsed() < 5s);
    CHECK(end.times == 1);
    REQUIRE(end.error);
    CHECK(end.error->kind == ErrorKind::retriable);
    CHECK(end.error->code == codes::not_stored);
}

TEST_CASE("a record that was sent and never answered may be stored", "[kafka][fault]") {
    Bench bench{{.delivery_timeout = 1s}};
    rd_kafka_mock_broker_set_rtt(bench.cluster.native(), 1, 60'000);
    const auto end = bench.end_of(1);
    CHECK(end.times == 1);
    REQUIRE(end.error);
    CHECK(end.error->kind == ErrorKind::indeterminate);
    CHECK(end.error->code == codes::unacknowledged);
    CHECK_FALSE(end.error->hint.empty());
}

TEST_CASE("a broker that comes back takes what was waiting, in order and once", "[kafka][fault]") {
    Bench bench;
    rd_kafka_mock_broker_set_down(bench.cluster.native(), 1);
    for (std::uint64_t tag = 1; tag <= 200; ++tag) REQUIRE(bench.writer->write(Bench::record(), tag));
    CHECK_FALSE(bench.writer->flush(300ms));
    CHECK(bench.writer->pending() == 200);
    rd_kafka_mock_broker_set_up(bench.cluster.native(), 1);
    REQUIRE(bench.writer->flush(20s));
    for (const auto& [tag, end] : bench.outcomes.seen()) {
        CHECK(end.times == 1);
        CHECK_FALSE(end.error);
    }
    CHECK(bench.outcomes.seen().size() == 201);
}

TEST_CASE("a full queue refuses at once and without an outcome", "[kafka][fault]") {
    Bench bench{{.queue_records = 10}};
    rd_kafka_mock_broker_set_down(bench.cluster.native(), 1);
    int accepted = 0;
    Result<void> written;
    for (; accepted < 20; ++accepted) {
        written = bench.writer->write(Bench::record(), 100);
        if (!written) break;
    }
    CHECK(accepted == 10);
    REQUIRE_FALSE(written);
    CHECK(written.error().kind == ErrorKind::retriable);
    CHECK(written.error().code == codes::queue_full);
    CHECK(bench.writer->pending() == 10);
    const Stopwatch watch;
    bench.writer->close(100ms);
    CHECK(watch.elapsed() < 4s);
    CHECK(bench.outcomes.seen().at(100).times == 10);
}

TEST_CASE("closing beside a dead broker ends every record once, within its bound", "[kafka][fault]") {
    Bench bench;
    rd_kafka_mock_broker_set_rtt(bench.cluster.native(), 1, 60'000);
    for (std::uint64_t tag = 1; tag <= 500; ++tag) REQUIRE(bench.writer->write(Bench::record(), tag));
    const Stopwatch watch;
    bench.writer->close(500ms);
    CHECK(watch.elapsed() < 5s);
    const auto seen = bench.outcomes.seen();
    CHECK(seen.size() == 501);
    for (std::uint64_t tag = 1; tag <= 500; ++tag) {
        CHECK(seen.at(tag).times == 1);
        REQUIRE(seen.at(tag).error);
        const ErrorKind kind = seen.at(tag).error->kind;
        CHECK((kind == ErrorKind::indeterminate || kind == ErrorKind::retriable));
    }
}

TEST_CASE("a record does not wait for the linger time when the writer is hurried", "[kafka][fault]") {
    test::MockCluster cluster;
    cluster.create_topic("orders");
    Outcomes outcomes;
    const auto writer = connect(cluster).port().writer({.linger = 60s}, outcomes).value();
    REQUIRE(writer->write(Bench::record(), 1));
    REQUIRE(writer->flush(10s));
    const Stopwatch watch;
    REQUIRE(writer->write(Bench::record(), 2));
    writer->hurry();
    while (writer->pending() > 0 && watch.elapsed() < 20s) std::this_thread::yield();
    CHECK(writer->pending() == 0);
}
