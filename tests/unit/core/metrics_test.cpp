#include <eventsdk/testing/collecting_metrics.hpp>

#include <support/catch.hpp>

#include <array>
#include <thread>

using namespace eventsdk;

TEST_CASE("collected series are found by name and labels in any order", "[core][unit]") {
    testing::CollectingMetrics metrics;
    metrics.counter("retries", "Retries.", {{"topic", "a"}, {"group", "g"}})->add();
    metrics.counter("retries", "later help", {{"group", "g"}, {"topic", "a"}})->add(2);
    metrics.counter("retries", "", {{"topic", "b"}})->add(4);
    CHECK(metrics.value("retries", {{"group", "g"}, {"topic", "a"}}) == 3.0);
    CHECK(metrics.total("retries") == 7.0);
    CHECK(metrics.help("retries") == "Retries.");
    CHECK_FALSE(metrics.value("retries"));
    CHECK(metrics.samples().size() == 2);
}

TEST_CASE("a cleared gauge is unknown until it is set again", "[core][unit]") {
    testing::CollectingMetrics metrics;
    const auto lag = metrics.gauge("lag", "", {});
    CHECK_FALSE(metrics.value("lag"));
    lag->set(5);
    CHECK(metrics.value("lag") == 5.0);
    lag->clear();
    CHECK_FALSE(metrics.value("lag"));
}

TEST_CASE("histograms count up to each bound", "[core][unit]") {
    testing::CollectingMetrics metrics;
    const auto seconds = metrics.histogram("seconds", "", {}, std::array{0.1, 1.0});
    for (const double each : {0.05, 0.1, 0.5, 7.0}) seconds->observe(each);
    const auto sample = metrics.sample("seconds");
    REQUIRE(sample);
    CHECK(sample->buckets == std::vector<std::uint64_t>{2, 3, 4});
    CHECK(sample->sum == Approx(7.65));
}

TEST_CASE("a name keeps its first kind; another kind is recorded nowhere", "[core][unit]") {
    testing::CollectingMetrics metrics;
    metrics.counter("x", "", {})->add();
    metrics.gauge("x", "", {})->set(9);
    CHECK(metrics.value("x") == 1.0);
    CHECK(metrics.samples().size() == 1);
}

TEST_CASE("counters may be added to from many threads", "[core][unit]") {
    testing::CollectingMetrics metrics;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&metrics] {
                for (int j = 0; j < 1000; ++j) metrics.counter("n", "", {})->add();
            });
        }
    }
    CHECK(metrics.value("n") == 4000.0);
}

TEST_CASE("the default records nothing and never gives null", "[core][unit]") {
    const auto metrics = no_metrics();
    metrics->counter("a", "", {})->add();
    metrics->gauge("b", "", {})->set(1);
    metrics->gauge("b", "", {})->clear();
    metrics->histogram("c", "", {}, {})->observe(1);
    CHECK(metrics == no_metrics());
}
