#include <eventsdk/consume/replay.hpp>
#include <eventsdk/sqlite/database.hpp>
#include <eventsdk/testing/fault_plan.hpp>

#include "support/passing_port.hpp"
#include "support/sqlite_file.hpp"
#include "support/watched_store.hpp"
#include "unit/consume/world.hpp"

using namespace eventsdk;
using namespace std::chrono_literals;
using test::SqliteFile;
using test::Step;
using test::WatchedStore;
using world::settle;
using world::World;

namespace {

const std::string group = "points-v1";

/// A database with a table of points, and a projection that counts into it.
struct Points {
    SqliteFile file;
    World world;
    sqlite::Database database =
        sqlite::Database::open(file.path(), {.window = 1h, .busy_timeout = 2s, .clock = world.clock}).value();
    int handled = 0;

    explicit Points(std::int32_t partitions = 1) : world{partitions} {
        database.ensure_tables().value();
        REQUIRE(file.run("CREATE TABLE points (student TEXT PRIMARY KEY, points INTEGER NOT NULL)"));
    }
    Projection projection(ExactlyOnce<sqlite::Transaction> scope, std::string name = group,
                          const std::string& table = "points") {
        Projection points{std::move(name)};
        points.on<Scored>(scope, [this, table](const Scored& event, sqlite::Transaction& db) -> Result<void> {
            ++handled;
            auto added = db.execute(
                "INSERT INTO " + table + " VALUES (?, ?) ON CONFLICT DO UPDATE SET points = points + excluded.points",
                {event.student, event.points});
            if (!added) return added.error();
            return {};
        });
        return points;
    }
    Projector projector() { return world.projector(projection(sqlite::exactly_once(database))); }
    Projector projector(WatchedStore::Watch watch) {
        auto store = std::make_shared<WatchedStore>(database.store(), std::move(watch));
        return world.projector(projection({store}));
    }
    std::int64_t of(const std::string& student, const std::string& table = "points") const {
        return file.number("SELECT points FROM " + table + " WHERE student = '" + student + "'");
    }
    std::int64_t stored(std::int32_t partition = 0) const {
        return file.number("SELECT position FROM eventsdk_checkpoints WHERE partition = " + std::to_string(partition));
    }
    std::int64_t inbox() const { return file.number("SELECT count(*) FROM eventsdk_inbox"); }
};

/// Whose readers by place bring nothing as long as it is deaf.
class DeafPort final : public test::PassingPort {
public:
    DeafPort(std::shared_ptr<BrokerPort> port, const bool& deaf) : PassingPort{std::move(port)}, deaf_{deaf} {}

    Result<std::unique_ptr<Reader>> reader(const ReaderOptions& options, RebalanceListener* listener) override {
        auto made = PassingPort::reader(options, listener);
        if (!made || !options.looks_up || !deaf_) return made;
        return std::unique_ptr<Reader>{std::make_unique<DeafReader>(std::move(*made))};
    }

private:
    class DeafReader final : public test::PassingReader {
    public:
        using PassingReader::PassingReader;
        Result<std::size_t> poll(std::vector<ReceivedRecord>&, std::size_t, Duration) override {
            return std::size_t{0};
        }
    };
    const bool& deaf_;
};

Error away() { return {.kind = ErrorKind::unavailable, .code = "testing.fault", .message = "the database is away"}; }

/// Steps over outages, moving the clock.
void settle_over_time(Points& points, Projector& projector) {
    for (int round = 0; round < 60; ++round) {
        settle(projector);
        points.world.clock->advance(1s);
    }
}

}  // namespace

TEST_CASE("effect, inbox row and position are committed together", "[sqlite][effects]") {
    Points points;
    points.world.publish("ada", 5);
    points.world.publish("bob", 7);
    points.world.publish("ada", 1);
    auto projector = points.projector();
    settle(projector);
    CHECK(points.of("ada") == 6);
    CHECK(points.of("bob") == 7);
    CHECK(points.inbox() == 3);
    const auto stored = points.database.checkpoints(group).value();
    REQUIRE(stored.size() == 1);
    CHECK(stored[0].topic == world::topic);
    CHECK(stored[0].position == 3);
    CHECK(stored[0].event_offset == 2);
    CHECK(!stored[0].event_id.empty());
    CHECK(points.world.committed(group) == 3);
}

TEST_CASE("handlers by name and catch-all handlers work in the same transactions", "[sqlite][effects]") {
    Points points;
    const bool by_name = GENERATE(true, false);
    const auto scope = sqlite::exactly_once(points.database);
    int runs = 0;
    const auto count = [&](const Delivery& delivery, sqlite::Transaction& db) -> Handled {
        const std::string student{delivery.envelope().aggregate_id};
        db.execute("INSERT INTO points VALUES (?, 1) ON CONFLICT DO UPDATE SET points = points + 1", {student}).value();
        return ++runs == 2 ? eventsdk::dead_letter("refused") : done();
    };
    Projection counted{group};
    by_name ? counted.on_type("Scored", scope, count) : counted.otherwise(scope, count);
    auto projector = points.world.projector(std::move(counted), {.topics = {world::topic}});
    for (int event = 0; event < 3; ++event) points.world.publish("ada", 5);
    settle(projector);
    CHECK(runs == 3);
    CHECK(points.of("ada") == 2);  // the refused one's was rolled back
    CHECK(points.inbox() == 2);
    CHECK(points.stored() == 3);
}

TEST_CASE("a handler that fails leaves nothing in the database", "[sqlite][effects]") {
    Points points;
    points.world.publish("ada", 5);
    int runs = 0;
    Projection failing{group};
    failing.on<Scored>(sqlite::exactly_once(points.database), [&](const Scored& event, sqlite::Transaction& db) {
        db.execute("INSERT INTO points VALUES (?, ?)", {event.student, event.points}).value();
        if (++runs < 3) throw std::runtime_error{"not yet"};
        return done();
    });
    auto projector = points.world.projector(std::move(failing));
    settle(projector);
    CHECK(points.of("ada") == -1);
    CHECK(points.inbox() == 0);
    points.world.clock->advance(1'100ms);
    settle(projector);
    points.world.clock->advance(2'200ms);
    settle(projector);
    CHECK(runs == 3);
    CHECK(points.of("ada") == 5);
    CHECK(points.inbox() == 1);
}

TEST_CASE("a dead letter of an exactly-once handler has no effect, and the position passes it", "[sqlite][effects]") {
    Points points;
    points.world.publish("ada", 5);
    Projection refusing{group};
    refusing.on<Scored>(sqlite::exactly_once(points.database),
                        [&](const Scored& event, sqlite::Transaction& db, const Delivery&) -> Handled {
                            db.execute("INSERT INTO points VALUES (?, 1)", {event.student}).value();
                            return dead_letter("no such course");
                        });
    auto projector = points.world.projector(std::move(refusing));
    settle(projector);
    CHECK(points.world.dead().size() == 1);
    CHECK(points.of("ada") == -1);
    CHECK(points.inbox() == 0);
    CHECK(points.stored() == 1);
}

TEST_CASE("a fault at any step of an effect neither loses nor doubles it", "[sqlite][effects][fault]") {
    const auto step = GENERATE(Step::begin, Step::claim, Step::advance, Step::commit, Step::committed);
    const int faults = GENERATE(1, 2, 7);
    Points points;
    for (int event = 0; event < 5; ++event) points.world.publish(event % 2 == 0 ? "ada" : "bob", 1 << event);
    int left = faults;
    auto projector = points.projector([&](Step at) -> Result<void> {
        if (at != step || left == 0) return {};
        --left;
        return away();
    });
    settle_over_time(points, projector);
    CHECK(left == (step == Step::committed && faults == 7 ? 2 : 0));  // each event is committed once
    CHECK(points.of("ada") == 0b10101);
    CHECK(points.of("bob") == 0b01010);
    CHECK(points.world.dead().empty());
    CHECK(points.stored() == 5);
}

TEST_CASE("positions that cannot be stored now are stored later", "[sqlite][effects][fault]") {
    Points points;
    points.world.publish("ada", 1);
    points.world.write({.topic = world::topic, .key = "x", .value = "no JSON"});
    int left = 3;
    auto projector = points.projector([&](Step at) -> Result<void> {
        if (at != Step::save || left == 0) return {};
        --left;
        return away();
    });
    settle_over_time(points, projector);
    CHECK(left == 0);
    CHECK(points.stored() == 2);
    CHECK(points.of("ada") == 1);
}

TEST_CASE("a crash between the effect and the group's commit repeats no effect", "[sqlite][effects][fault]") {
    Points points;
    for (int event = 0; event < 4; ++event) points.world.publish("ada", 1);
    {
        testing::FaultPlan faults{points.world.broker};
        faults.fail_when([](const testing::Call& call) { return call.operation == testing::Operation::commit; },
                         {.kind = ErrorKind::retriable, .code = "testing.fault"});
        auto projector = points.projector();
        settle(projector);
    }
    CHECK(points.world.committed(group) == -1);
    auto projector = points.projector();
    settle(projector);
    CHECK(points.of("ada") == 4);
    CHECK(points.handled == 4);
    points.world.publish("ada", 1);
    settle(projector);
    CHECK(points.of("ada") == 5);
    CHECK(points.world.committed(group) == 5);
}

TEST_CASE("the stored position wins over the group's offset, as after restoring a backup", "[sqlite][effects]") {
    Points points;
    for (int event = 0; event < 4; ++event) points.world.publish("ada", 1);
    { settle(*std::make_unique<Projector>(points.projector())); }
    REQUIRE(points.world.committed(group) == 4);
    REQUIRE(points.file.run("UPDATE points SET points = 2; DELETE FROM eventsdk_inbox WHERE recordoffset >= 2"));
    REQUIRE(points.file.run("UPDATE eventsdk_checkpoints SET position = 2, eventoffset = -1, eventid = ''"));
    auto projector = points.projector();
    REQUIRE(projector.run_until_caught_up().value() == StopReason::caught_up);
    CHECK(points.of("ada") == 4);
    CHECK(points.handled == 6);
    CHECK(points.stored() == 4);
}

TEST_CASE("an event finished behind a waiting one is not handled again after a restart", "[sqlite][effects]") {
    Points points;
    points.world.publish("slow", 1);
    points.world.publish("ada", 1);
    bool locked = true;
    const auto make = [&] {
        Projection some{group};
        some.on<Scored>(sqlite::exactly_once(points.database),
                        [&](const Scored& event, sqlite::Transaction& db) -> Handled {
                            if (event.student == "slow" && locked) return retry_after(1h);
                            db.execute("INSERT INTO points VALUES (?, 1) ON CONFLICT DO UPDATE SET points = points + 1",
                                       {event.student})
                                .value();
                            return done();
                        });
        return points.world.projector(std::move(some));
    };
    { settle(*std::make_unique<Projector>(make())); }
    CHECK(points.of("ada") == 1);
    CHECK(points.stored() == 0);
    locked = false;
    auto projector = make();
    settle(projector);
    CHECK(points.of("ada") == 1);
    CHECK(points.of("slow") == 1);
    CHECK(points.stored() == 2);
}

TEST_CASE("a topic that was created anew is told by its events, and nothing is handled", "[sqlite][effects]") {
    const int events = GENERATE(1, 3, 6);  // shorter than before, as long, longer
    Points points;
    for (int event = 0; event < 3; ++event) points.world.publish("ada", 1);
    { settle(*std::make_unique<Projector>(points.projector())); }
    auto admin = points.world.broker.port().admin().value();
    admin->delete_topic(world::topic, 1s).value();
    admin->create_topic({.name = world::topic}, 1s).value();
    for (int event = 0; event < events; ++event) points.world.publish("ada", 100);
    auto projector = points.projector();
    const auto end = projector.run_until_caught_up();
    REQUIRE(!end);
    CHECK(end.error().kind == ErrorKind::permanent);
    CHECK(end.error().code == "effects.other_log");
    CHECK(end.error().message.find(world::topic + "/0") != std::string::npos);
    CHECK(points.of("ada") == 3);

    points.database.forget(group).value();
    CHECK(points.database.checkpoints(group).value().empty());
}

TEST_CASE("a stored position is not trusted before the log behind it is read", "[sqlite][effects]") {
    Points points;
    points.world.publish("ada", 1);
    { settle(*std::make_unique<Projector>(points.projector())); }
    points.world.publish("ada", 1);
    bool deaf = true;
    points.world.broker.decorate(std::make_shared<DeafPort>(points.world.broker.shared_port(), deaf));
    auto projector = points.projector();
    for (int second = 0; second < 3; ++second) {
        settle(projector);
        points.world.clock->advance(1s);
    }
    CHECK(points.of("ada") == 1);
    CHECK(points.world.logger->contains("stored positions cannot be read now; their partitions wait"));
    deaf = false;
    settle(projector);
    CHECK(points.of("ada") == 2);
}

TEST_CASE("a log that retention has emptied up to the stored position is still the same", "[sqlite][effects]") {
    Points points;
    for (int event = 0; event < 3; ++event) points.world.publish("ada", 1);
    { settle(*std::make_unique<Projector>(points.projector())); }
    points.world.broker.port().admin().value()->delete_records_before({world::topic, 0}, 3, 1s).value();
    points.world.publish("ada", 1);
    auto projector = points.projector();
    settle(projector);
    CHECK(points.of("ada") == 4);
}

TEST_CASE("a double of an event is told by its id until the window has passed", "[sqlite][effects]") {
    Points points;
    const Record record =
        points.world.catalogue.prepare(points.world.broker.runtime(), "ada", Scored{.student = "ada", .points = 5})
            .value();
    points.world.write(record);
    points.world.write(record);
    auto projector = points.projector();
    settle(projector);
    CHECK(points.of("ada") == 5);
    CHECK(points.handled == 1);
    points.world.clock->advance(50min);
    settle(projector);
    points.world.write(record);
    settle(projector);
    CHECK(points.of("ada") == 5);
    points.world.clock->advance(11min);
    settle(projector);
    CHECK(points.inbox() == 0);
    points.world.write(record);
    settle(projector);
    CHECK(points.of("ada") == 10);
}

TEST_CASE("partitions wait while the database is away, and go on by themselves", "[sqlite][effects][fault]") {
    Points points;
    points.world.publish("ada", 5);
    int left = 3;
    auto projector = points.projector([&](Step at) -> Result<void> {
        if (at != Step::load || left == 0) return {};
        --left;
        return away();
    });
    settle(projector);
    CHECK(points.handled == 0);
    CHECK(points.world.logger->contains("their partitions wait"));
    settle_over_time(points, projector);
    CHECK(points.of("ada") == 5);
}

TEST_CASE("workers of many keys count exactly into one SQLite file", "[sqlite][effects]") {
    Points points{3};
    for (int event = 0; event < 300; ++event) points.world.publish("student-" + std::to_string(event % 17), 1);
    std::atomic<int> runs{0};
    Projection counting{group};
    counting.on<Scored>(sqlite::exactly_once(points.database), [&](const Scored& event, sqlite::Transaction& db) {
        ++runs;
        db.execute("INSERT INTO points VALUES (?, 1) ON CONFLICT DO UPDATE SET points = points + 1", {event.student})
            .value();
    });
    auto projector = points.world.projector(std::move(counting), {.workers = 4});
    REQUIRE(projector.run_until_caught_up().value() == StopReason::caught_up);
    CHECK(points.file.number("SELECT sum(points) FROM points") == 300);
    CHECK(runs == 300);
    CHECK(points.inbox() == 300);
    CHECK(points.file.number("SELECT sum(position) FROM eventsdk_checkpoints") == 300);
}

TEST_CASE("an event that the inbox holds is not handled again outside a transaction", "[sqlite][effects]") {
    Points points;
    int calls = 0;
    const auto make = [&] {
        Projection mails{group};
        mails.on<Scored>(sqlite::once_per_event(points.database), [&](const Scored&) -> Handled {
            return ++calls == 1 ? unavailable("the mail server") : done();
        });
        return points.world.projector(std::move(mails));
    };
    const Record record =
        points.world.catalogue.prepare(points.world.broker.runtime(), "ada", Scored{.student = "ada", .points = 5})
            .value();
    points.world.write(record);
    points.world.write(record);
    auto projector = make();
    settle_over_time(points, projector);
    CHECK(calls == 2);
    CHECK(points.inbox() == 1);
    CHECK(points.database.checkpoints(group).value().empty());
    CHECK(points.world.committed(group) == 2);
}

TEST_CASE("missing tables stop the projector, and tables of another shape are refused", "[sqlite][effects]") {
    Points points;
    points.world.publish("ada", 5);
    REQUIRE(points.file.run("DROP TABLE eventsdk_inbox"));
    {
        auto projector = points.projector();
        CHECK(projector.run_until_caught_up().value() == StopReason::handler);
        CHECK(points.world.logger->contains("a handler stops the projector"));
    }
    REQUIRE(points.file.run("CREATE TABLE eventsdk_inbox (projection TEXT)"));
    const auto refused = points.database.ensure_tables();
    REQUIRE(!refused);
    CHECK(refused.error().code == "effects.schema");
    CHECK(refused.error().message == "column source of table eventsdk_inbox is missing");
    CHECK(points.database.create_script().find("CREATE TABLE IF NOT EXISTS \"eventsdk_checkpoints\"") == 0);
}

TEST_CASE("a handler that ends its transaction by itself stops the projector", "[sqlite][effects]") {
    Points points;
    points.world.publish("ada", 5);
    Projection wild{group};
    wild.on<Scored>(sqlite::exactly_once(points.database),
                    [](const Scored&, sqlite::Transaction& db) { db.execute("COMMIT").value(); });
    auto projector = points.world.projector(std::move(wild));
    CHECK(projector.run_until_caught_up().value() == StopReason::handler);
}

TEST_CASE("what a database refuses is the event's fault and a dead letter", "[sqlite][effects]") {
    Points points;
    points.world.publish("ada", 5);
    REQUIRE(points.file.run("CREATE TABLE students (name TEXT NOT NULL CHECK (name <> 'ada'))"));
    Projection checked{group};
    checked.on<Scored>(sqlite::exactly_once(points.database),
                       [](const Scored& event, sqlite::Transaction& db) -> Result<void> {
                           auto added = db.execute("INSERT INTO students VALUES (?)", {event.student});
                           if (!added) return added.error();
                           return {};
                       });
    auto projector = points.world.projector(std::move(checked));
    settle(projector);
    REQUIRE(points.world.dead().size() == 1);
    CHECK(points.world.dead()[0].header("eventsdk-dlq-error-code") == "effects.constraint");
}

TEST_CASE("a family is handled exactly once too, and two databases in one projection are refused",
          "[sqlite][effects]") {
    Points points;
    points.world.publish("ada", 5);
    struct Visitor {
        Handled operator()(const Scored& event, sqlite::Transaction& db) const {
            db.execute("INSERT INTO points VALUES (?, ?)", {event.student, event.points}).value();
            return done();
        }
        Handled operator()(const Withdrawn&, sqlite::Transaction&) const { return done(); }
    };
    Projection family{group};
    family.on<std::variant<Scored, Withdrawn>>(sqlite::exactly_once(points.database), Visitor{});
    auto projector = points.world.projector(std::move(family));
    settle(projector);
    CHECK(points.of("ada") == 5);

    SqliteFile elsewhere;
    auto second = sqlite::Database::open(elsewhere.path()).value();
    Projection both{"both"};
    both.on<Scored>(sqlite::exactly_once(points.database), [](const Scored&, sqlite::Transaction&) {});
    both.on<Withdrawn>(sqlite::exactly_once(second), [](const Withdrawn&, sqlite::Transaction&) {});
    const auto refused = Projector::create(points.world.broker, points.world.catalogue, std::move(both));
    REQUIRE(!refused);
    CHECK(refused.error().code == "projection.two_stores");
}

TEST_CASE("options out of range are refused by name", "[sqlite][effects]") {
    SqliteFile file;
    const auto refused = [&](sqlite::DatabaseOptions options) {
        return sqlite::Database::open(file.path(), std::move(options)).error().message;
    };
    CHECK(refused({.checkpoints = "a b"}) == "DatabaseOptions::checkpoints is out of range");
    CHECK(refused({.inbox = "eventsdk_checkpoints"}) == "DatabaseOptions::inbox is out of range");
    CHECK(refused({.window = -1ms}) == "DatabaseOptions::window is out of range");
    CHECK(refused({.busy_timeout = 11min}) == "DatabaseOptions::busy_timeout is out of range");
    CHECK(refused({.clock = nullptr}) == "DatabaseOptions::clock is out of range");
    const auto nowhere = sqlite::Database::open("/no/such/folder/points.db");
    REQUIRE(!nowhere);
    CHECK(nowhere.error().code == "sqlite.unavailable");
}

TEST_CASE("what was built beside the live projection takes its place in one transaction", "[sqlite][effects]") {
    Points points;
    REQUIRE(points.file.run("CREATE TABLE points_new (student TEXT PRIMARY KEY, points INTEGER NOT NULL)"));
    for (int event = 0; event < 3; ++event) points.world.publish("ada", 1);
    auto live = points.projector();
    settle(live);
    REQUIRE(points.file.run("UPDATE points SET points = 1000"));  // what the rebuild is to correct
    const std::string shadow = group + ".shadow";
    const auto swap = [](sqlite::Transaction& db) -> Result<void> {
        for (const char* sql : {"ALTER TABLE points RENAME TO points_old", "ALTER TABLE points_new RENAME TO points"}) {
            if (auto renamed = db.execute(sql); !renamed) return renamed.error();
        }
        return {};
    };
    const auto early = points.database.adopt(shadow, group, swap);
    REQUIRE(!early);
    CHECK(early.error().code == "effects.shadow_behind");
    CHECK(early.error().kind == ErrorKind::retriable);
    CHECK(points.of("ada", "points") == 1000);

    auto rebuilding =
        points.world.projector(points.projection(sqlite::exactly_once(points.database), shadow, "points_new"));
    settle(rebuilding);
    points.world.publish("ada", 1);
    settle(rebuilding);  // ahead of the live one
    points.database.adopt(shadow, group, swap).value();
    settle(live);
    points.world.publish("ada", 1);
    settle(live);
    CHECK(points.of("ada") == 5);
    CHECK(points.of("ada", "points_old") == 1000);
    CHECK(points.database.checkpoints(shadow).value().empty());
}

TEST_CASE("a rebuild that was interrupted goes on where it was, and switches over", "[sqlite][effects][replay]") {
    Points points;
    REQUIRE(points.file.run("CREATE TABLE points_new (student TEXT PRIMARY KEY, points INTEGER NOT NULL)"));
    for (int event = 0; event < 20; ++event) points.world.publish("ada", 1);
    auto live = points.projector();
    settle(live);
    const int live_ran = points.handled;
    const std::string shadow = group + ".shadow";
    const auto build = [&](std::stop_token stop, const std::shared_ptr<EffectStore>& store, RebuildOptions options) {
        options.switch_over = [&] {
            return points.database.adopt(shadow, group, [](sqlite::Transaction& db) -> Result<void> {
                for (const char* sql : {"DROP TABLE points", "ALTER TABLE points_new RENAME TO points"}) {
                    if (auto done = db.execute(sql); !done) return done.error();
                }
                return {};
            });
        };
        return rebuild(points.world.broker, points.world.catalogue, points.projection({store}, shadow, "points_new"),
                       options, stop)
            .value();
    };
    std::stop_source stop;
    RebuildOptions interrupted;
    interrupted.replay.projector.buffered_records = 4;  // so that not all is in work at once
    int commits = 0;
    const auto stopping = std::make_shared<WatchedStore>(points.database.store(), [&](Step step) -> Result<void> {
        if (step == Step::committed && ++commits == 5) stop.request_stop();
        return {};
    });
    const auto first = build(stop.get_token(), stopping, interrupted);
    CHECK(first.reason == StopReason::requested);
    CHECK(!first.switched);
    const auto second = build({}, points.database.store(), {});
    CHECK(second.switched);
    CHECK(points.handled == live_ran + 20);
    CHECK(points.of("ada") == 20);
    points.world.publish("ada", 1);
    settle(live);
    CHECK(points.of("ada") == 21);
    CHECK(points.database.checkpoints(shadow).value().empty());
}
