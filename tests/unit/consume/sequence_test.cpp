#include "world.hpp"

#include "consume/dead_sequences.hpp"

#include <eventsdk/consume/redrive.hpp>
#include <eventsdk/testing/fault_plan.hpp>

#include <atomic>
#include <future>
#include <map>
#include <random>
#include <set>
#include <thread>

using namespace world;
using consume::DeadSequences;

namespace {

const std::string parking_topic = topic + ".parked";

/// A service in sequence mode whose handler refuses what is in `broken`; it may die and start anew.
class Service : public World {
public:
    explicit Service(std::int32_t partitions = 1) : World{partitions} {
        broker.create_topic({.name = parking_topic}).value();
    }
    void work() {
        if (!running) running.emplace(make());
        settle(*running);
    }
    void restart() { running.reset(); }
    /// Ends without a last commit: another member takes the partitions over.
    Projector make() {
        Projection scores{"scores-v1"};
        scores.on<Scored>([&](const Scored& event) -> Handled {
            if (broken.contains(event.points)) return eventsdk::dead_letter("no such student");
            handled.push_back(event.student + " " + std::to_string(event.points));
            return done();
        });
        return projector(std::move(scores), options);
    }
    RedriveReport redrive(const RedriveOptions& how = {}) {
        return redrive_dead_letters(broker, dead_topic, how).value();
    }
    std::vector<std::string> stages() {
        std::vector<std::string> found;
        for (const Record& letter : dead()) {
            if (const auto stage = letter.header(dead_letter_headers::stage))
                found.push_back(*letter.key + " " + std::string{*stage});
        }
        return found;
    }

    std::set<std::int64_t> broken{};
    std::vector<std::string> handled{};
    ProjectorOptions options{.dead_letters = {.sequence = true}};
    std::optional<Projector> running{};
};

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("in sequence mode the later events of a dead event's key follow it, in order, until they are redriven",
          "[consume][unit]") {
    Service service;
    service.broken = {1};
    for (std::int64_t points = 1; points <= 3; ++points) service.publish("ada", points);
    service.publish("grace", 4);
    service.work();
    REQUIRE(service.handled == Strings{"grace 4"});
    REQUIRE(service.stages() == Strings{"ada handler", "ada sequence", "ada sequence"});
    REQUIRE(service.committed("scores-v1") == 4);

    service.publish("ada", 5);
    service.work();
    REQUIRE(service.stages().back() == "ada sequence");
    service.broken.clear();
    service.handled.clear();
    REQUIRE(service.redrive().redriven == 4);
    service.publish("ada", 6);
    service.work();
    REQUIRE(service.handled == Strings{"ada 1", "ada 2", "ada 3", "ada 5", "ada 6"});
    REQUIRE(service.dead().size() == 8);  // four letters and what became of them
}

TEST_CASE("an event read between a redriven one's death and its return follows it", "[consume][unit]") {
    Service service;
    service.broken = {1};
    service.publish("ada", 1);
    service.work();
    service.publish("ada", 2);  // in the log before the redriven one
    service.broken.clear();
    REQUIRE(service.redrive().redriven == 1);
    service.publish("ada", 3);
    const bool anew = GENERATE(false, true);
    if (anew) service.restart();
    service.work();
    REQUIRE(service.handled == Strings{"ada 1"});  // 2 came before it and waits, and 3 waits for 2
    REQUIRE(service.redrive().redriven == 2);
    service.work();
    REQUIRE(service.handled == Strings{"ada 1", "ada 2", "ada 3"});
}

TEST_CASE("a restarted projector knows which keys have unsettled dead letters", "[consume][unit]") {
    Service service;
    service.broken = {1};
    service.publish("ada", 1);
    service.publish("linus", 9);
    service.work();
    service.restart();
    service.publish("ada", 2);
    service.publish("linus", 10);
    service.work();
    REQUIRE(service.handled == Strings{"linus 9", "linus 10"});
    service.broken.clear();
    REQUIRE(service.redrive().redriven == 2);
    service.work();
    service.restart();
    service.publish("ada", 3);
    service.work();
    REQUIRE(service.handled == Strings{"linus 9", "linus 10", "ada 1", "ada 2", "ada 3"});
}

TEST_CASE("a restarted projector waits for the letters behind an open transaction", "[consume][unit]") {
    Service service;
    struct Sink : WriteSink {
        void written(std::span<const WriteOutcome>) noexcept override {}
    } sink;
    service.work();
    auto redrive = service.broker.port().transactional_writer({.transactional_id = "killed"}, sink).value();
    redrive->begin().value();
    redrive->write({.topic = dead_topic, .key = "bob", .value = "v"}, 1).value();
    service.broken = {1};
    service.publish("ada", 1);
    service.work();
    REQUIRE(service.committed("scores-v1") == 1);

    service.restart();
    service.publish("ada", 2);
    service.work();
    REQUIRE(service.handled.empty());
    REQUIRE(redrive->abort(Duration{1'000}));
    for (int second = 0; second < 3; ++second) {
        service.clock->advance(std::chrono::seconds{1});
        service.work();
    }
    REQUIRE(service.handled.empty());
    REQUIRE(service.stages() == Strings{"ada handler", "ada sequence"});
}

TEST_CASE("parking or purging a dead letter lets its key go on", "[consume][unit]") {
    const bool purge = GENERATE(false, true);
    Service service;
    service.broken = {1};
    service.publish("ada", 1);
    service.work();
    const auto settled =
        purge ? purge_dead_letters(service.broker, dead_topic) : park_dead_letters(service.broker, dead_topic);
    REQUIRE(settled.value().chosen == 1);
    if (GENERATE(false, true)) service.restart();
    service.work();
    service.publish("ada", 2);
    service.work();
    REQUIRE(service.handled == Strings{"ada 2"});
}

TEST_CASE("a redriven event that dies again holds what was redriven behind it", "[consume][unit]") {
    Service service;
    service.broken = {1};
    service.publish("ada", 1);
    service.publish("ada", 2);
    service.work();
    REQUIRE(service.redrive().redriven == 2);
    service.work();
    REQUIRE(service.handled.empty());
    REQUIRE(service.stages() == Strings{"ada handler", "ada sequence", "ada handler", "ada sequence"});
    service.broken.clear();
    REQUIRE(service.redrive().redriven == 2);
    service.work();
    REQUIRE(service.handled == Strings{"ada 1", "ada 2"});
}

TEST_CASE("without sequence mode, and for other groups' redriven events, nothing follows", "[consume][unit]") {
    Service service;
    service.options.dead_letters.sequence = false;
    service.broken = {1};
    service.publish("ada", 1);
    service.publish("ada", 2);
    service.work();
    REQUIRE(service.handled == Strings{"ada 2"});

    Service both;
    both.broken = {1};
    both.publish("ada", 1);
    both.work();
    Record foreign = both.broker.records(topic).front();
    foreign.headers.push_back({std::string{dead_letter_headers::redrive_for}, "others-v1"});
    both.write(foreign);
    both.work();
    REQUIRE(both.stages() == Strings{"ada handler"});
}

TEST_CASE("a partition with too many unsettled dead letters waits until some are settled", "[consume][unit]") {
    Service service;
    service.options.dead_letters.sequence_letters = 2;
    service.options.buffered_records = 2;
    service.broken = {1};
    for (std::int64_t points = 1; points <= 6; ++points) service.publish("ada", points);
    service.work();
    REQUIRE(service.handled.empty());
    REQUIRE(service.stages().size() < 6);
    for (int round = 0; round < 6; ++round) {
        REQUIRE(park_dead_letters(service.broker, dead_topic).has_value());
        service.work();
    }
    REQUIRE(service.handled.back() == "ada 6");
    REQUIRE(service.committed("scores-v1") == 6);
}

TEST_CASE("whatever dies, restarts, is redriven or parked, no event is handled before an earlier one of its key",
          "[consume][unit]") {
    for (unsigned seed = 0; seed < 60; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random{seed};
        const auto dice = [&](unsigned sides) { return random() % sides; };
        Service service{2};
        std::int64_t next = 0;
        std::map<std::int64_t, std::string> key_of;
        for (int step = 0; step < 30; ++step) {
            switch (dice(7)) {
                case 0: service.restart(); break;
                case 1: service.broken.clear(); break;
                case 2: REQUIRE(service.redrive({.max_redrives = 1'000}).missing == 0); break;
                case 3: service.work(); break;
                default:
                    key_of[++next] = "key-" + std::to_string(dice(3));
                    service.publish(key_of[next], next);
                    if (dice(3) == 0) service.broken.insert(next);
            }
        }
        service.broken.clear();
        service.work();
        for (int round = 0; service.redrive({.max_redrives = 1'000}).redriven > 0; ++round) {
            REQUIRE(round < 50);
            service.work();
        }
        std::map<std::string, std::int64_t> last;
        std::map<std::string, std::int64_t> count;
        for (const std::string& each : service.handled) {
            const std::string key = each.substr(0, each.find(' '));
            const std::int64_t points = std::stoll(each.substr(each.find(' ') + 1));
            if (points <= last[key]) continue;  // again after a restart
            last[key] = points;
            ++count[key];
        }
        for (const auto& [key, handled] : count)
            REQUIRE(handled == std::count_if(key_of.begin(), key_of.end(),
                                             [&, &of = key](const auto& one) { return one.second == of; }));
    }
}

TEST_CASE("while the broker does not say what is dead, the projector goes on polling", "[consume][unit]") {
    World world;
    world.publish("ada", 1);
    testing::FaultPlan faults{world.broker};
    constexpr std::chrono::seconds delay{20};
    faults.delay_next(testing::Operation::admin, 1, delay);
    std::atomic<int> handled{0};
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored&) { ++handled; });
    auto projector = world.projector(std::move(scores), {.dead_letters = {.sequence = true}});
    std::stop_source stop;
    auto end = std::async(std::launch::async, [&] { return projector.run(stop.get_token()); });
    struct AtEnd {
        std::stop_source& stop;
        ~AtEnd() { stop.request_stop(); }
    } const at_end{stop};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    const auto wait_for = [&](auto condition) {
        while (!condition() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    };
    const auto polls = [&] { return faults.calls(testing::Operation::poll); };
    const auto told = [&] { return world.logger->contains("dead letters cannot be read; trying on"); };
    bool polled = false;
    for (std::uint64_t asked = 1; asked < 8 && !polled; ++asked) {
        wait_for([&] { return faults.calls(testing::Operation::admin) >= asked; });
        const auto before = polls();
        wait_for([&] {
            polled = polls() >= before + 3 && !told();  // the question is still open
            return polled || told();
        });
        if (polled) break;
        world.logger->clear();  // its own time-out was faster than this machine: once more
        faults.delay_next(testing::Operation::admin, 1, delay);
        world.clock->advance(std::chrono::seconds{1});
    }
    REQUIRE(polled);
    REQUIRE(handled == 0);
    world.clock->advance(delay);
    wait_for([&] { return handled > 0; });
    REQUIRE(handled == 1);
    stop.request_stop();
    REQUIRE(end.get().value() == StopReason::requested);
}

TEST_CASE("dead letters of a key count until they are settled or their record is finished", "[consume][unit]") {
    DeadSequences sequences;
    sequences.add(7, {.origin = 3, .partition = 0, .offset = 10});
    sequences.add(7, {.origin = 5, .partition = 0, .offset = 11});
    REQUIRE(sequences.open() == 2);
    REQUIRE(sequences.follows(7, 4));
    REQUIRE_FALSE(sequences.follows(7, 3));
    REQUIRE_FALSE(sequences.follows(8, 4));
    sequences.settled(7, 0, 10, 40);
    sequences.settled(7, 1, 11, -1);  // another partition's
    REQUIRE(sequences.open() == 1);
    REQUIRE(sequences.follows(7, 4));
    sequences.forget_returned([](std::int64_t offset) { return offset < 40; });
    REQUIRE(sequences.follows(7, 4));
    sequences.finished(7, 3);
    REQUIRE_FALSE(sequences.follows(7, 4));
    sequences.settled(7, 0, 11, -1);
    REQUIRE_FALSE(sequences.has(7));
    REQUIRE(sequences.open() == 0);
}
