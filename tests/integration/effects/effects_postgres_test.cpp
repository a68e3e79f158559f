#include <eventsdk/postgres/database.hpp>

#include "support/postgres_database.hpp"
#include "support/watched_store.hpp"
#include "unit/consume/world.hpp"

#include <atomic>
#include <thread>

using namespace eventsdk;
using namespace std::chrono_literals;
using test::PostgresConnection;
using test::PostgresSchema;
using test::Step;
using test::WatchedStore;
using world::settle;
using world::World;

namespace {

const std::string group = "points-v1";

/// A schema with a table of points, and a projection that counts into it.
struct Points {
    PostgresSchema schema;
    World world;
    postgres::Database database =
        postgres::Database::open(PostgresConnection::url(),
                                 {.schema = schema.name(), .window = 1h, .clock = world.clock})
            .value();
    std::atomic<int> handled{0};

    explicit Points(std::int32_t partitions = 1) : world{partitions} {
        database.ensure_tables().value();
        REQUIRE(schema.connection.run("CREATE TABLE points (student text PRIMARY KEY, points bigint NOT NULL)"));
    }
    [[nodiscard]] std::string add_to(const std::string& table) const {
        return "INSERT INTO " + schema.name() + "." + table +
               " AS p VALUES ($1, $2::bigint) ON CONFLICT (student) DO UPDATE SET points = p.points + excluded.points";
    }
    Projection projection(ExactlyOnce<postgres::Transaction> scope, std::string name = group,
                          const std::string& table = "points") {
        Projection points{std::move(name)};
        points.on<Scored>(scope,
                          [this, sql = add_to(table)](const Scored& event, postgres::Transaction& db) -> Result<void> {
                              ++handled;
                              if (auto added = db.execute(sql, {event.student, event.points}); !added)
                                  return added.error();
                              return {};
                          });
        return points;
    }
    Projector projector() { return world.projector(projection(postgres::exactly_once(database))); }
    [[nodiscard]] std::int64_t number(const std::string& sql) const { return schema.connection.number(sql); }
    [[nodiscard]] std::int64_t of(const std::string& student, const std::string& table = "points") const {
        return number("SELECT coalesce(sum(points), -1) FROM " + table + " WHERE student = '" + student + "'");
    }
};

void settle_over_time(Points& points, Projector& projector) {
    for (int round = 0; round < 40; ++round) {
        settle(projector);
        points.world.clock->advance(1s);
    }
}

}  // namespace

TEST_CASE("PostgreSQL: effect, inbox row and position are committed together", "[postgres][effects]") {
    Points points;
    points.world.publish("ada", 5);
    points.world.publish("bob", 7);
    points.world.publish("ada", 1);
    auto projector = points.projector();
    settle(projector);
    CHECK(points.of("ada") == 6);
    CHECK(points.of("bob") == 7);
    CHECK(points.number("SELECT count(*) FROM eventsdk_inbox") == 3);
    const auto stored = points.database.checkpoints(group).value();
    REQUIRE(stored.size() == 1);
    CHECK(stored[0].position == 3);
    CHECK(stored[0].event_offset == 2);
}

TEST_CASE("PostgreSQL: a fault at any step of an effect neither loses nor doubles it", "[postgres][effects][fault]") {
    const auto step = GENERATE(Step::begin, Step::claim, Step::advance, Step::commit, Step::committed);
    Points points;
    for (int event = 0; event < 5; ++event) points.world.publish(event % 2 == 0 ? "ada" : "bob", 1 << event);
    int left = 4;
    auto store = std::make_shared<WatchedStore>(points.database.store(), [&](Step at) -> Result<void> {
        if (at != step || left == 0) return {};
        --left;
        return Error{.kind = ErrorKind::unavailable, .code = "testing.fault"};
    });
    auto projector = points.world.projector(points.projection({store}));
    settle_over_time(points, projector);
    CHECK(left == 0);
    CHECK(points.of("ada") == 0b10101);
    CHECK(points.of("bob") == 0b01010);
    CHECK(points.world.dead().empty());
    CHECK(points.number("SELECT position FROM eventsdk_checkpoints") == 5);
}

TEST_CASE("PostgreSQL: a server that ends all connections loses and doubles nothing", "[postgres][effects][fault]") {
    Points points;
    auto projector = points.projector();
    for (int round = 0; round < 5; ++round) {
        points.world.publish("ada", 1);
        settle(projector);
        REQUIRE(
            points.schema.connection.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                                         "application_name = 'eventsdk-projector'"));
    }
    points.world.publish("ada", 1);
    settle_over_time(points, projector);
    CHECK(points.of("ada") == 6);
    CHECK(points.handled == 6);
}

TEST_CASE("PostgreSQL: workers of many keys count exactly", "[postgres][effects]") {
    Points points{3};
    for (int event = 0; event < 400; ++event) points.world.publish("student-" + std::to_string(event % 23), 1);
    auto projector = points.world.projector(points.projection(postgres::exactly_once(points.database)), {.workers = 8});
    REQUIRE(projector.run_until_caught_up().value() == StopReason::caught_up);
    CHECK(points.number("SELECT sum(points) FROM points") == 400);
    CHECK(points.handled == 400);
    CHECK(points.number("SELECT sum(position) FROM eventsdk_checkpoints") == 400);
    CHECK(points.world.dead().empty());
}

TEST_CASE("PostgreSQL: two owners of one record at the same time have one effect", "[postgres][effects][fault]") {
    Points points;
    const Effect effect{.projection = group,
                        .topic = world::topic,
                        .partition = 0,
                        .offset = 7,
                        .source = "test",
                        .event_id = "e-1",
                        .finished = 7};
    auto first = points.database.store()->begin().value();
    REQUIRE(first->claim(effect).value());
    std::atomic<bool> second_may{true};
    std::jthread late{[&] {
        auto second = points.database.store()->begin().value();
        second_may = second->claim(effect).value();  // waits for the first one
    }};
    while (points.number("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'eventsdk-projector' AND "
                         "wait_event_type = 'Lock'") == 0)
        std::this_thread::yield();
    first->advance(effect).value();
    first->commit().value();
    late.join();
    CHECK(!second_may);
    auto third = points.database.store()->begin().value();
    CHECK(!third
               ->claim({.projection = group,
                        .topic = world::topic,
                        .partition = 0,
                        .offset = 7,
                        .source = "test",
                        .event_id = "purged long ago"})
               .value());  // below the stored position
}

TEST_CASE("PostgreSQL: a failed statement that the handler ignores is no effect", "[postgres][effects]") {
    Points points;
    points.world.publish("ada", 5);
    Projection careless{group};
    careless.on<Scored>(postgres::exactly_once(points.database),
                        [](const Scored&, postgres::Transaction& db) { (void)db.execute("SELECT 1 / 0"); });
    auto projector = points.world.projector(std::move(careless));
    settle(projector);
    REQUIRE(points.world.dead().size() == 1);
    CHECK(points.world.dead()[0].header("eventsdk-dlq-error-code") == "effects.transaction");
    CHECK(points.number("SELECT count(*) FROM eventsdk_inbox") == 0);
}

TEST_CASE("PostgreSQL: missing tables stop the projector, and tables of another shape are refused",
          "[postgres][effects]") {
    Points points;
    points.world.publish("ada", 5);
    REQUIRE(points.schema.connection.run("DROP TABLE eventsdk_inbox"));
    {
        auto projector = points.projector();
        CHECK(projector.run_until_caught_up().value() == StopReason::handler);
    }
    REQUIRE(
        points.schema.connection.run("CREATE TABLE eventsdk_inbox (projection text, notedat timestamptz, "
                                     "source integer)"));
    const auto refused = points.database.ensure_tables();
    REQUIRE(!refused);
    CHECK(refused.error().code == "effects.schema");
    CHECK(refused.error().message == "column source of table eventsdk_inbox is integer, not text");
    CHECK(points.database.create_script().find("CREATE TABLE IF NOT EXISTS") == 0);
}

TEST_CASE("PostgreSQL: inbox rows are purged after the window, and not before they are passed", "[postgres][effects]") {
    Points points;
    points.world.publish("ada", 1);
    auto projector = points.projector();
    settle(projector);
    points.world.clock->advance(59min);
    settle(projector);
    CHECK(points.number("SELECT count(*) FROM eventsdk_inbox") == 1);
    points.world.clock->advance(2min);
    settle(projector);
    CHECK(points.number("SELECT count(*) FROM eventsdk_inbox") == 0);
}

TEST_CASE("PostgreSQL: what was built beside the live projection takes its place in one transaction",
          "[postgres][effects]") {
    Points points;
    REQUIRE(points.schema.connection.run("CREATE TABLE points_new (student text PRIMARY KEY, points bigint NOT NULL)"));
    for (int event = 0; event < 3; ++event) points.world.publish("ada", 1);
    auto live = points.projector();
    settle(live);
    REQUIRE(points.schema.connection.run("UPDATE points SET points = 1000"));
    const std::string shadow = group + ".shadow";
    const auto swap = [&](postgres::Transaction& db) -> Result<void> {
        for (const char* sql : {".points RENAME TO points_old", ".points_new RENAME TO points"}) {
            if (auto renamed = db.execute("ALTER TABLE " + points.schema.name() + sql); !renamed)
                return renamed.error();
        }
        return {};
    };
    const auto early = points.database.adopt(shadow, group, swap);
    REQUIRE(!early);
    CHECK(early.error().code == "effects.shadow_behind");
    auto rebuilding =
        points.world.projector(points.projection(postgres::exactly_once(points.database), shadow, "points_new"));
    settle(rebuilding);
    points.database.adopt(shadow, group, swap).value();
    points.world.publish("ada", 1);
    settle(live);
    CHECK(points.of("ada") == 4);
    CHECK(points.of("ada", "points_old") == 1000);
    CHECK(points.database.checkpoints(shadow).value().empty());
}

TEST_CASE("PostgreSQL: a server that cannot be reached and options out of range are told", "[postgres][effects]") {
    const auto refused = postgres::Database::open("host=127.0.0.1 port=1 dbname=none connect_timeout=2");
    REQUIRE(!refused);
    CHECK(refused.error().kind == ErrorKind::unavailable);
    CHECK(refused.error().code == "postgres.unavailable");
    const auto wrong = postgres::Database::open(PostgresConnection::url(), {.statement_timeout = 1ms});
    REQUIRE(!wrong);
    CHECK(wrong.error().code == "effects.options");
}

TEST_CASE("PostgreSQL: a service's own work is one transaction, and its rows are read as text", "[postgres][effects]") {
    Points points;
    REQUIRE(points.database.transact([&](postgres::Transaction& db) -> Result<void> {
        db.execute(points.add_to("points"), {"ada", std::int64_t{3}}).value();
        return {};
    }));
    const auto undone = points.database.transact([&](postgres::Transaction& db) -> Result<void> {
        db.execute(points.add_to("points"), {"ada", std::int64_t{4}}).value();
        return Error{.kind = ErrorKind::conflict, .code = "points.late"};
    });
    CHECK(undone.error().code == "points.late");
    REQUIRE(points.database.transact([&](postgres::Transaction& db) -> Result<void> {
        const auto rows = db.query("SELECT student, points, NULL, 1.5 * $1::float8 FROM " + points.schema.name() +
                                       ".points WHERE student <> $2",
                                   {2.0, "bob"})
                              .value();
        CHECK(rows == std::vector<std::vector<std::string>>{{"ada", "3", "", "3"}});
        return {};
    }));
}
