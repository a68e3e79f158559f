#include "services.hpp"

using namespace eventsdk;

namespace ixe {

Result<Database> open_progress(const std::string& file) {
    return Database::open(file,
                          "CREATE TABLE IF NOT EXISTS progress(user_id TEXT PRIMARY KEY, answered INTEGER,"
                          " correct INTEGER, seconds INTEGER);");
}

Projection make_state_updater(Database& progress) {
    Projection state_updater{"ixe-state-updater"};
    state_updater.on<AnswerSubmitted>([&progress](const AnswerSubmitted& answer, const Delivery& delivery) {
        return progress.once(delivery.envelope().event_id, [&]() -> Result<void> {
            auto updated = progress.run(
                "INSERT INTO progress VALUES(?1, 1, ?2, ?3) ON CONFLICT DO UPDATE SET"
                " answered = answered + 1, correct = correct + ?2, seconds = seconds + ?3",
                {std::string{delivery.envelope().aggregate_id}, std::int64_t{answer.verdict == Verdict::correct},
                 std::int64_t{answer.time_spent_sec}});
            return updated ? Result<void>{} : Result<void>{updated.error()};
        });
    });
    return state_updater;
}

}  // namespace ixe
