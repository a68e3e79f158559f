#include "services.hpp"

#include <httplib.h>
#include <nlohmann/json.hpp>

using namespace eventsdk;

namespace ixe {

Result<Database> open_streaks(const std::string& file) {
    return Database::open(file, "CREATE TABLE IF NOT EXISTS streaks(user_id TEXT PRIMARY KEY, wrong INTEGER);");
}

Projection make_notifier(Database& streaks, SendAlert send) {
    Projection notifier{"ixe-notifier"};
    notifier.on<AnswerSubmitted>([&streaks, send](const AnswerSubmitted& answer, const Delivery& delivery) {
        if (answer.verdict == Verdict::skipped) return Result<void>{};
        const std::string event_id{delivery.envelope().event_id};
        const std::string user{delivery.envelope().aggregate_id};
        // The alert leaves before the transaction ends: when it cannot, the event is not handled either.
        return streaks.once(event_id, [&]() -> Result<void> {
            const bool wrong = answer.verdict == Verdict::incorrect;
            auto streak = streaks.run(
                "INSERT INTO streaks VALUES(?1, ?2) ON CONFLICT DO UPDATE SET"
                " wrong = CASE ?2 WHEN 1 THEN wrong + 1 ELSE 0 END RETURNING wrong",
                {user, std::int64_t{wrong}});
            if (!streak) return streak.error();
            if (streak->front().front() != "3") return {};
            return send({user, answer.problem_id, event_id});
        });
    });
    return notifier;
}

SendAlert webhook(const std::string& server, const std::string& path) {
    return [server, path](const Alert& alert) -> Result<void> {
        httplib::Client client{server};
        client.set_connection_timeout(2);
        client.set_read_timeout(5);
        const nlohmann::json body{{"user_id", alert.user_id},
                                  {"problem_id", alert.problem_id},
                                  {"event_id", alert.event_id},
                                  {"text", alert.user_id + " has answered wrong three times in a row"}};
        const httplib::Result answer = client.Post(path, body.dump(), "application/json");
        if (answer && answer->status / 100 == 2) return {};
        const std::string why = answer ? "status " + std::to_string(answer->status) : to_string(answer.error());
        const bool refused = answer && answer->status / 100 == 4;
        return Error{.kind = refused ? ErrorKind::permanent : ErrorKind::unavailable,
                     .code = "ixe.webhook",
                     .message = "the webhook " + server + path + " did not take the alert: " + why};
    };
}

}  // namespace ixe
