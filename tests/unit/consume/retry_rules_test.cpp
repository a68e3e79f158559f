#include "world.hpp"

using namespace world;
using namespace std::chrono_literals;

namespace {

const RetryPolicy steady{.jitter = 0.0};

Result<void> failed(ErrorKind kind) { return Error{.kind = kind, .code = "store.failed", .message = "no"}; }

/// How often a record ran after the clock had moved on for so long, a millisecond at a time.
int runs_within(World& world, Projector& projector, const int& runs, std::chrono::milliseconds time) {
    settle(projector);
    for (auto passed = 0ms; passed < time; passed += 10ms) {
        world.clock->advance(10ms);
        settle(projector);
    }
    return runs;
}

}  // namespace

TEST_CASE("the first rule that fits a failure gives it its own retries", "[consume][unit]") {
    const std::vector<RetryRule> rules{
        {.type = "Withdrawn", .policy = {.max_retries = 0}},
        {.kind = ErrorKind::conflict, .policy = {.max_retries = 5, .first_delay = 10ms, .multiplier = 1.0}},
        {.code = "handler.exception", .policy = {.max_retries = 1, .first_delay = 20ms, .jitter = 0.0}},
        {.code = "store.failed", .policy = {.max_retries = 2, .first_delay = 10ms, .multiplier = 1.0}},
        {.code = "store.failed", .policy = {.max_retries = 100}},
    };
    struct Case {
        const char* name;
        std::function<Result<void>()> fail;
        int runs;
    };
    const Case cases[]{{"conflict", [] { return failed(ErrorKind::conflict); }, 6},
                       {"exception", []() -> Result<void> { throw std::runtime_error{"no"}; }, 2},
                       {"by code", [] { return failed(ErrorKind::retriable); }, 3},
                       {"thrown error",
                        []() -> Result<void> {
                            failed(ErrorKind::conflict).value();
                            return {};
                        },
                        6}};
    for (const Case& one : cases) {
        World world;
        INFO(one.name);
        world.publish("ada", 1);
        int runs = 0;
        Projection scores{"scores-v1"};
        scores.on<Scored>([&](const Scored&) {
            ++runs;
            return one.fail();
        });
        auto projector = world.projector(std::move(scores), {.retry = steady, .retry_rules = rules});
        REQUIRE(runs_within(world, projector, runs, 200ms) == one.runs);
        REQUIRE(world.dead().size() == 1);
    }
}

TEST_CASE("a rule for a type leaves the other types to the projector's policy", "[consume][unit]") {
    World world;
    world.publish("ada", 1);
    world.write(world.catalogue.prepare(world.broker.runtime(), "grace", Withdrawn{"moved"}).value());
    int scored = 0;
    int withdrawn = 0;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored&) { return ++scored, retry("later"); });
    scores.on<Withdrawn>([&](const Withdrawn&) { return ++withdrawn, retry("later"); });
    auto projector = world.projector(
        std::move(scores), {.retry = steady, .retry_rules = {{.type = "Withdrawn", .policy = {.max_retries = 0}}}});
    settle(projector);
    REQUIRE(world.dead().size() == 1);
    REQUIRE(world.dead().front().key == "grace");
    REQUIRE(runs_within(world, projector, scored, 7s) == 4);
    REQUIRE(withdrawn == 1);
}

TEST_CASE("the time that a handler asks for replaces the policy's pause, not its number of tries", "[consume][unit]") {
    World world;
    world.publish("ada", 1);
    int runs = 0;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored&) { return ++runs, retry_after(50ms, "the report is not ready"); });
    auto projector = world.projector(std::move(scores), {.retry = {.max_retries = 2, .jitter = 0.0}});
    settle(projector);
    for (int expected = 1; expected < 3; ++expected) {
        REQUIRE(runs == expected);
        world.clock->advance(49ms);
        REQUIRE(settle(projector) == 0);
        world.clock->advance(1ms);
        REQUIRE(settle(projector) == 1);
    }
    REQUIRE(world.dead().size() == 1);
}

TEST_CASE("a rule with a policy that cannot be is refused", "[consume][unit]") {
    World world;
    Projection scores{"scores-v1"};
    scores.on<Scored>([](const Scored&) {});
    const auto refused = Projector::create(world.broker, world.catalogue, std::move(scores),
                                           {.retry_rules = {{.policy = {.max_retries = -1}}}});
    REQUIRE(refused.error().kind == ErrorKind::invalid_argument);
}

TEST_CASE("attempts go on where the last commit knows them, over restarts", "[consume][unit]") {
    World world;
    std::vector<int> attempts;
    world.publish("ada", 1);
    world.publish("bob", 2);
    for (int life = 0; life < 5; ++life) {
        Projection scores{"scores-v1"};
        scores.on<Scored>([&](const Scored& event, const Delivery& delivery) -> Handled {
            if (event.student == "bob") return done();
            attempts.push_back(delivery.attempt());
            return retry("not today");
        });
        auto projector = world.projector(std::move(scores), {.retry = {.max_retries = 3, .jitter = 0.0}});
        settle(projector);
    }
    REQUIRE(attempts == std::vector<int>{1, 2, 3, 4});
    REQUIRE(world.dead().size() == 1);
    REQUIRE(world.dead().front().header(dead_letter_headers::attempts) == "4");
    REQUIRE(world.committed("scores-v1") == 2);
}

TEST_CASE("a batch is judged by the rules of its own type, not of the event behind it", "[consume][unit]") {
    World world;
    world.publish("ada", 1);
    world.write(world.catalogue.prepare(world.broker.runtime(), "grace", Withdrawn{"moved"}).value());
    int runs = 0;
    Projection scores{"scores-v1"};
    scores.on_batch<Scored>(
        [&](std::span<const Scored>) -> Handled { return ++runs == 1 ? retry("not yet") : done(); });
    scores.on<Withdrawn>([](const Withdrawn&) {});
    auto projector = world.projector(
        std::move(scores),
        {.retry = steady, .retry_rules = {RetryRule{.type = "Withdrawn", .policy = {.max_retries = 0}}}});
    REQUIRE(runs_within(world, projector, runs, 2s) == 2);
    REQUIRE(world.dead().empty());
    REQUIRE(world.committed("scores-v1") == 2);
}
