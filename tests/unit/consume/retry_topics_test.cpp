#include "world.hpp"

#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/testing/fault_plan.hpp>
#include <eventsdk/testing/projection_fixture.hpp>

#include <map>
#include <random>
#include <set>

using namespace world;
using namespace std::chrono_literals;

namespace {

const std::vector<Duration> delays{1s, 1min};
const std::string first_topic = topic + ".retry.1s";
const std::string second_topic = topic + ".retry.1min";
using Strings = std::vector<std::string>;

/// A service with two retry topics whose handler fails for the points in `broken`.
class Service : public World {
public:
    explicit Service(std::int32_t partitions = 1, bool with_retry_topics = true) : World{partitions} {
        if (!with_retry_topics) return;
        for (const std::string& name : {first_topic, second_topic})
            broker.create_topic({.name = name, .partitions = partitions}).value();
    }
    Projector make(const std::string& group = "scores-v1") {
        Projection scores{group};
        scores.on<Scored>([this, group](const Scored& event, const Delivery& delivery) -> Handled {
            attempts.push_back(event.student + " " + std::to_string(delivery.attempt()));
            if (broken.contains(event.points)) return answer;
            handled.push_back(event.student + " " + std::to_string(event.points));
            by_group[group].insert(event.points);
            return done();
        });
        return Projector::create(through ? *through : broker, catalogue, std::move(scores), options).value();
    }
    void pass(Projector& running, Duration time) {
        clock->advance(time);
        settle(running);
    }

    std::set<std::int64_t> broken{};
    Handled answer = eventsdk::retry("the printer is busy");
    Strings handled{};
    Strings attempts{};
    std::map<std::string, std::set<std::int64_t>> by_group{};
    ProjectorOptions options{.retry_topics = delays};
    std::optional<Broker> through{};  ///< the projector's way to the broker
};

/// Keeps no position; there to be refused.
class NoStore final : public EffectStore {
public:
    Result<std::unique_ptr<EffectTransaction>> begin() override { return nothing(); }
    Result<std::vector<Checkpoint>> load(const std::string& /*projection*/) override { return nothing(); }
    Result<void> save(const std::string& /*projection*/, std::span<const PartitionOffset> /*positions*/) override {
        return nothing();
    }
    Result<std::int64_t> purge(const std::string& /*projection*/) override { return nothing(); }

private:
    static Error nothing() { return {.kind = ErrorKind::unavailable, .code = "none"}; }
};

std::string header(const Record& record, std::string_view name) {
    return std::string{record.header(name).value_or("(none)")};
}

}  // namespace

TEST_CASE("with retry topics a failing event is tried again from each of them and then is a dead letter",
          "[consume][unit]") {
    Service service;
    service.broken = {1};
    service.publish("ada", 1);
    auto projector = service.make();
    settle(projector);
    const Record original = service.broker.records(topic).front();
    const auto first = service.broker.records(first_topic);
    REQUIRE(first.size() == 1);
    REQUIRE(first[0].value == original.value);
    REQUIRE(first[0].key == original.key);
    for (const Header& each : original.headers) REQUIRE(first[0].header(each.name) == each.value);
    REQUIRE(header(first[0], dead_letter_headers::topic) == topic);
    REQUIRE(header(first[0], dead_letter_headers::offset) == "0");
    REQUIRE(header(first[0], dead_letter_headers::redrive_for) == "scores-v1");
    REQUIRE(header(first[0], retry_headers::attempts) == "1");
    REQUIRE(header(first[0], retry_headers::not_before) == "2026-01-01T00:00:01.000Z");
    REQUIRE(service.committed("scores-v1") == 1);  // the offset need not wait for the retry

    service.pass(projector, 999ms);
    REQUIRE(service.attempts.size() == 1);
    service.pass(projector, 1ms);
    REQUIRE(service.attempts == Strings{"ada 1", "ada 2"});
    const auto second = service.broker.records(second_topic);
    REQUIRE(second.size() == 1);
    REQUIRE(second[0].headers.size() == first[0].headers.size());
    REQUIRE(header(second[0], dead_letter_headers::topic) == topic);
    REQUIRE(header(second[0], retry_headers::attempts) == "2");

    service.pass(projector, 1min);
    REQUIRE(service.attempts == Strings{"ada 1", "ada 2", "ada 3"});
    const auto dead = service.dead();
    REQUIRE(dead.size() == 1);
    REQUIRE(dead[0].value == original.value);
    REQUIRE(header(dead[0], dead_letter_headers::topic) == topic);
    REQUIRE(header(dead[0], dead_letter_headers::offset) == "0");
    REQUIRE(header(dead[0], dead_letter_headers::attempts) == "3");
    REQUIRE(header(dead[0], dead_letter_headers::first_failure) == "2026-01-01T00:00:00.000Z");
    REQUIRE_FALSE(dead[0].header(retry_headers::attempts));
    REQUIRE_FALSE(dead[0].header(dead_letter_headers::redrive_for));
    REQUIRE(service.metrics->value("eventsdk_retries_total", {{"group", "scores-v1"}, {"topic", topic}}) == 1);
    REQUIRE(service.metrics->value("eventsdk_messages_total", {{"direction", "consume"},
                                                               {"group", "scores-v1"},
                                                               {"outcome", "retry_topic"},
                                                               {"topic", first_topic}}) == 1);
}

TEST_CASE("an event in a retry topic holds back nothing: not its key, not its partition, not the membership",
          "[consume][unit]") {
    Service service;
    service.broken = {1};
    service.options.stuck_after = 5s;
    service.publish("ada", 1);
    service.publish("ada", 2);
    auto projector = service.make();
    settle(projector);
    service.pass(projector, 1s);  // to the second topic
    for (std::int64_t points = 3; points < 33; ++points) {
        service.publish(points % 2 == 0 ? "ada" : "grace", points);
        service.pass(projector, 1s);  // the session would be over
    }
    REQUIRE(service.handled.size() == 31);
    REQUIRE(service.committed("scores-v1") == 32);
    REQUIRE(projector.health().summary().healthy);
    REQUIRE(projector.health().summary().ready);
    const auto lines = service.logger->lines();
    REQUIRE(std::count_if(lines.begin(), lines.end(),
                          [](const auto& line) { return line.message == "partition assigned"; }) == 3);  // once each
    service.broken.clear();
    service.pass(projector, 1min);
    REQUIRE(service.handled.back() == "ada 1");
    REQUIRE(service.dead().empty());
}

TEST_CASE("a retry is for the group that failed, and others pass over it", "[consume][unit]") {
    Service service;
    service.broken = {1};
    service.publish("ada", 1);
    auto failing = service.make("failing-v1");
    settle(failing);
    REQUIRE(service.attempts.size() == 1);
    service.broken.clear();
    auto other = service.make("other-v1");
    settle(other);
    service.pass(other, 1h);
    REQUIRE(service.by_group["other-v1"] == std::set<std::int64_t>{1});
    REQUIRE(service.attempts.size() == 2);
    settle(failing);
    REQUIRE(service.by_group["failing-v1"] == std::set<std::int64_t>{1});
    REQUIRE(service.attempts.size() == 3);
}

TEST_CASE("what waits in a retry topic is waited for by whoever has the partition next", "[consume][unit]") {
    Service service;
    service.broken = {1};
    service.publish("ada", 1);
    service.options.start = {.kind = GENERATE(StartPosition::Kind::earliest, StartPosition::Kind::latest)};
    const bool latest = service.options.start.kind == StartPosition::Kind::latest;
    auto first = std::optional{service.make()};
    settle(*first);
    if (latest) service.publish("ada", 1);  // what was there before does not count
    settle(*first);
    REQUIRE(service.broker.records(first_topic).size() == 1);
    SECTION("after a restart, although the group never committed there") { first.reset(); }
    SECTION("after a rebalance") {
        auto second = service.make();
        for (int round = 0; round < 10; ++round) {
            settle(*first);
            settle(second);
        }
        first.reset();
        settle(second);
    }
    auto last = service.make();
    settle(last);
    REQUIRE(service.handled.empty());
    service.broken.clear();
    service.pass(last, 1s);
    REQUIRE(service.attempts.back() == "ada 2");
    REQUIRE(service.handled == Strings{"ada 1"});
    REQUIRE(service.dead().empty());
}

TEST_CASE("retry_after, rules and outages count with retry topics too", "[consume][unit]") {
    Service service;
    service.broken = {1};
    SECTION("a handler's own pause replaces the delay") {
        service.answer = retry_after(5s);
        service.publish("ada", 1);
        auto projector = service.make();
        settle(projector);
        service.pass(projector, 4s);
        REQUIRE(service.attempts.size() == 1);
        service.pass(projector, 1s);
        REQUIRE(service.attempts.size() == 2);
    }
    SECTION("a rule says how often") {
        service.options.retry_rules = {{.type = "Scored", .policy = {.max_retries = 1}}};
        service.publish("ada", 1);
        auto projector = service.make();
        settle(projector);
        service.pass(projector, 1s);
        REQUIRE(service.dead().size() == 1);
        REQUIRE(service.broker.records(second_topic).empty());
    }
    SECTION("a dependency that is away moves nothing") {
        service.answer = eventsdk::unavailable("the database");
        for (std::int64_t count = 0; count < 10; ++count) service.publish("key-" + std::to_string(count), 1);
        auto projector = service.make();
        for (int minute = 0; minute < 10; ++minute) service.pass(projector, 1min);
        REQUIRE(service.broker.records(first_topic).empty());
        REQUIRE(service.dead().empty());
        service.broken.clear();
        for (int minute = 0; minute < 3; ++minute) service.pass(projector, 1min);
        REQUIRE(service.handled.size() == 10);
    }
    SECTION("a dead letter at once goes by no retry topic") {
        service.answer = eventsdk::dead_letter("no such student");
        service.publish("ada", 1);
        auto projector = service.make();
        settle(projector);
        REQUIRE(service.broker.records(first_topic).empty());
        REQUIRE(service.dead().size() == 1);
    }
}

TEST_CASE("a retry topic that is missing is told at the start", "[consume][unit]") {
    Service service{1, false};
    service.publish("ada", 1);
    service.broker.create_topic({.name = first_topic}).value();
    auto projector = service.make();
    const auto end = projector.run({});
    REQUIRE(end.error().kind == ErrorKind::invalid_argument);
    REQUIRE(end.error().message.find(second_topic) != std::string::npos);
}

TEST_CASE("a record that its retry topic refuses is not lost", "[consume][unit]") {
    Service service{1, false};
    service.broken = {1};
    SECTION("too large with its headers: a dead letter") {
        service.broker.create_topic({.name = first_topic, .max_record_bytes = 500}).value();
        service.broker.create_topic({.name = second_topic}).value();
        service.publish("ada", 1);
        auto projector = service.make();
        settle(projector);
        REQUIRE(service.dead().size() == 1);
        REQUIRE(service.dead().front().value.has_value());
    }
    SECTION("an answer that is lost: twice") {
        for (const std::string& name : {first_topic, second_topic}) service.broker.create_topic({.name = name}).value();
        service.publish("ada", 1);
        testing::FaultPlan faults{service.broker};
        auto projector = service.make();
        faults.lose_acknowledgements(testing::Operation::write, 1);
        settle(projector);
        REQUIRE(service.committed("scores-v1") <= 0);
        REQUIRE(service.logger->contains("a record cannot be written to its retry topic; its partition waits"));
        for (int second = 0; second < 5; ++second) service.pass(projector, 500ms);
        REQUIRE(service.committed("scores-v1") == 1);
        REQUIRE(service.broker.records(first_topic).size() == 2);
    }
}

TEST_CASE("whatever fails, restarts, is taken away or is not answered, retry topics lose no event", "[consume][unit]") {
    using testing::Operation;
    for (unsigned seed = 0; seed < 20; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random{seed};
        const auto dice = [&](unsigned sides) { return random() % sides; };
        Service service{2};
        service.through = service.broker;
        testing::FaultPlan faults{*service.through};
        std::optional<Projector> running;
        std::int64_t published = 0;
        const auto work = [&](Duration time) {
            if (!running) running.emplace(service.make());
            service.clock->advance(time);
            for (int round = 0; round < 4; ++round) (void)running->step();
        };
        for (int step = 0; step < 40; ++step) {
            switch (dice(9)) {
                case 0: running.reset(); break;
                case 1: faults.revoke(); break;
                case 2: faults.lose(); break;
                case 3: faults.lose_acknowledgements(Operation::write, 1); break;
                case 4: faults.fail_next(Operation::commit, 1, ErrorKind::retriable); break;
                case 5: faults.fail_next(Operation::write, 1, ErrorKind::retriable); break;
                case 6: work(Duration{dice(1'500)}); break;
                default:
                    service.publish("key-" + std::to_string(dice(3)), ++published);
                    if (dice(2) == 0) service.broken.insert(published);
                    work(Duration{dice(300)});
            }
        }
        faults.heal();
        for (int round = 0; round < 60; ++round) work(2s);
        std::set<std::int64_t> dead;
        OpenScratch scratch;
        Opened opened;
        for (const Record& letter : service.dead()) {
            REQUIRE(header(letter, dead_letter_headers::topic) == topic);
            service.catalogue.open(make_received(letter, 0, 0), scratch, opened).value();
            dead.insert(opened.as<Scored>().value().points);
        }
        for (std::int64_t points = 1; points <= published; ++points) {
            INFO("points " << points);
            REQUIRE(service.by_group["scores-v1"].contains(points) != service.broken.contains(points));
            REQUIRE(dead.contains(points) == service.broken.contains(points));
        }
    }
}

TEST_CASE("retry topics that cannot keep what else is asked for are refused", "[consume][unit]") {
    World world;
    const auto message = [&](ProjectorOptions options) {
        Projection scores{"scores-v1"};
        scores.on<Scored>([](const Scored&) {});
        auto made = Projector::create(world.broker, world.catalogue, std::move(scores), std::move(options));
        REQUIRE_FALSE(made);
        REQUIRE(made.error().kind == ErrorKind::invalid_argument);
        return made.error().message;
    };
    Projection stored{"scores-v1"};
    stored.on<Scored>(ExactlyOnce<EffectTransaction>{std::make_shared<NoStore>()},
                      [](const Scored&, EffectTransaction&) {});
    const auto refused = Projector::create(world.broker, world.catalogue, std::move(stored), {.retry_topics = delays});
    REQUIRE(refused.error().message.find("exactly_once") != std::string::npos);
    REQUIRE(message({.retry_topics = {0ms}}).find("out of range") != std::string::npos);
    REQUIRE(message({.retry_topics = std::vector<Duration>(21, 1s)}).find("out of range") != std::string::npos);
    REQUIRE(message({.topics = {"^orders"}, .retry_topics = delays}).find("^orders") != std::string::npos);
    REQUIRE(message({.topics = {std::string(245, 't')}, .retry_topics = delays}).find("249") != std::string::npos);
    REQUIRE(message({.dead_letters = {.sequence = true}, .retry_topics = delays}).find("order") != std::string::npos);
}

TEST_CASE("a projection's test has its retry topics", "[consume][unit]") {
    int runs = 0;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored&) { return ++runs < 3 ? eventsdk::retry("busy") : done(); });
    testing::ProjectionFixture fixture{std::move(scores), load_catalogue(), {.retry_topics = delays}};
    fixture.given(Scored{.student = "ada", .points = 1});
    REQUIRE(fixture.run());
    REQUIRE(runs == 3);
    REQUIRE(fixture.dead_letters().empty());
}
