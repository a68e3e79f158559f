#include "world.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

using namespace world;
using namespace std::chrono_literals;

namespace {

using Points = std::vector<std::int64_t>;

Points points_of(std::span<const Scored> events) {
    Points points;
    for (const Scored& event : events) points.push_back(event.points);
    return points;
}

}  // namespace

TEST_CASE("a batch handler gets the events of a key together and in order", "[consume][unit]") {
    World world;
    for (std::int64_t points = 0; points < 5; ++points) world.publish("ada", points);
    world.publish("grace", 7);
    std::vector<Points> calls;
    Projection scores{"scores-v1"};
    scores.on_batch<Scored>([&](std::span<const Scored> events) { calls.push_back(points_of(events)); },
                            {.max_events = 3});
    auto projector = world.projector(std::move(scores));
    REQUIRE(settle(projector) == 6);
    REQUIRE(calls.size() == 3);
    REQUIRE(calls[0] == Points{0, 1, 2});
    REQUIRE(calls[1] == Points{7});  // no key starves behind a long one
    REQUIRE(calls[2] == Points{3, 4});
    REQUIRE(world.committed("scores-v1") == 6);
}

TEST_CASE("a batch handler may take the events of a partition, each key's in order", "[consume][unit]") {
    World world{2};
    for (std::int64_t points = 0; points < 40; ++points) world.publish("student-" + std::to_string(points % 4), points);
    std::map<std::string, Points> seen;
    std::vector<std::set<std::int32_t>> partitions;
    Projection scores{"scores-v1"};
    scores.on_batch<Scored>(
        [&](std::span<const Scored> events, std::span<const OwnedDelivery> deliveries) -> Handled {
            REQUIRE(events.size() == deliveries.size());
            partitions.emplace_back();
            for (std::size_t at = 0; at < events.size(); ++at) {
                REQUIRE(deliveries[at].envelope.aggregate_id == events[at].student);
                partitions.back().insert(deliveries[at].partition);
                seen[events[at].student].push_back(events[at].points);
            }
            return done();
        },
        {.unit = BatchUnit::partition});
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(seen.size() == 4);
    for (const auto& [student, points] : seen) {
        REQUIRE(points.size() == 10);
        REQUIRE(std::is_sorted(points.begin(), points.end()));
    }
    for (const auto& of_one_call : partitions) REQUIRE(of_one_call.size() == 1);
    REQUIRE(partitions.size() < 40);
}

TEST_CASE("of a batch that fails each event is tried alone, and only the poison one is dead-lettered",
          "[consume][unit]") {
    World world;
    for (std::int64_t points = 0; points < 4; ++points) world.publish("ada", points);
    Points handled;
    Projection scores{"scores-v1"};
    scores.on_batch<Scored>([&](std::span<const Scored> events) -> Handled {
        for (const Scored& event : events) {
            if (event.points == 1) throw std::runtime_error{"poison"};
        }
        for (const Scored& event : events) handled.push_back(event.points);
        return done();
    });
    auto projector = world.projector(std::move(scores), {.retry = {.max_retries = 1, .jitter = 0.0}});
    settle(projector);
    REQUIRE(handled == Points{0});  // the rest waits behind the one that is tried again
    world.clock->advance(1s);
    settle(projector);
    REQUIRE(handled == Points{0, 2, 3});
    REQUIRE(world.dead().size() == 1);
    REQUIRE(world.dead().front().header(dead_letter_headers::attempts) == "2");
    REQUIRE(world.committed("scores-v1") == 4);
}

TEST_CASE("an outage is told once by a batch, not once by each of its events", "[consume][unit]") {
    World world;
    for (std::int64_t points = 0; points < 10; ++points) world.publish("student-" + std::to_string(points), points);
    int calls = 0;
    bool up = false;
    Projection scores{"scores-v1"};
    scores.on_batch<Scored>(
        [&](std::span<const Scored>) -> Handled {
            ++calls;
            return up ? done() : unavailable("the database is down");
        },
        {.unit = BatchUnit::partition});
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(calls <= 4);
    up = true;
    for (int second = 0; second < 5; ++second) {
        world.clock->advance(1s);
        settle(projector);
    }
    REQUIRE(world.committed("scores-v1") == 10);
    REQUIRE(world.dead().empty());
}

TEST_CASE("batches keep the order with the other events of their key, and broken ones end alone", "[consume][unit]") {
    World world;
    const auto withdraw = [&] {
        world.write(world.catalogue.prepare(world.broker.runtime(), "ada", Withdrawn{"moved"}).value());
    };
    world.publish("ada", 1);
    world.publish("ada", 2);
    withdraw();
    world.publish("ada", 3);
    world.write({.topic = topic, .key = "ada", .value = "{torn"});
    world.publish("ada", 4);
    std::vector<std::string> seen;
    Projection scores{"scores-v1"};
    scores.on_batch<Scored>([&](std::span<const Scored> events) {
        for (const Scored& event : events) seen.push_back(std::to_string(event.points));
    });
    scores.on<Withdrawn>([&](const Withdrawn&) { seen.emplace_back("withdrawn"); });
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(seen == std::vector<std::string>{"1", "2", "withdrawn", "3", "4"});
    REQUIRE(world.dead().size() == 1);
    REQUIRE(world.committed("scores-v1") == 6);
}

TEST_CASE("what nobody handles waits for the batch before it, so that a failed one keeps its place",
          "[consume][unit]") {
    World world;
    const auto between = [&] {
        Record nobody_handles = world.catalogue.prepare(world.broker.runtime(), "ada", Withdrawn{"moved"}).value();
        SECTION("a type without a handler") {}
        SECTION("redriven for another group") {
            nobody_handles = world.catalogue.prepare(world.broker.runtime(), "ada", Scored{"ada", 9, {}}).value();
            nobody_handles.headers.push_back({"eventsdk-redrive-for", "others"});
        }
        SECTION("a tombstone") { nobody_handles.value.reset(); }
        return nobody_handles;
    }();
    world.publish("ada", 0);
    world.write(between);
    world.publish("ada", 1);
    world.write(between);
    world.publish("grace", 2);
    Points handled;
    int failures = 2;  // of the batch, then of its first event alone
    Projection scores{"scores-v1"};
    scores.on_batch<Scored>([&](std::span<const Scored> events) -> Handled {
        if (events.front().student == "ada" && failures-- > 0) return retry("not yet");
        for (const Scored& event : events) handled.push_back(event.points);
        return done();
    });
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(handled == Points{2});
    REQUIRE(world.committed("scores-v1") == 0);
    world.clock->advance(2s);
    settle(projector);
    REQUIRE(handled == Points{2, 0, 1});
    REQUIRE(world.committed("scores-v1") == 5);
    REQUIRE(world.dead().empty());
}

TEST_CASE("what nobody handles ends before a later event of the batch that fails", "[consume][unit]") {
    World world;
    world.publish("ada", 0);
    world.write(world.catalogue.prepare(world.broker.runtime(), "ada", Withdrawn{"moved"}).value());
    world.publish("ada", 1);
    world.publish("ada", 2);
    Points handled;
    Projection scores{"scores-v1"};
    scores.on_batch<Scored>([&](std::span<const Scored> events) -> Handled {
        for (const Scored& event : events) {
            if (event.points == 1) return dead_letter("never");
        }
        for (const Scored& event : events) handled.push_back(event.points);
        return done();
    });
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(handled == Points{0, 2});
    REQUIRE(world.dead().size() == 1);
    REQUIRE(world.committed("scores-v1") == 4);
}

TEST_CASE("workers fill batches and lose nothing", "[consume][unit]") {
    memory::Broker broker;
    const Catalogue catalogue = load_catalogue();
    broker.create_topic({.name = topic, .partitions = 3}).value();
    struct Sink : WriteSink {
        void written(std::span<const WriteOutcome>) noexcept override {}
    } sink;
    auto writer = broker.port().writer({}, sink).value();
    for (std::int64_t points = 0; points < 3'000; ++points) {
        const std::string key = std::to_string(points % 7);
        writer->write(catalogue.prepare(broker.runtime(), key, Scored{key, points, {}}).value(), 0).value();
    }
    writer->flush(1s).value();
    std::mutex mutex;
    std::map<std::string, Points> seen;
    std::size_t largest = 0;
    Projection scores{"scores-v1"};
    scores.on_batch<Scored>([&](std::span<const Scored> events) {
        const std::lock_guard lock{mutex};
        largest = std::max(largest, events.size());
        for (const Scored& event : events) seen[event.student].push_back(event.points);
    });
    auto projector = Projector::create(broker, catalogue, std::move(scores), {.workers = 3}).value();
    REQUIRE(projector.run_until_caught_up().value() == StopReason::caught_up);
    std::size_t total = 0;
    for (const auto& [student, points] : seen) {
        total += points.size();
        REQUIRE(std::is_sorted(points.begin(), points.end()));
    }
    REQUIRE(total == 3'000);
    REQUIRE(largest > 1);
    REQUIRE(largest <= 100);
}

TEST_CASE("middleware stands around every handler, the first one outermost", "[consume][unit]") {
    World world;
    world.publish("ada", 1);
    world.write(world.catalogue.prepare(world.broker.runtime(), "ada", Withdrawn{"moved"}).value());
    std::vector<std::string> seen;
    Projection scores{"scores-v1"};
    scores.around([&](const Delivery& delivery, const std::function<Handled()>& next) {
        seen.push_back("begin " + std::string{delivery.envelope().type});
        Handled handled = next();
        seen.emplace_back("end");
        return handled;
    });
    scores.around([&](const Delivery&, const std::function<Handled()>& next) {
        seen.emplace_back("inner");
        return next();
    });
    scores.on<Scored>([&](const Scored&) { seen.emplace_back("scored"); });
    scores.on_batch<Withdrawn>([&](std::span<const Withdrawn>) { seen.emplace_back("withdrawn"); });
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(seen == std::vector<std::string>{"begin Scored", "inner", "scored", "end", "begin Withdrawn", "inner",
                                             "withdrawn", "end"});
}

TEST_CASE("middleware that calls a batch handler again calls it with the same events", "[consume][unit]") {
    World world;
    for (std::int64_t points = 0; points < 3; ++points) world.publish("ada", points);
    std::vector<Points> calls;
    Projection scores{"scores-v1"};
    scores.around([](const Delivery&, const std::function<Handled()>& next) {
        const Handled first = next();
        return first.outcome == Handled::Outcome::done ? first : next();
    });
    scores.on_batch<Scored>([&](std::span<const Scored> events) -> Handled {
        calls.push_back(points_of(events));
        return calls.size() == 1 ? retry("once more") : done();
    });
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(calls == std::vector<Points>{{0, 1, 2}, {0, 1, 2}});
    REQUIRE(world.committed("scores-v1") == 3);
}

TEST_CASE("middleware may answer itself, and see or turn what a handler throws", "[consume][unit]") {
    World world;
    world.publish("ada", 1);
    world.publish("grace", 2);
    world.publish("linus", 3);
    int handled = 0;
    Projection scores{"scores-v1"};
    scores.around([&](const Delivery& delivery, const std::function<Handled()>& next) -> Handled {
        if (delivery.envelope().aggregate_id == "ada") return skip("no tenant of ours");
        try {
            return next();
        } catch (const std::runtime_error& thrown) {
            return eventsdk::dead_letter(thrown.what());
        }
    });
    scores.on<Scored>([&](const Scored& event) {
        if (event.points == 2) throw std::runtime_error{"refused"};
        ++handled;
    });
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(handled == 1);
    REQUIRE(world.dead().size() == 1);
    REQUIRE(world.dead().front().header(dead_letter_headers::error_message) == "refused");
}

TEST_CASE("a batch of impossible size is refused", "[consume][unit]") {
    World world;
    for (const int size : {0, 10'001}) {
        Projection scores{"scores-v1"};
        scores.on_batch<Scored>([](std::span<const Scored>) {}, {.max_events = size});
        const auto refused = Projector::create(world.broker, world.catalogue, std::move(scores));
        REQUIRE(refused.error().code == "projection.batch");
    }
}
