#include "services.hpp"

using namespace eventsdk;

namespace campus_hub {

Result<sql::Database> open_read_side(const std::string& place) {
    auto database = sql::Database::open(place);
    if (!database) return database;
    if (auto ready = database->ensure_tables(); !ready) return ready.error();
    auto made = database->transact([](sql::Transaction& db) -> Result<void> {
        for (const char* table : {"points(student TEXT PRIMARY KEY, points INTEGER)",
                                  "points_anew(student TEXT PRIMARY KEY, points INTEGER)",
                                  "badges(student TEXT PRIMARY KEY, points INTEGER, awarded INTEGER DEFAULT 0)"})
            if (auto done = db.execute(std::string{"CREATE TABLE IF NOT EXISTS "} + table); !done) return done.error();
        return {};
    });
    if (!made) return made.error();
    return database;
}

Projection make_points(const sql::Database& database, const std::string& name, const std::string& table) {
    const std::string add =
        "INSERT INTO " + table + " VALUES($1, 5) ON CONFLICT (student) DO UPDATE SET points = " + table + ".points + 5";
    Projection points{name};
    points.on<AssignmentSubmitted>(sql::exactly_once(database),
                                   [add](const AssignmentSubmitted& event, sql::Transaction& db) -> Result<void> {
                                       auto added = db.execute(add, {event.student_id.to_string()});
                                       return added ? Result<void>{} : Result<void>{added.error()};
                                   });
    return points;
}

Projection make_badges(const sql::Database& database, Producer& producer, const std::string& name) {
    Projection badges{name};
    badges.on<AssignmentSubmitted>(
        sql::exactly_once(database),
        [&producer](const AssignmentSubmitted& event, sql::Transaction& db, const Delivery& delivery) -> Result<void> {
            const std::string student = event.student_id.to_string();
            auto counted = db.execute(
                "INSERT INTO badges(student, points) VALUES($1, 5)"
                " ON CONFLICT (student) DO UPDATE SET points = badges.points + 5",
                {student});
            if (!counted) return counted.error();
            auto earned = db.execute(
                "UPDATE badges SET awarded = 1 WHERE student = $1 AND points >= 10 AND awarded = 0", {student});
            if (!earned) return earned.error();
            if (*earned == 0) return {};
            auto published =
                producer.publish(student, BadgeAwarded{event.student_id, "diligent", 10},
                                 {.event_id = derived_event_id(delivery, "badges.diligent"), .caused_by = delivery});
            return published ? Result<void>{} : Result<void>{published.error()};
        });
    return badges;
}

}  // namespace campus_hub
