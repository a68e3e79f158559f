#include "world.hpp"

#include <eventsdk/produce/producer.hpp>
#include <eventsdk/testing/projection_fixture.hpp>

#include <map>

using namespace world;
using namespace std::chrono_literals;
using testing::ProjectionFixture;
using testing::with_id;

TEST_CASE("a fixture gives a projection its events without a broker", "[testing][unit]") {
    std::map<std::string, std::int64_t> points;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored& event) { points[event.student] += event.points; });
    ProjectionFixture fixture{std::move(scores), load_catalogue()};
    fixture.given(Scored{.student = "ada", .points = 5}, with_id("bob", Scored{.student = "bob", .points = 2}),
                  Scored{.student = "ada", .points = 5});
    REQUIRE(fixture.run());
    REQUIRE(points == std::map<std::string, std::int64_t>{{"ada", 10}, {"bob", 2}});
    REQUIRE(fixture.dead_letters().empty());
    fixture.given(Scored{.student = "bob", .points = 1});
    REQUIRE(fixture.run());
    REQUIRE(points["bob"] == 3);
}

TEST_CASE("a fixture moves its clock over retries and shows the dead letter", "[testing][unit]") {
    int attempts = 0;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored&) {
        ++attempts;
        throw std::runtime_error{"no such student"};
    });
    ProjectionFixture fixture{std::move(scores), load_catalogue()};
    const Timestamp start = fixture.clock().now();
    fixture.given(Scored{.student = "ada", .points = 5});
    REQUIRE(fixture.run());
    REQUIRE(attempts == 4);
    REQUIRE(fixture.dead_letters().size() == 1);
    REQUIRE(fixture.dead_letters()[0].header("eventsdk-dlq-error-message") == "no such student");
    REQUIRE(fixture.clock().now() - start >= 6s);
    REQUIRE(fixture.clock().now() - start < 9s);
}

TEST_CASE("a fixture takes broken records as the log might hold them", "[testing][unit]") {
    Projection scores{"scores-v1"};
    scores.on<Scored>([](const Scored&) {});
    ProjectionFixture fixture{std::move(scores), load_catalogue()};
    fixture.given(Record{.topic = topic, .key = "ada", .value = "{"});
    REQUIRE(fixture.run());
    REQUIRE(fixture.dead_letters().at(0).value == "{");
    REQUIRE_THROWS_AS(fixture.given(Scored{.student = "ada", .points = -1}), BadResult);
    REQUIRE_THROWS_AS(fixture.given(Record{.topic = "nowhere"}), BadResult);
}

TEST_CASE("a fixture shows what handlers publish and whose event caused it", "[testing][unit]") {
    std::shared_ptr<Producer> producer;
    const auto make = [&](const Broker& broker) {
        producer = std::make_shared<Producer>(Producer::create(broker, load_catalogue()).value());
        Projection scores{"withdrawals-v1"};
        scores.on<Scored>([producer](const Scored& event, const Delivery& delivery) -> Result<void> {
            auto receipt = producer->publish(event.student, Withdrawn{.reason = "scored"}, {.caused_by = delivery});
            if (!receipt) return receipt.error();
            return {};
        });
        return scores;
    };
    ProjectionFixture fixture{make, load_catalogue()};
    fixture.given(with_id("ada", Scored{.student = "ada", .points = 5}));
    REQUIRE(fixture.run());
    const auto published = fixture.published(topic);
    REQUIRE(published.size() == 1);
    REQUIRE(published[0].key == "ada");
    REQUIRE(published[0].header("event-type") == "Withdrawn");
    REQUIRE(published[0].value->find("causationId") != std::string::npos);
}

TEST_CASE("a fixture gives up on a dependency that never comes back", "[testing][unit]") {
    Projection scores{"scores-v1"};
    scores.on<Scored>([](const Scored&) { return unavailable("mail server"); });
    ProjectionFixture fixture{std::move(scores), load_catalogue()};
    fixture.given(Scored{.student = "ada", .points = 5});
    REQUIRE_FALSE(fixture.run(10min));
    REQUIRE(fixture.dead_letters().empty());
}
