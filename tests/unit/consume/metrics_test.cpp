#include "world.hpp"

using namespace world;
using namespace std::chrono_literals;

namespace {

const std::vector<std::pair<std::string, std::string>> of_topic{{"group", "scores-v1"}, {"topic", topic}};

MetricLabels with(std::string name, std::string value) {
    MetricLabels labels = of_topic;
    labels.emplace_back(std::move(name), std::move(value));
    return labels;
}

MetricLabels outcome(std::string value) {
    MetricLabels labels = with("outcome", std::move(value));
    labels.emplace_back("direction", "consume");
    return labels;
}

}  // namespace

TEST_CASE("a projector counts what becomes of its records", "[consume][unit]") {
    World world;
    Projection scores{"scores-v1"};
    scores.on<Scored>([](const Scored& event) -> Handled {
        if (event.points == 1) return skip("not interesting");
        if (event.points == 2) return retry("not yet");
        return done();
    });
    for (std::int64_t points : {0, 0, 1, 2}) world.publish("s" + std::to_string(points), points);
    world.write({.topic = topic, .key = "x", .value = "{"});
    Record unknown = world.catalogue.prepare(world.broker.runtime(), "y", Withdrawn{"moved"}).value();
    world.write(unknown);
    const std::size_t name = unknown.value->find("Withdrawn");
    unknown.value->replace(name, 9, "Unheard");
    for (Header& header : unknown.headers) {
        if (header.name == "event-type") header.value = "Unheard";
    }
    world.write(unknown);
    unknown.headers.push_back({"eventsdk-redrive-for", "others"});
    world.write(unknown);
    auto projector = world.projector(std::move(scores), {.retry = {.max_retries = 1, .jitter = 0.0}});
    settle(projector);
    world.clock->advance(1s);
    settle(projector);
    world.clock->advance(1s);
    settle(projector);

    const testing::CollectingMetrics& metrics = *world.metrics;
    REQUIRE(metrics.value("eventsdk_messages_total", outcome("handled")) == 2);
    REQUIRE(metrics.value("eventsdk_messages_total", outcome("ignored")) == 3);
    REQUIRE(metrics.value("eventsdk_messages_total", outcome("skipped")) == 1);
    REQUIRE(metrics.value("eventsdk_messages_total", outcome("dead_letter")) == 2);
    REQUIRE(metrics.value("eventsdk_retries_total", of_topic) == 1);
    REQUIRE(metrics.value("eventsdk_dead_letters_total", of_topic) == 2);
    REQUIRE(metrics.value("kafka_consumer_errors", with("reason", "handler")) == 2);
    REQUIRE(metrics.value("kafka_consumer_errors", with("reason", "parse")) == 1);
    REQUIRE(metrics.value("kafka_consumer_errors", with("reason", "schema")) == 0);
}

TEST_CASE("a hung transaction shows: what lies behind it is there and cannot be read", "[consume][unit]") {
    World world;
    struct Sink : WriteSink {
        void written(std::span<const WriteOutcome>) noexcept override {}
    } sink;
    auto transaction = world.broker.port().transactional_writer({.transactional_id = "hung"}, sink).value();
    transaction->begin().value();
    world.publish("ada", 1);
    transaction->write(world.catalogue.prepare(world.broker.runtime(), "bob", Scored{"bob", 2, {}}).value(), 1).value();
    world.publish("ada", 3);
    int handled = 0;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored&) { ++handled; });
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(handled == 1);
    REQUIRE(world.metrics->value("eventsdk_unstable_records", with("partition", "0")) == 2);
    REQUIRE(world.metrics->value("kafka_consumer_lag", with("partition", "0")) == 0);
    REQUIRE(transaction->commit(Duration{1'000}));
    settle(projector);
    REQUIRE(handled == 3);
    REQUIRE(world.metrics->value("eventsdk_unstable_records", with("partition", "0")) == 0);
}

TEST_CASE("the lag is what is written and not yet committed, and unknown when the partition is gone",
          "[consume][unit]") {
    World world;
    bool broken = true;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored&) { return broken ? unavailable("down") : done(); });
    for (int points = 0; points < 7; ++points) world.publish("ada", points);
    {
        auto projector = world.projector(std::move(scores));
        settle(projector);
        REQUIRE(world.metrics->value("kafka_consumer_lag", with("partition", "0")) == 7);
        REQUIRE(world.metrics->value("eventsdk_unstable_records", with("partition", "0")) == 0);
        broken = false;
        world.clock->advance(30s);
        settle(projector);
        REQUIRE(world.metrics->value("kafka_consumer_lag", with("partition", "0")) == 0);
        REQUIRE(world.metrics->value("kafka_messages_per_second", with("direction", "consumed")).has_value());
    }
    REQUIRE_FALSE(world.metrics->value("kafka_consumer_lag", with("partition", "0")).has_value());
}

TEST_CASE("dead letters that cannot be written count as errors", "[consume][unit]") {
    World world{1, false};
    Projection scores{"scores-v1"};
    scores.on<Scored>([](const Scored&) { return dead_letter("no"); });
    world.publish("ada", 1);
    auto projector = world.projector(std::move(scores));
    settle(projector);
    world.clock->advance(2s);
    settle(projector);
    world.clock->advance(4s);
    settle(projector);
    REQUIRE(world.metrics->value("kafka_consumer_errors", with("reason", "dead_letter")).value_or(0) >= 2);
    REQUIRE(world.metrics->value("eventsdk_dead_letters_total", of_topic) == 0);
}
