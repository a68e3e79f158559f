#include "unit/consume/world.hpp"

using namespace eventsdk;
using namespace std::chrono_literals;
using world::settle;
using world::World;

namespace {

Projection doing(std::function<Handled(const Scored&)> handler) {
    Projection some{"health"};
    some.on<Scored>(std::move(handler));
    return some;
}

bool tells(const Health& health, std::string_view what) {
    return std::any_of(health.problems.begin(), health.problems.end(),
                       [&](const std::string& each) { return each.find(what) != std::string::npos; });
}

}  // namespace

TEST_CASE("a projector is ready once it runs, has partitions and has caught up", "[consume][health]") {
    World world{2};
    world.publish("ada", 1);
    auto projector = world.projector(doing([](const Scored&) { return done(); }));
    CHECK(!projector.health().running);
    CHECK(projector.health().summary().healthy);
    CHECK(!projector.health().summary().ready);
    CHECK(tells(projector.health().summary(), "does not run"));
    settle(projector);
    const ProjectorHealth health = projector.health();
    CHECK(health.running);
    CHECK(health.summary().ready);
    CHECK(health.summary().problems.empty());
    REQUIRE(health.partitions.size() == 2);
    CHECK(health.partitions[0].behind == 0);
    CHECK(health.partitions[0].position + health.partitions[1].position == 1);
}

TEST_CASE("a partition that does not move is stuck, and not when it only waits for a dependency", "[consume][health]") {
    World world;
    Handled answer = retry_after(10min);
    auto projector = world.projector(doing([&](const Scored&) { return answer; }), {.stuck_after = 30s});
    world.publish("ada", 1);
    settle(projector);
    CHECK(projector.health().summary().healthy);
    CHECK(tells(projector.health().summary(), "has not caught up"));
    world.clock->advance(31s);
    settle(projector);
    CHECK(projector.health().partitions[0].stuck);
    CHECK(!projector.health().summary().healthy);
    CHECK(tells(projector.health().summary(), "stuck at offset 0"));

    World other;
    auto waiting = other.projector(doing([&](const Scored&) { return unavailable("the mail server"); }));
    for (int event = 0; event < 5; ++event) other.publish("student-" + std::to_string(event), 1);
    for (int second = 0; second < 120; ++second) {
        settle(waiting);
        other.clock->advance(1s);
    }
    CHECK(waiting.health().partitions[0].dependency_away);
    CHECK(waiting.health().summary().healthy);
    CHECK(!waiting.health().summary().ready);
    CHECK(tells(waiting.health().summary(), "find a dependency unavailable"));
}

TEST_CASE("a dead-letter topic that cannot be written makes a projector unhealthy until it can", "[consume][health]") {
    World world{1, false};
    auto projector = world.projector(doing([](const Scored&) { return dead_letter("no such course"); }));
    world.publish("ada", 1);
    settle(projector);
    CHECK(projector.health().partitions[0].dead_letter_unwritable);
    CHECK(!projector.health().summary().healthy);
    CHECK(tells(projector.health().summary(), "a dead letter of " + world::topic + "/0 cannot be written"));
    world.broker.create_topic({.name = world::dead_topic}).value();
    world.clock->advance(2s);
    settle(projector);
    CHECK(projector.health().summary().ready);
}
