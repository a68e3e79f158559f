// Counts points in a SQLite file, each event exactly once, whatever is killed when.
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

// [project]
Projection make_points(const sqlite::Database& database) {
    Projection points{"points-v1"};
    points.on<AssignmentGraded>(
        sqlite::exactly_once(database), [](const AssignmentGraded& event, sqlite::Transaction& db) -> Result<void> {
            auto added = db.execute(
                "INSERT INTO points VALUES (?, ?) ON CONFLICT DO UPDATE SET points = points + excluded.points",
                {event.student_id, std::int64_t{event.points}});
            if (!added) return added.error();
            return {};
        });
    return points;
}
// [project]

int run(int argc, char** argv) {
    auto catalogue = Catalogue::load({.environment = "dev06", .schemas = SCHEMAS}, event<AssignmentGraded>()).value();
    auto broker = connect(argc, argv).value();
    auto admin = broker.port().admin().value();
    ensure_topics(*admin, topic_specs(catalogue, {.partitions = 3}), 10s).value();

    const std::string ada = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", teacher = "919108f7-52d1-4320-9bac-f847db4148a8";
    auto producer = Producer::create(broker, catalogue).value();
    const Record essay = producer.prepare("essay-1", AssignmentGraded{ada, teacher, 70}).value();
    producer.publish(essay).value();
    producer.publish(essay).value();  // a double, as after a lost answer
    producer.publish("essay-2", AssignmentGraded{ada, teacher, 30}).value();

    // [database]
    const auto file = std::filesystem::temp_directory_path() / "eventsdk-example-06.db";
    std::filesystem::remove(file);
    auto database = sqlite::Database::open(file).value();
    database.ensure_tables().value();  // or run what database.create_script() shows
    // [database]
    query(file, "CREATE TABLE points (student TEXT PRIMARY KEY, points INTEGER NOT NULL)");

    for (int start = 1; start <= 2; ++start) {  // the second one finds everything done
        auto projector = Projector::create(broker, catalogue, make_points(database), {.workers = 2}).value();
        if (auto end = projector.run_until_caught_up(); !end) return std::cerr << end.error().to_string() << "\n", 1;
        std::cout << "start " << start << ": ada has " << query(file, "SELECT sum(points) FROM points") << " points\n";
    }
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
