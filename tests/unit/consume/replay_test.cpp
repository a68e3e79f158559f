#include <eventsdk/consume/redrive.hpp>
#include <eventsdk/consume/replay.hpp>

#include "consume/throttle.hpp"
#include "unit/consume/world.hpp"

#include <algorithm>
#include <thread>

using namespace eventsdk;
using namespace std::chrono_literals;
using world::settle;
using world::World;

namespace {

/// A projection that notes what it is given.
struct Notes {
    std::vector<std::string> students{};
    std::vector<bool> replays{};
    int mails = 0;

    Projection projection(const std::string& name) {
        Projection noting{name};
        noting.on<Scored>([this](const Scored& event, const Delivery& delivery) {
            students.push_back(event.student);
            replays.push_back(delivery.replay());
        });
        noting.on<Withdrawn>(live_only, [this](const Withdrawn&) { ++mails; });
        return noting;
    }
};

Result<ReplayReport> replay_all(World& world, Notes& notes, ReplayOptions options = {}) {
    return replay(world.broker, world.catalogue, notes.projection("notes"), std::move(options));
}

void withdraw(World& world) {
    world.write(world.catalogue.prepare(world.broker.runtime(), "ada", Withdrawn{.reason = "ill"}).value());
}

}  // namespace

TEST_CASE("a replay runs everything again and touches neither the group nor the dead letters", "[consume][replay]") {
    World world{2};
    Notes live;
    auto projector = world.projector(live.projection("notes"));
    for (const char* student : {"ada", "bob", "eve"}) world.publish(student, 1);
    settle(projector);
    const auto before = world.broker.port().admin().value()->group_offsets("notes", 1s).value();
    world.publish("ada", 2);

    Notes again;
    const auto report = replay_all(world, again).value();
    CHECK(report.reason == StopReason::caught_up);
    CHECK(report.handled == 4);
    CHECK(report.failed == 0);
    CHECK(again.students.size() == 4);
    CHECK(again.replays == std::vector<bool>(4, true));
    CHECK(live.replays == std::vector<bool>(3, false));
    CHECK(world.broker.port().admin().value()->group_offsets("notes", 1s).value() == before);
    settle(projector);
    CHECK(live.students.size() == 4);
    CHECK(world.dead().empty());
}

TEST_CASE("a replay begins at offsets or at a time", "[consume][replay]") {
    World world;
    world.publish("a", 1);
    world.publish("b", 1);
    world.clock->advance(1h);
    const Timestamp later = world.clock->now();
    world.publish("c", 1);
    world.publish("d", 1);

    Notes from_offset;
    replay_all(world, from_offset, {.offsets = {{world::topic, 0, 1, {}}}}).value();
    CHECK(from_offset.students == std::vector<std::string>{"b", "c", "d"});

    Notes from_time;
    ReplayOptions options;
    options.projector.start = {.kind = StartPosition::Kind::time, .time = later};
    replay_all(world, from_time, options).value();
    CHECK(from_time.students == std::vector<std::string>{"c", "d"});

    Notes everything;
    replay_all(world, everything, {.offsets = {{world::topic, 0, -1, {}}}}).value();
    CHECK(everything.students.size() == 4);
}

TEST_CASE("handlers marked live_only do not run in a replay", "[consume][replay]") {
    World world;
    withdraw(world);
    Notes live;
    auto projector = world.projector(live.projection("notes"));
    settle(projector);
    CHECK(live.mails == 1);
    Notes again;
    CHECK(replay_all(world, again).value().handled == 1);
    CHECK(again.mails == 0);
}

TEST_CASE("what fails in a replay is reported with its place and is no dead letter", "[consume][replay]") {
    World world;
    world.publish("ada", 1);
    world.write({.topic = world::topic, .key = "x", .value = "no JSON"});
    Projection failing{"failing"};
    failing.on<Scored>([](const Scored&) -> Handled { return dead_letter("no such course"); });
    const auto report = replay(world.broker, world.catalogue, std::move(failing)).value();
    CHECK(report.handled == 2);
    CHECK(report.failed == 2);
    REQUIRE(report.failures.size() == 2);
    CHECK(report.failures[0].offset + report.failures[1].offset == 1);
    const auto& refused = report.failures[report.failures[0].stage == "handler" ? 0 : 1];
    CHECK(refused.topic == world::topic);
    CHECK(refused.offset == 0);
    CHECK(refused.message == "no such course");
    CHECK(world.dead().empty());
}

namespace {

/// The log of a group "notes" in which each of these was dead, redriven and then handled: ada 1, which the handler
/// refused, and bob 2, which was torn and is repaired on its way back.
struct Redriven {
    World world;
    std::vector<std::string> live{};
    bool mended = false;

    Redriven() {
        world.publish("ada", 1);
        world.write({.topic = world::topic, .key = "bob", .value = "{torn"});
        world.publish("ada", 3);
        auto projector = world.projector(projection("notes", live));
        settle(projector);
        mended = true;
        RedriveOptions options;
        options.repair = [&](Record& record) {
            if (record.key != "bob") return;
            record.value = world.catalogue.prepare(world.broker.runtime(), "bob", Scored{"bob", 2, {}}).value().value;
        };
        REQUIRE(redrive_dead_letters(world.broker, world::dead_topic, options).value().redriven == 2);
        settle(projector);
        REQUIRE(live.size() == 3);
    }
    Projection projection(const std::string& name, std::vector<std::string>& handled, bool batches = false) {
        Projection noting{name};
        const auto take = [this, &handled](const Scored& event) -> Handled {
            if (!mended && event.points == 1) return dead_letter("not yet");
            handled.push_back(event.student + " " + std::to_string(event.points));
            return done();
        };
        if (!batches) return std::move(noting.on<Scored>(take));
        noting.on_batch<Scored>([take](std::span<const Scored> events) -> Handled {
            for (const Scored& event : events) {
                if (Handled answer = take(event); answer.outcome != Handled::Outcome::done) return answer;
            }
            return done();
        });
        return noting;
    }
};

/// Keys are in no order among each other.
std::vector<std::string> by_key(std::vector<std::string> handled) {
    std::stable_sort(handled.begin(), handled.end(),
                     [](const std::string& one, const std::string& other) { return one[0] < other[0]; });
    return handled;
}

}  // namespace

TEST_CASE("an event that was redriven is handled once by a replay", "[consume][replay]") {
    Redriven log;
    const bool batches = GENERATE(false, true);
    std::vector<std::string> handled;
    SECTION("as its original, where that can be handled, else as its repaired copy") {
        const auto report =
            replay(log.world.broker, log.world.catalogue, log.projection("notes", handled, batches)).value();
        CHECK(by_key(handled) == std::vector<std::string>{"ada 1", "ada 3", "bob 2"});
        CHECK(report.failed == 0);
        CHECK(report.failures.empty());
    }
    SECTION("as its copy alone, when the replay begins behind the original") {
        (void)replay(log.world.broker, log.world.catalogue, log.projection("notes", handled, batches),
                     {.offsets = {{world::topic, 0, 2, {}}}})
            .value();
        CHECK(by_key(handled) == std::vector<std::string>{"ada 3", "ada 1", "bob 2"});
    }
    SECTION("when original and copy fail it has failed once") {
        log.mended = false;
        const auto report =
            replay(log.world.broker, log.world.catalogue, log.projection("notes", handled, batches)).value();
        CHECK(by_key(handled) == std::vector<std::string>{"ada 3", "bob 2"});
        REQUIRE(report.failed == 1);
        CHECK(report.failures.at(0).offset == 0);
    }
    CHECK(log.world.dead().size() == 2 + 2);  // and their resolutions
}

TEST_CASE("a rebuild takes the redriven events of the group in whose place it comes", "[consume][replay]") {
    Redriven log;
    std::vector<std::string> handled;
    int switches = 0;
    RebuildOptions options;
    options.switch_over = [&]() -> Result<void> {
        ++switches;
        return {};
    };
    const bool named = GENERATE(true, false);
    if (named) options.replay.redriven_for = "notes";
    const auto report =
        rebuild(log.world.broker, log.world.catalogue, log.projection("notes-v2", handled), options).value();
    CHECK(report.switched == named);
    CHECK(report.failed == (named ? 0U : 1U));
    CHECK(switches == (named ? 1 : 0));
    CHECK(by_key(handled) ==
          (named ? std::vector<std::string>{"ada 1", "ada 3", "bob 2"} : std::vector<std::string>{"ada 1", "ada 3"}));
}

TEST_CASE("a replay tells how far it is, and ends when it is told to", "[consume][replay]") {
    World world;
    for (int event = 0; event < 40; ++event) world.publish("ada", 1);
    std::vector<ReplayProgress> told;
    Notes notes;
    const ReplayOptions options{.on_progress = [&](const ReplayProgress& progress) { told.push_back(progress); }};
    REQUIRE(replay_all(world, notes, options));
    REQUIRE(told.size() >= 2);
    CHECK(!told.front().caught_up);
    CHECK(told.back().caught_up);
    CHECK(told.back().handled == 40);
    CHECK(told.back().remaining == 0);

    std::stop_source stop;
    stop.request_stop();
    const auto report =
        replay(world.broker, world.catalogue, notes.projection("stopped"), {}, stop.get_token()).value();
    CHECK(report.reason == StopReason::requested);
    CHECK(report.handled == 0);
}

TEST_CASE("progress is one line for a terminal", "[consume][replay]") {
    const ReplayProgress some{.handled = 400, .failed = 2, .remaining = 600, .records_per_second = 200.0};
    CHECK(some.bar(10) == "[####......]  40 %  400 handled, 600 to go, 200/s, 2 failed, 3 s left");
    CHECK(ReplayProgress{.caught_up = true}.bar(4) == "[####] 100 %  0 handled, 0 to go, 0/s");
}

TEST_CASE("a throttle lets through so many a second and a tenth of it at once", "[consume][replay]") {
    consume::Throttle throttle{100.0};
    MonotonicTime now{};
    std::size_t passed = 0;
    for (int step = 0; step < 1'000; ++step) {  // ten seconds
        const std::size_t most = throttle.allowed(now, 50);
        throttle.spend(most);
        passed += most;
        now += 10ms;
    }
    CHECK(passed >= 990);
    CHECK(passed <= 1'002);
    now += 1h;
    CHECK(throttle.allowed(now, 50) == 10);
    CHECK(consume::Throttle{0.0}.allowed(now, 50) == 50);
}

TEST_CASE("a replay reads no faster than it may", "[consume][replay]") {
    World world;
    for (int event = 0; event < 30; ++event) world.publish("ada", 1);
    const MonotonicTime start = world.clock->monotonic();
    std::jthread time{[&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            world.clock->advance(10ms);
            std::this_thread::yield();
        }
    }};
    MonotonicTime last{};
    Projection timing{"timing"};
    timing.on<Scored>([&](const Scored&) { last = world.clock->monotonic(); });
    REQUIRE(replay(world.broker, world.catalogue, std::move(timing), {.records_per_second = 10.0}));
    CHECK(last - start >= 2'800ms);
}

TEST_CASE("a rebuild catches up and then switches, once", "[consume][replay]") {
    World world;
    for (int event = 0; event < 5; ++event) world.publish("ada", 1);
    Notes shadow;
    int switches = 0;
    RebuildOptions options;
    options.switch_over = [&]() -> Result<void> {
        if (++switches < 3) {
            world.publish("bob", 1);  // live traffic meanwhile
            return Error{.kind = ErrorKind::retriable, .code = "testing.fault"};
        }
        return {};
    };
    const auto report = rebuild(world.broker, world.catalogue, shadow.projection("shadow"), options).value();
    CHECK(report.switched);
    CHECK(switches == 3);
    CHECK(report.handled == 7);
    CHECK(shadow.students.size() == 7);
}

TEST_CASE("a rebuild with failures does not switch unless they are tolerated", "[consume][replay]") {
    World world;
    world.publish("ada", 1);
    const auto run = [&](std::uint64_t tolerated) {
        Projection failing{"failing"};
        failing.on<Scored>([](const Scored&) -> Handled { return dead_letter("no"); });
        RebuildOptions options;
        options.tolerated_failures = tolerated;
        options.switch_over = [] { return Result<void>{}; };
        return rebuild(world.broker, world.catalogue, std::move(failing), options).value();
    };
    CHECK(!run(0).switched);
    CHECK(run(0).failed == 1);
    CHECK(run(1).switched);
}

TEST_CASE("options of a replay are refused by name", "[consume][replay]") {
    World world;
    Notes notes;
    ReplayOptions latest;
    latest.projector.start.kind = StartPosition::Kind::latest;
    CHECK(replay_all(world, notes, latest).error().message == "ReplayOptions::projector.start is out of range");
    CHECK(replay_all(world, notes, {.records_per_second = -1.0}).error().code == "replay.options");
    CHECK(replay_all(world, notes, {.progress_interval = 0ms}).error().code == "replay.options");
    const auto aimless = rebuild(world.broker, world.catalogue, notes.projection("x"), {});
    CHECK(aimless.error().message == "RebuildOptions::switch_over is out of range");
}
