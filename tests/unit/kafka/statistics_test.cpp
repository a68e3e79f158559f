#include <eventsdk/testing/collecting_metrics.hpp>

#include "kafka/statistics.hpp"
#include "support/catch.hpp"

using namespace eventsdk;

namespace {

constexpr std::string_view sample = R"({"brokers":{
    "127.0.0.1:9092/bootstrap":{"nodeid":-1,"txretries":9},
    "127.0.0.1:9092/1":{"nodeid":1,"txretries":2,"req_timeouts":1,"waitresp_cnt":3,"rtt":{"avg":1500}}},
  "topics":{"orders":{"partitions":{
    "-1":{"partition":-1,"hi_offset":5},
    "0":{"partition":0,"lo_offset":3,"hi_offset":12,"ls_offset":10},
    "1":{"partition":1,"lo_offset":-1001,"hi_offset":-1001,"ls_offset":-1001}}}}})";

}  // namespace

TEST_CASE("statistics tell the bounds of partitions, and what is not known", "[kafka][unit]") {
    const kafka::Statistics statistics = kafka::parse_statistics(sample);
    REQUIRE(statistics.partitions.size() == 2);
    CHECK(statistics.partitions[0].topic == "orders");
    CHECK(statistics.partitions[0].bounds.low == 3);
    CHECK(statistics.partitions[0].bounds.high == 12);
    CHECK(statistics.partitions[0].bounds.last_stable == 10);
    CHECK(statistics.partitions[1].bounds.high == -1);
    CHECK(statistics.partitions[1].bounds.last_stable == -1);
}

TEST_CASE("statistics that are not as expected are left out", "[kafka][unit]") {
    for (const std::string_view text :
         {"", "[]", "{", R"({"topics":7,"brokers":{"a":[]}})", R"({"topics":{"t":null}})"}) {
        const kafka::Statistics statistics = kafka::parse_statistics(text);
        CHECK(statistics.partitions.empty());
        CHECK(statistics.brokers.empty());
    }
}

TEST_CASE("the brokers' figures become series, totals as counters", "[kafka][unit]") {
    const auto metrics = std::make_shared<testing::CollectingMetrics>();
    kafka::BrokerMeter meter{Runtime{.metrics = metrics}, "produce"};
    meter.show(kafka::parse_statistics(sample));
    meter.show(kafka::parse_statistics(sample));
    const MetricLabels labels{{"direction", "produce"}, {"node", "1"}};
    CHECK(metrics->value("eventsdk_broker_retries_total", labels) == 2);
    CHECK(metrics->value("eventsdk_broker_timeouts_total", labels) == 1);
    CHECK(metrics->value("eventsdk_broker_requests", labels) == 3);
    CHECK(metrics->value("eventsdk_broker_round_trip_seconds", labels) == 0.0015);
    CHECK(metrics->total("eventsdk_broker_retries_total") == 2);
}

TEST_CASE("without a metrics port nothing is measured", "[kafka][unit]") {
    kafka::BrokerMeter meter{Runtime{}, "consume"};
    CHECK_FALSE(meter.active());
    meter.show(kafka::parse_statistics(sample));
}
