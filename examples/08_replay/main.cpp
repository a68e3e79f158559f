// Corrects a read model: builds it anew beside the live one and switches over in one transaction.
#include <eventsdk/eventsdk.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/sqlite/database.hpp>

#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

struct AssignmentGraded {
    std::string student_id;
    std::string teacher_id;
    int points = 0;
};

template <>
struct eventsdk::EventTraits<AssignmentGraded> {
    static constexpr EventType type{"AssignmentGraded", 1};
    static constexpr AggregateType aggregate{"education", "assignment"};
    static constexpr auto fields =
        std::tuple{field("studentId", &AssignmentGraded::student_id), field("teacherId", &AssignmentGraded::teacher_id),
                   field("points", &AssignmentGraded::points)};
};

using namespace eventsdk;
using namespace std::chrono_literals;

// In memory, unless --brokers HOST:PORT or KAFKA_BOOTSTRAP_SERVERS names a cluster.
Result<Broker> connect(int argc, char** argv) {
    const bool given = argc == 3 && std::string_view{argv[1]} == "--brokers";
    if (!given && std::getenv("KAFKA_BOOTSTRAP_SERVERS") == nullptr) return memory::Broker{};
    auto options = kafka::Options::from_environment();
    if (!options) return options.error();
    if (given) options->bootstrap_servers = argv[2];
    return kafka::connect(*options);
}

// The service's own way into its database.
std::int64_t query(const std::filesystem::path& file, const char* sql) {
    sqlite3* connection = nullptr;
    sqlite3_stmt* statement = nullptr;
    sqlite3_open(file.c_str(), &connection);
    sqlite3_prepare_v2(connection, sql, -1, &statement, nullptr);
    const std::int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    sqlite3_close(connection);
    return value;
}

Projection make_points(const sqlite::Database& database, std::string name, std::string table, std::int64_t factor) {
    Projection points{std::move(name)};
    points.on<AssignmentGraded>(
        sqlite::exactly_once(database), [=](const AssignmentGraded& event, sqlite::Transaction& db) -> Result<void> {
            auto added =
                db.execute("INSERT INTO " + table + " VALUES (?, ?)", {event.student_id, event.points * factor});
            if (!added) return added.error();
            return {};
        });
    return points;
}

int run(int argc, char** argv) {
    auto catalogue = Catalogue::load({.environment = "dev08", .schemas = SCHEMAS}, event<AssignmentGraded>()).value();
    auto broker = connect(argc, argv).value();
    auto admin = broker.port().admin().value();
    ensure_topics(*admin, topic_specs(catalogue, {.partitions = 3}), 10s).value();
    const std::string ada = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", teacher = "919108f7-52d1-4320-9bac-f847db4148a8";
    auto producer = Producer::create(broker, catalogue).value();
    for (int essay = 1; essay <= 20; ++essay)
        producer.publish("essay-" + std::to_string(essay), AssignmentGraded{ada, teacher, essay}).value();

    const auto file = std::filesystem::temp_directory_path() / "eventsdk-example-08.db";
    std::filesystem::remove(file);
    auto database = sqlite::Database::open(file).value();
    database.ensure_tables().value();
    query(file, "CREATE TABLE points (student TEXT, points INTEGER)");
    auto live = Projector::create(broker, catalogue, make_points(database, "points-v1", "points", 2)).value();
    live.run_until_caught_up().value();  // it counts everything twice
    std::cout << "live: " << query(file, "SELECT sum(points) FROM points") << " points\n";

    // [rebuild]
    query(file, "CREATE TABLE points_new (student TEXT, points INTEGER)");
    RebuildOptions options;
    options.replay.projector.workers = 4;
    options.replay.redriven_for = "points-v1";
    options.replay.records_per_second = 10'000;  // leave the brokers something for live traffic
    options.replay.on_progress = [](const ReplayProgress& progress) { std::cerr << progress.bar() << "\n"; };
    options.switch_over = [&] {
        return database.adopt("points-v1.shadow", "points-v1", [](sqlite::Transaction& db) -> Result<void> {
            auto gone = db.execute("DROP TABLE points");
            if (!gone) return gone.error();
            auto renamed = db.execute("ALTER TABLE points_new RENAME TO points");
            if (!renamed) return renamed.error();
            return {};
        });
    };
    auto report =
        rebuild(broker, catalogue, make_points(database, "points-v1.shadow", "points_new", 1), options).value();
    // [rebuild]
    std::cout << "rebuilt from " << report.handled << " events: " << query(file, "SELECT sum(points) FROM points")
              << " points\n";
    return 0;
}

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const BadResult& failed) {
        std::cerr << failed.error().to_string() << "\n";
        return 1;
    }
}
