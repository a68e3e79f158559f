#include "world.hpp"

using namespace world;
using namespace std::chrono_literals;

namespace {

std::string text(const Record& record, std::string_view name) { return std::string{record.header(name).value_or("-")}; }

ProjectorOptions steady() { return {.retry = {.jitter = 0.0}}; }

}  // namespace

TEST_CASE("a projection handles each event once, in order, and commits what is done", "[consume][unit]") {
    World world;
    for (int points = 0; points < 5; ++points) world.publish("ada", points);
    std::vector<std::int64_t> seen;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored& event, const Delivery& delivery) {
        REQUIRE(delivery.attempt() == 1);
        REQUIRE(delivery.envelope().aggregate_id == "ada");
        REQUIRE(delivery.offset() == event.points);
        seen.push_back(event.points);
    });
    auto projector = world.projector(std::move(scores));
    REQUIRE(settle(projector) == 5);
    REQUIRE(seen == std::vector<std::int64_t>{0, 1, 2, 3, 4});
    REQUIRE(world.committed("scores-v1") == 5);
    REQUIRE(world.dead().empty());
}

TEST_CASE("a new projector of the group goes on where the last one stopped", "[consume][unit]") {
    World world;
    int handled = 0;
    const auto make = [&] {
        Projection scores{"scores-v1"};
        scores.on<Scored>([&](const Scored&) { ++handled; });
        return world.projector(std::move(scores));
    };
    world.publish("ada", 1);
    {
        auto projector = make();
        settle(projector);
    }
    world.publish("ada", 2);
    auto projector = make();
    REQUIRE(settle(projector) == 1);
    REQUIRE(handled == 2);
}

TEST_CASE("a failing event is tried again after 1, 2 and 4 seconds and then is a dead letter", "[consume][unit]") {
    World world;
    world.publish("ada", 1);
    int attempts = 0;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored&, const Delivery& delivery) {
        REQUIRE(delivery.attempt() == ++attempts);
        throw std::runtime_error{"no such student"};
    });
    auto projector = world.projector(std::move(scores), steady());
    REQUIRE(settle(projector) == 1);
    int expected = 1;
    for (const auto pause : {1s, 2s, 4s}) {
        world.clock->advance(pause - 1ms);
        REQUIRE(settle(projector) == 0);
        REQUIRE(world.committed("scores-v1") == 0);  // its attempts are noted, nothing is finished
        world.clock->advance(1ms);
        REQUIRE(settle(projector) == 1);
        REQUIRE(attempts == ++expected);
    }
    REQUIRE(world.committed("scores-v1") == 1);
    const std::vector<Record> dead = world.dead();
    REQUIRE(dead.size() == 1);
    const Record original = world.broker.records(topic).front();
    REQUIRE(dead[0].value == original.value);
    REQUIRE(dead[0].key == original.key);
    REQUIRE(text(dead[0], "eventsdk-dlq-stage") == "handler");
    REQUIRE(text(dead[0], "eventsdk-dlq-error-code") == "handler.exception");
    REQUIRE(text(dead[0], "eventsdk-dlq-error-message") == "no such student");
    REQUIRE(text(dead[0], "eventsdk-dlq-attempts") == "4");
    REQUIRE(text(dead[0], "eventsdk-dlq-first-failure") == "2026-01-01T00:00:00.000Z");
    REQUIRE(text(dead[0], "eventsdk-dlq-last-failure") == "2026-01-01T00:00:07.000Z");
}

TEST_CASE("a retry holds back its own key and no other", "[consume][unit]") {
    World world;
    std::vector<std::string> seen;
    bool broken = true;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored& event) -> Handled {
        if (event.student == "ada" && broken) return retry("not yet");
        seen.push_back(event.student + std::to_string(event.points));
        return done();
    });
    world.publish("ada", 1);
    world.publish("ada", 2);
    world.publish("bob", 3);
    auto projector = world.projector(std::move(scores), steady());
    settle(projector);
    world.publish("ada", 4);
    world.publish("bob", 5);
    settle(projector);
    REQUIRE(seen == std::vector<std::string>{"bob3", "bob5"});
    REQUIRE(world.committed("scores-v1") <= 0);
    broken = false;
    world.clock->advance(1s);
    settle(projector);
    REQUIRE(seen == std::vector<std::string>{"bob3", "bob5", "ada1", "ada2", "ada4"});
    REQUIRE(world.committed("scores-v1") == 5);
}

TEST_CASE("what was finished behind a waiting event is not run again by the next projector", "[consume][unit]") {
    World world;
    std::vector<std::string> seen;
    bool broken = true;
    const auto make = [&] {
        Projection scores{"scores-v1"};
        scores.on<Scored>([&](const Scored& event) -> Handled {
            if (event.student == "ada" && broken) return retry();
            seen.push_back(event.student);
            return done();
        });
        return world.projector(std::move(scores), steady());
    };
    for (const char* student : {"ada", "bob", "cyd", "dan"}) world.publish(student, 1);
    {
        auto projector = make();
        settle(projector);
    }
    REQUIRE(seen == std::vector<std::string>{"bob", "cyd", "dan"});
    REQUIRE(world.committed("scores-v1") == 0);
    broken = false;
    auto projector = make();
    settle(projector);
    REQUIRE(seen == std::vector<std::string>{"bob", "cyd", "dan", "ada"});
    REQUIRE(world.committed("scores-v1") == 4);
}

TEST_CASE("a handler says what becomes of the event", "[consume][unit]") {
    World world;
    std::vector<Result<void>> results;
    Handled answer = done();
    int runs = 0;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored&) {
        ++runs;
        return answer;
    });
    auto projector = world.projector(std::move(scores), steady());
    world.publish("ada", 1);

    SECTION("dead_letter: at once") {
        answer = dead_letter("unknown course");
        settle(projector);
        REQUIRE(world.dead().size() == 1);
        REQUIRE(text(world.dead()[0], "eventsdk-dlq-error-code") == "handler.dead_letter");
        REQUIRE(text(world.dead()[0], "eventsdk-dlq-attempts") == "1");
        REQUIRE(world.committed("scores-v1") == 1);
    }
    SECTION("skip: committed, logged, no dead letter") {
        answer = skip("too old");
        settle(projector);
        REQUIRE(world.dead().empty());
        REQUIRE(world.committed("scores-v1") == 1);
        REQUIRE(world.logger->contains("too old"));
    }
    SECTION("retry_after: at its own time") {
        answer = retry_after(90s);
        settle(projector);
        world.clock->advance(89s);
        REQUIRE(settle(projector) == 0);
        world.clock->advance(1s);
        REQUIRE(settle(projector) == 1);
    }
    SECTION("stop: nothing more runs, the event stays unhandled") {
        answer = stop("database schema is old");
        (void)projector.step().value();
        (void)projector.step().value();
        REQUIRE(runs == 1);
        REQUIRE(world.committed("scores-v1") == -1);
        REQUIRE(world.logger->contains("database schema is old"));
    }
    SECTION("unavailable: again and again, no attempt spent, no dead letter") {
        answer = unavailable("mail server");
        settle(projector);
        for (int minute = 0; minute < 10; ++minute) {
            world.clock->advance(60s);
            settle(projector);
        }
        REQUIRE(runs >= 11);
        REQUIRE(world.dead().empty());
        answer = done();
        world.clock->advance(30s);
        settle(projector);
        REQUIRE(world.committed("scores-v1") == 1);
    }
}

TEST_CASE("an error that a handler returns counts by its kind", "[consume][unit]") {
    using Outcome = Handled::Outcome;
    const std::pair<ErrorKind, Outcome> expected[]{{ErrorKind::permanent, Outcome::dead_letter},
                                                   {ErrorKind::invalid_argument, Outcome::dead_letter},
                                                   {ErrorKind::unavailable, Outcome::unavailable},
                                                   {ErrorKind::fatal, Outcome::stop},
                                                   {ErrorKind::fenced, Outcome::stop},
                                                   {ErrorKind::closed, Outcome::stop},
                                                   {ErrorKind::retriable, Outcome::retry},
                                                   {ErrorKind::conflict, Outcome::retry},
                                                   {ErrorKind::indeterminate, Outcome::retry},
                                                   {ErrorKind::abortable, Outcome::retry}};
    for (const auto& [kind, outcome] : expected) {
        const Handled handled = to_handled({.kind = kind, .code = "db.down", .message = "no route"});
        REQUIRE(handled.outcome == outcome);
        REQUIRE(handled.code == "db.down");
        REQUIRE(handled.reason == "no route");
    }
    World world;
    world.publish("ada", 1);
    Projection scores{"scores-v1"};
    scores.on<Scored>([](const Scored&) -> Result<void> {
        return Error{.kind = ErrorKind::permanent, .code = "scores.no_course", .message = "no course"};
    });
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(text(world.dead().at(0), "eventsdk-dlq-error-code") == "scores.no_course");
}

TEST_CASE("exceptions of every sort stay inside: std, others, and errors as exceptions", "[consume][unit]") {
    World world;
    std::int64_t kind = 0;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored& event) {
        kind = event.points;
        if (kind == 1) throw 42;
        if (kind == 2) throw std::bad_alloc{};
        if (kind == 3) throw_bad_result({.kind = ErrorKind::permanent, .code = "x.y", .message = "never"});
    });
    auto projector = world.projector(std::move(scores), {.retry = {.max_retries = 0}});
    for (std::int64_t points : {1, 2, 3, 4}) world.publish("s" + std::to_string(points), points);
    REQUIRE(settle(projector) == 4);
    const auto dead = world.dead();
    REQUIRE(dead.size() == 3);
    REQUIRE(text(dead[0], "eventsdk-dlq-error-code") == "handler.unknown_exception");
    REQUIRE(text(dead[1], "eventsdk-dlq-error-code") == "handler.exception");
    REQUIRE(text(dead[2], "eventsdk-dlq-error-code") == "x.y");
}

TEST_CASE("records that cannot be read are dead letters at once, with their stage and untouched bytes",
          "[consume][unit]") {
    World world;
    Record good = world.catalogue.prepare(world.broker.runtime(), "ada", Scored{.student = "ada"}).value();
    Record torn = good;
    torn.value->resize(torn.value->size() - 5);
    Record invalid = good;
    invalid.value->replace(invalid.value->find("\"points\":0"), 10, "\"points\":-1");
    Record binary{.topic = topic, .key = std::string("\0\xff", 2), .value = std::string("\x00\x01\xfe", 3)};
    for (const Record& record : {torn, good, invalid, binary}) world.write(record);
    int handled = 0;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored&) { ++handled; });
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(handled == 1);
    const auto dead = world.dead();
    REQUIRE(dead.size() == 3);
    const std::pair<const Record*, const char*> expected[]{{&torn, "parse"}, {&invalid, "schema"}, {&binary, "parse"}};
    for (const auto& [record, stage] : expected) {
        const auto letter = std::find_if(dead.begin(), dead.end(),
                                         [sent = record](const Record& one) { return one.value == sent->value; });
        REQUIRE(letter != dead.end());
        REQUIRE(letter->key == record->key);
        REQUIRE(text(*letter, "eventsdk-dlq-stage") == stage);
        REQUIRE(text(*letter, "eventsdk-dlq-attempts") == "1");
    }
    REQUIRE(world.committed("scores-v1") == 4);
}

TEST_CASE("types without a handler are passed over; unknown ones go by policy", "[consume][unit]") {
    World world;
    Record unknown = world.catalogue.prepare(world.broker.runtime(), "ada", Withdrawn{.reason = "ill"}).value();
    world.write(unknown);  // known, without a handler
    unknown.value->replace(unknown.value->find("Withdrawn"), 9, "Vanished!");
    for (Header& header : unknown.headers) {
        if (header.name == "event-type") header.value = "Vanished!";
    }
    world.write(unknown);
    Projection scores{"scores-v1"};
    scores.on<Scored>([](const Scored&) {});
    const auto run = [&](UnknownTypes policy) {
        auto projector = world.projector(scores, {.unknown_types = policy});
        (void)projector.step().value();
        (void)projector.step().value();
    };
    SECTION("ignore") {
        run(UnknownTypes::ignore);
        REQUIRE(world.committed("scores-v1") == 2);
        REQUIRE(world.dead().empty());
    }
    SECTION("dead_letter") {
        run(UnknownTypes::dead_letter);
        REQUIRE(world.committed("scores-v1") == 2);
        REQUIRE(text(world.dead().at(0), "eventsdk-dlq-error-code") == "projector.unknown_type");
    }
    SECTION("stop") {
        run(UnknownTypes::stop);
        REQUIRE(world.committed("scores-v1") == 1);
        REQUIRE(world.logger->contains("Vanished!"));
    }
    SECTION("otherwise() takes both") {
        std::vector<std::string> types;
        scores.otherwise([&](const Delivery& delivery) {
            types.emplace_back(delivery.envelope().type);
            return done();
        });
        run(UnknownTypes::stop);
        REQUIRE(types == std::vector<std::string>{"Withdrawn", "Vanished!"});
    }
}

TEST_CASE("handlers by name and by family get their events", "[consume][unit]") {
    World world;
    world.publish("ada", 7);
    world.write(world.catalogue.prepare(world.broker.runtime(), "ada", Withdrawn{.reason = "ill"}).value());
    std::vector<std::string> seen;
    SECTION("by name, with the payload's text") {
        Projection names{"names-v1"};
        names.on_type("Withdrawn", [&](const Delivery& delivery) {
            seen.emplace_back(delivery.payload_text());
            const OwnedDelivery owned = delivery.to_owned();
            REQUIRE(owned.payload == seen.back());
            REQUIRE(owned.envelope.type == "Withdrawn");
            REQUIRE(owned.offset == 1);
            return done();
        });
        auto projector = world.projector(std::move(names));
        settle(projector);
        REQUIRE(seen == std::vector<std::string>{R"({"reason":"ill"})"});
    }
    SECTION("a family by a visitor") {
        struct Visitor {
            std::vector<std::string>* seen;
            void operator()(const Scored& event) { seen->push_back(event.student); }
            void operator()(const Withdrawn& event, const Delivery&) { seen->push_back(event.reason); }
        };
        Projection family{"family-v1"};
        family.on<std::variant<Scored, Withdrawn>>(Visitor{&seen});
        auto projector = world.projector(std::move(family));
        settle(projector);
        REQUIRE(seen == std::vector<std::string>{"ada", "ill"});
    }
}

TEST_CASE("an optional member of the last event does not show in the next", "[consume][unit]") {
    World world;
    std::vector<std::optional<std::string>> comments;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored& event) { comments.push_back(event.comment); });
    const auto write = [&](std::optional<std::string> comment) {
        world.write(
            world.catalogue.prepare(world.broker.runtime(), "ada", Scored{"ada", 1, std::move(comment)}).value());
    };
    write("well done");
    write({});
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(comments == std::vector<std::optional<std::string>>{"well done", std::nullopt});
}

TEST_CASE("while the dead-letter topic is missing the partition waits, says so, and goes on when it is there",
          "[consume][unit]") {
    World world{1, false};
    int handled = 0;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored& event) -> Handled {
        if (event.points == 0) return dead_letter("zero");
        ++handled;
        return done();
    });
    world.publish("ada", 0);
    auto projector = world.projector(std::move(scores));
    settle(projector);
    REQUIRE(world.logger->contains("a dead letter cannot be written; its partition waits"));
    REQUIRE(world.logger->contains("kafka.topic_unknown"));
    world.publish("bob", 1);
    for (int minute = 0; minute < 5; ++minute) {
        world.clock->advance(60s);
        settle(projector);
    }
    REQUIRE(handled == 0);
    REQUIRE(world.committed("scores-v1") == 0);
    world.broker.create_topic({.name = dead_topic}).value();
    world.clock->advance(30s);
    settle(projector);
    REQUIRE(world.dead().size() == 1);
    REQUIRE(handled == 1);
    REQUIRE(world.committed("scores-v1") == 2);
}

TEST_CASE("an original that does not fit the dead-letter topic is dead-lettered by reference", "[consume][unit]") {
    World world{1, false};
    world.broker.create_topic({.name = dead_topic, .max_record_bytes = 4'096}).value();
    world.write(
        world.catalogue.prepare(world.broker.runtime(), "ada", Scored{.student = std::string(10'000, 'a')}).value());
    Projection scores{"scores-v1"};
    scores.on<Scored>([](const Scored&) { return dead_letter("too wordy"); });
    auto projector = world.projector(std::move(scores));
    settle(projector);
    const auto dead = world.dead();
    REQUIRE(dead.size() == 1);
    REQUIRE_FALSE(dead[0].value.has_value());
    REQUIRE(text(dead[0], "eventsdk-dlq-value-sha256").size() == 64);
    REQUIRE(text(dead[0], "eventsdk-dlq-offset") == "0");
    REQUIRE(world.committed("scores-v1") == 1);
}

TEST_CASE("a redriven record runs in the group that it is for and in no other", "[consume][unit]") {
    World world;
    Record redriven = world.catalogue.prepare(world.broker.runtime(), "ada", Scored{.student = "ada"}).value();
    redriven.headers.push_back({"eventsdk-redrive-for", "scores-v1"});
    world.write(redriven);
    for (const auto& [group, expected] : {std::pair{"scores-v1", 1}, std::pair{"others-v1", 0}}) {
        int handled = 0;
        Projection projection{group};
        projection.on<Scored>([&](const Scored&) { ++handled; });
        auto projector = world.projector(std::move(projection));
        settle(projector);
        REQUIRE(handled == expected);
        REQUIRE(world.committed(group) == 1);
    }
}

TEST_CASE("a ten-minute outage of a dependency dead-letters nothing and probes little", "[consume][unit]") {
    World world;
    bool down = true;
    int calls = 0;
    std::vector<std::int64_t> handled;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored& event) -> Handled {
        ++calls;
        if (down) return unavailable("database");
        handled.push_back(event.points);
        return done();
    });
    for (int points = 0; points < 200; ++points) world.publish("s" + std::to_string(points % 50), points);
    auto projector = world.projector(std::move(scores), steady());
    settle(projector);
    for (int second = 0; second < 600; ++second) {
        world.clock->advance(1s);
        settle(projector);
    }
    REQUIRE(world.dead().empty());
    REQUIRE(calls < 40);
    down = false;
    world.clock->advance(30s);
    settle(projector);
    REQUIRE(handled.size() == 200);
    REQUIRE(world.committed("scores-v1") == 200);
    REQUIRE(world.dead().empty());
}

TEST_CASE("one partition's outage leaves the others at work", "[consume][unit]") {
    World world{4};
    std::map<std::int32_t, int> handled;
    Projection scores{"scores-v1"};
    scores.on<Scored>([&](const Scored&, const Delivery& delivery) -> Handled {
        if (delivery.partition() == 2) return unavailable();
        ++handled[delivery.partition()];
        return done();
    });
    for (int count = 0; count < 400; ++count) world.publish("s" + std::to_string(count), count);
    auto projector = world.projector(std::move(scores), steady());
    settle(projector);
    REQUIRE(handled.size() == 3);
    for (const std::int32_t partition : {0, 1, 3})
        REQUIRE(world.committed("scores-v1", partition) == handled[partition]);
    REQUIRE(world.committed("scores-v1", 2) == -1);
}

TEST_CASE("a topic pattern takes in several topics, but not their dead letters", "[consume][unit]") {
    World world;
    world.broker.create_topic({.name = "test.education.other", .partitions = 2}).value();
    world.broker.create_topic({.name = topic + ".parked"}).value();
    std::vector<std::int64_t> handled;
    const auto make = [&](const std::string& name, std::vector<std::string> topics, std::int64_t refused) {
        Projection scores{name};
        scores.on<Scored>([&, refused](const Scored& event) -> Handled {
            handled.push_back(event.points);
            return event.points == refused ? dead_letter("no") : done();
        });
        return world.projector(std::move(scores), {.topics = std::move(topics)});
    };
    for (std::int64_t points = 1; points <= 3; ++points) world.publish("ada", points);
    Record other = world.catalogue.prepare(world.broker.runtime(), "ada", Scored{"ada", 4, {}}).value();
    for (const std::string& name : {std::string{"test.education.other"}, topic + ".parked"}) {
        other.topic = name;
        world.write(other);
    }
    const std::string warning = "own dead letters";
    auto all = make("scores-v1", {"^test\\.education"}, 2);
    settle(all);
    std::sort(handled.begin(), handled.end());
    REQUIRE(handled == std::vector<std::int64_t>{1, 2, 3, 4});
    REQUIRE(world.dead().size() == 1);
    REQUIRE(world.logger->contains(warning));
    REQUIRE(all.run_until_caught_up().value() == StopReason::caught_up);

    // Whoever asks for them gets them: by name, or by a pattern that takes in nothing else.
    const std::vector<std::string> wanted = GENERATE(std::vector<std::string>{"^test", dead_topic, topic + ".parked"},
                                                     std::vector<std::string>{"^.*\\.(dlq|parked)$"});
    handled.clear();
    auto watching = make("watching", wanted, 0);
    settle(watching);
    std::sort(handled.begin(), handled.end());
    REQUIRE(handled ==
            (wanted.size() > 1 ? std::vector<std::int64_t>{1, 2, 2, 3, 4, 4} : std::vector<std::int64_t>{2, 4}));
}
