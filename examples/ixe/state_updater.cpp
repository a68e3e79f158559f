#include "services.hpp"

using namespace eventsdk;

namespace ixe {

Result<sqlite::Database> open_database(const std::string& file, const std::string& table) {
    auto database = sqlite::Database::open(file);
    if (!database) return database;
    if (auto ready = database->ensure_tables(); !ready) return ready.error();
    auto made = database->transact([&table](sqlite::Transaction& db) -> Result<void> {
        auto done = db.execute("CREATE TABLE IF NOT EXISTS " + table);
        return done ? Result<void>{} : Result<void>{done.error()};
    });
    if (!made) return made.error();
    return database;
}

Projection make_state_updater(const sqlite::Database& progress) {
    Projection state_updater{"ixe-state-updater"};
    state_updater.on<AnswerSubmitted>(
        sqlite::exactly_once(progress),
        [](const AnswerSubmitted& answer, sqlite::Transaction& db, const Delivery& delivery) -> Result<void> {
            auto updated = db.execute(
                "INSERT INTO progress VALUES(?, 1, ?, ?) ON CONFLICT DO UPDATE SET answered = answered + 1,"
                " correct = correct + excluded.correct, seconds = seconds + excluded.seconds",
                {delivery.envelope().aggregate_id, std::int64_t{answer.verdict == Verdict::correct},
                 std::int64_t{answer.time_spent_sec}});
            return updated ? Result<void>{} : Result<void>{updated.error()};
        });
    return state_updater;
}

}  // namespace ixe
