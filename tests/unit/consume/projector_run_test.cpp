#include "world.hpp"

#include <eventsdk/testing/fault_plan.hpp>

#include <condition_variable>
#include <future>
#include <latch>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

using namespace world;
using namespace std::chrono_literals;

namespace {

/// First handlings by key, from any thread.
class Journal {
public:
    void handled(const std::string& key, std::int64_t points) {
        const std::lock_guard lock{mutex_};
        ++calls_;
        if (seen_.insert({key, points}).second) firsts_[key].push_back(points);
        changed_.notify_all();
    }
    bool wait_for(std::size_t events) {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, 30s, [&] { return seen_.size() >= events; });
    }
    void check(std::size_t events) const {
        REQUIRE(seen_.size() == events);
        for (const auto& [key, points] : firsts_) REQUIRE(std::is_sorted(points.begin(), points.end()));
    }
    [[nodiscard]] std::size_t calls() const { return calls_; }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::set<std::pair<std::string, std::int64_t>> seen_;
    std::map<std::string, std::vector<std::int64_t>> firsts_;
    std::size_t calls_ = 0;
};

void publish_many(World& world, int events, int keys) {
    struct Sink : WriteSink {
        void written(std::span<const WriteOutcome>) noexcept override {}
    } sink;
    auto writer = world.broker.port().writer({.queue_records = 1'000'000}, sink).value();
    for (int points = 0; points < events; ++points) {
        const std::string key = "s" + std::to_string(points % keys);
        writer
            ->write(
                world.catalogue.prepare(world.broker.runtime(), key, Scored{.student = key, .points = points}).value(),
                0)
            .value();
    }
    writer->flush(10s).value();
}

std::int64_t committed_in_all(World& world, const std::string& group, std::int32_t partitions) {
    std::int64_t sum = 0;
    for (std::int32_t partition = 0; partition < partitions; ++partition)
        sum += std::max<std::int64_t>(world.committed(group, partition), 0);
    return sum;
}

Projection journaled(Journal& journal) {
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored& event) { journal.handled(event.student, event.points); });
    return scores;
}

}  // namespace

TEST_CASE("workers handle everything once, in order per key, and the end is committed", "[consume][unit]") {
    World world{4};
    publish_many(world, 5'000, 100);
    Journal journal;
    auto projector = world.projector(journaled(journal), {.workers = 4});
    REQUIRE(projector.run_until_caught_up().value() == StopReason::caught_up);
    journal.check(5'000);
    REQUIRE(journal.calls() == 5'000);
    REQUIRE(committed_in_all(world, "scores-v1", 4) == 5'000);
}

TEST_CASE("events that are skipped hold back none of their key", "[consume][unit]") {
    World world{2};
    publish_many(world, 2'000, 5);
    Journal journal;
    std::atomic<int> skipped{0};
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored& event) -> Handled {
        journal.handled(event.student, event.points);
        if (event.points % 3 != 0) return done();
        ++skipped;
        return skip("of no interest");
    });
    auto projector = world.projector(std::move(scores), {.workers = 2});
    std::stop_source stop;
    auto run = std::async(std::launch::async, [&] { return projector.run_until_caught_up(stop.get_token()); });
    if (run.wait_for(20s) != std::future_status::ready) stop.request_stop();
    REQUIRE(run.get().value() == StopReason::caught_up);
    journal.check(2'000);
    REQUIRE(journal.calls() == 2'000);
    REQUIRE(skipped > 500);
    REQUIRE(committed_in_all(world, "scores-v1", 2) == 2'000);
}

TEST_CASE("one key is handled by one worker at a time and many keys by all of them", "[consume][unit]") {
    World world;
    publish_many(world, 640, 64);
    std::mutex mutex;
    std::set<std::string> running;
    std::latch all_busy{16};
    std::atomic<int> arrived{0};
    std::atomic<int> doubled{0};
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored& event) {
        {
            const std::lock_guard lock{mutex};
            if (!running.insert(event.student).second) ++doubled;
        }
        // The first sixteen wait for each other: with fewer workers at work than sixteen they would wait for ever.
        if (arrived.fetch_add(1) < 16) all_busy.arrive_and_wait();
        const std::lock_guard lock{mutex};
        running.erase(event.student);
    });
    auto projector = world.projector(std::move(scores), {.workers = 16});
    REQUIRE(projector.run_until_caught_up().value() == StopReason::caught_up);
    REQUIRE(arrived == 640);
    REQUIRE(doubled == 0);
}

TEST_CASE("a stop during a retry's pause returns at once and leaves the event for the next run", "[consume][unit]") {
    World world;
    world.publish("ada", 1);
    world.publish("bob", 2);
    std::promise<void> failed;
    Journal journal;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored& event) -> Handled {
        if (event.student == "ada") {
            failed.set_value();
            return retry_after(1h);
        }
        journal.handled(event.student, event.points);
        return done();
    });
    auto projector = world.projector(std::move(scores));
    std::stop_source stop;
    auto end = std::async(std::launch::async, [&] { return projector.run(stop.get_token()); });
    failed.get_future().wait();
    REQUIRE(journal.wait_for(1));
    stop.request_stop();
    REQUIRE(end.wait_for(20s) == std::future_status::ready);
    REQUIRE(end.get().value() == StopReason::requested);
    REQUIRE(world.committed("scores-v1") == 0);

    Journal second;
    auto again = world.projector(journaled(second));
    REQUIRE(again.run_until_caught_up().value() == StopReason::caught_up);
    second.check(1);  // ada alone: bob was finished beyond the prefix
    REQUIRE(world.committed("scores-v1") == 2);
}

TEST_CASE("a handler that says stop ends the run", "[consume][unit]") {
    World world;
    publish_many(world, 10, 1);
    Projection scores{"scores-v1"};
    scores.on<Scored>([](const Scored& event) { return event.points == 5 ? stop("enough") : done(); });
    auto projector = world.projector(std::move(scores), {.workers = 3});
    REQUIRE(projector.run({}).value() == StopReason::handler);
    REQUIRE(world.committed("scores-v1") == 5);
}

TEST_CASE("members that come and go lose nothing and keep the order of first handlings", "[consume][unit]") {
    World world{6};
    constexpr std::size_t events = 3'000;
    publish_many(world, events, 60);
    Journal journal;
    std::vector<std::jthread> members;
    std::atomic<int> failures{0};
    std::mt19937_64 random{5};
    const auto start = [&] {
        members.emplace_back([&world, &journal, &failures](const std::stop_token& stop) {
            Projection scores{"scores-v1"};
            scores.on<Scored>([&](const Scored& event) {
                journal.handled(event.student, event.points);
                std::this_thread::yield();
            });
            ProjectorOptions options{.workers = 2};
            options.commit_interval = 10ms;
            options.buffered_records = 40;
            auto projector = Projector::create(world.broker, world.catalogue, std::move(scores), options).value();
            if (!projector.run(stop)) ++failures;
        });
    };
    start();
    for (int change = 0; change < 20; ++change) {
        REQUIRE(journal.wait_for(static_cast<std::size_t>(change) * 140));
        if (members.size() < 3 || random() % 2 == 0) {
            start();
        } else {
            members.erase(members.begin());
        }
    }
    REQUIRE(journal.wait_for(events));
    members.clear();
    REQUIRE(failures == 0);
    journal.check(events);
    REQUIRE(committed_in_all(world, "scores-v1", 6) == static_cast<std::int64_t>(events));
}

TEST_CASE("partitions taken away in the middle of work come back and lose nothing", "[consume][unit]") {
    World world{3};
    constexpr std::size_t events = 2'000;
    publish_many(world, events, 30);
    testing::FaultPlan faults{world.broker};
    Journal journal;
    auto projector = world.projector(journaled(journal), {.workers = 3, .buffered_records = 50});
    std::stop_source stop;
    auto end = std::async(std::launch::async, [&] { return projector.run(stop.get_token()); });
    for (std::size_t change = 1; change < 15; ++change) {
        REQUIRE(journal.wait_for(change * 120));
        if (change % 3 == 0) {
            faults.lose();
        } else {
            faults.revoke();
        }
    }
    REQUIRE(journal.wait_for(events));
    stop.request_stop();
    REQUIRE(end.get().has_value());
    journal.check(events);
    REQUIRE(committed_in_all(world, "scores-v1", 3) == static_cast<std::int64_t>(events));
}

TEST_CASE("a broker that is away for a while interrupts the run, nothing more", "[consume][unit]") {
    World world;
    publish_many(world, 300, 10);
    testing::FaultPlan faults{world.broker};
    Journal journal;
    auto projector = world.projector(journaled(journal), {.buffered_records = 20});
    std::stop_source stop;
    auto end = std::async(std::launch::async, [&] { return projector.run(stop.get_token()); });
    REQUIRE(journal.wait_for(50));
    faults.fail_next(testing::Operation::poll, 5, ErrorKind::unavailable);
    faults.fail_next(testing::Operation::commit, 3, ErrorKind::retriable);
    const auto patience = std::chrono::steady_clock::now() + 60s;
    while (!world.logger->contains("reading is interrupted; trying on")) {
        REQUIRE(std::chrono::steady_clock::now() < patience);
        std::this_thread::yield();
    }
    world.publish("later", 300);
    REQUIRE(journal.wait_for(301));
    stop.request_stop();
    REQUIRE(end.get().value() == StopReason::requested);
}

TEST_CASE("what cannot go on ends the run with its error", "[consume][unit]") {
    World world;
    Journal journal;
    SECTION("a fatal reader") {
        testing::FaultPlan faults{world.broker};
        auto projector = world.projector(journaled(journal));
        faults.fail_next(testing::Operation::poll, 1, ErrorKind::fatal);
        REQUIRE(projector.run({}).error().kind == ErrorKind::fatal);
    }
    SECTION("an unknown topic") {
        auto projector = world.projector(journaled(journal), {.topics = {"nowhere"}});
        const auto end = projector.run({});
        REQUIRE(end.error().kind == ErrorKind::invalid_argument);
        REQUIRE(end.error().message.find("nowhere") != std::string::npos);
        REQUIRE(projector.step().error().kind == ErrorKind::invalid_argument);
    }
}

TEST_CASE("a handler that never ends is reported, then left alone when the run must end", "[consume][unit]") {
    World world;
    testing::FaultPlan polls{world.broker};
    world.publish("ada", 1);
    auto entered = std::make_shared<std::promise<void>>();
    auto leave = std::make_shared<std::promise<void>>();
    auto left = std::make_shared<std::promise<void>>();
    Projection scores{"scores-v1"};
    scores.on<Scored>([entered, leave, left](const Scored&) {
        entered->set_value();
        leave->get_future().wait();
        left->set_value();
    });
    auto projector = world.projector(std::move(scores), {.drain_timeout = 20ms, .handler_deadline = 5s});
    std::stop_source stop;
    auto end = std::async(std::launch::async, [&] { return projector.run(stop.get_token()); });
    entered->get_future().wait();
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    const auto in_time = [&] { return std::chrono::steady_clock::now() < deadline; };
    while (!world.logger->contains("a handler exceeds its deadline") && in_time()) {
        // No faster than the polling thread follows: a clock that runs away from it ends its membership first.
        const auto before = polls.calls(testing::Operation::poll);
        world.clock->advance(1s);
        while (polls.calls(testing::Operation::poll) == before && in_time()) std::this_thread::yield();
    }
    CHECK(in_time());
    stop.request_stop();
    REQUIRE(end.get().error().code == "projector.handler_stuck");
    REQUIRE(world.committed("scores-v1") == -1);
    leave->set_value();
    left->get_future().wait();
}

TEST_CASE("a worker's handlers see the stop request", "[consume][unit]") {
    World world;
    world.publish("ada", 1);
    std::promise<void> entered;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored&, const Delivery& delivery) -> Handled {
        entered.set_value();
        while (!delivery.stop_token().stop_requested()) std::this_thread::yield();
        return retry("stopping");
    });
    auto projector = world.projector(std::move(scores));
    std::stop_source stop;
    auto end = std::async(std::launch::async, [&] { return projector.run(stop.get_token()); });
    entered.get_future().wait();
    stop.request_stop();
    REQUIRE(end.get().value() == StopReason::requested);
    REQUIRE(world.dead().empty());
    REQUIRE(world.committed("scores-v1") <= 0);
}

TEST_CASE("events without a key keep the order of their aggregate", "[consume][unit]") {
    World world;
    for (int points = 0; points < 200; ++points) {
        const std::string student = "s" + std::to_string(points % 5);
        Record record =
            world.catalogue.prepare(world.broker.runtime(), student, Scored{.student = student, .points = points})
                .value();
        record.key.reset();
        world.write(record);
    }
    Journal journal;
    auto projector = world.projector(journaled(journal), {.workers = 4});
    REQUIRE(projector.run_until_caught_up().value() == StopReason::caught_up);
    journal.check(200);
}

TEST_CASE("wrong options are refused by name", "[consume][unit]") {
    World world;
    Journal journal;
    const auto code = [&](ProjectorOptions options, Projection projection) {
        auto made = Projector::create(world.broker, world.catalogue, std::move(projection), std::move(options));
        return made ? std::string{"made"} : made.error().code + " " + made.error().message;
    };
    const std::pair<const char*, ProjectorOptions> wrong[]{
        {"workers", {.workers = 0}},
        {"buffered_records", {.buffered_records = 1}},
        {"buffered_bytes", {.buffered_bytes = 10}},
        {"waiting_keys", {.waiting_keys = 0}},
        {"commit_interval", {.commit_interval = 1ms}},
        {"drain_timeout", {.drain_timeout = -1ms}},
        {"handler_deadline", {.handler_deadline = 0ms}},
        {"dead_letters.max_message_bytes", {.dead_letters = {.max_message_bytes = 1}}},
    };
    for (const auto& [member, options] : wrong) {
        REQUIRE(code(options, journaled(journal)).find(std::string{"ProjectorOptions::"} + member) !=
                std::string::npos);
    }
    REQUIRE(code({.retry = {.max_retries = -1}}, journaled(journal)).find("retry_policy") == 0);
    REQUIRE(code({}, Projection{"empty"}).find("projector.no_topics") == 0);
    REQUIRE(code({.topics = {"x"}}, Projection{"empty"}).find("projection.no_handlers") == 0);
    REQUIRE(code({}, Projection{""}).find("projection.name") == 0);
    Projection twice{"twice"};
    twice.on<Scored>([](const Scored&) {}).on_type("Scored", [](const Delivery&) { return done(); });
    REQUIRE(code({}, twice).find("projection.handled_twice") == 0);
}
