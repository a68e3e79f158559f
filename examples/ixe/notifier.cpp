#include "services.hpp"

#include <httplib.h>
#include <nlohmann/json.hpp>

using namespace eventsdk;

namespace ixe {

Projection make_notifier(const sqlite::Database& streaks, SendAlert send) {
    Projection notifier{"ixe-notifier"};
    notifier.on<AnswerSubmitted>(
        sqlite::exactly_once(streaks),
        [send](const AnswerSubmitted& answer, sqlite::Transaction& db, const Delivery& delivery) -> Result<void> {
            if (answer.verdict == Verdict::skipped) return {};
            const EnvelopeView& envelope = delivery.envelope();
            const bool wrong = answer.verdict == Verdict::incorrect;
            auto streak = db.query(
                "INSERT INTO streaks VALUES(?1, ?2) ON CONFLICT DO UPDATE SET"
                " wrong = CASE ?2 WHEN 1 THEN wrong + 1 ELSE 0 END RETURNING wrong",
                {envelope.aggregate_id, std::int64_t{wrong}});
            if (!streak) return streak.error();
            if (streak->front().front() != "3") return {};
            // Before the transaction ends: when the alert cannot leave, the event is not handled either.
            return send({std::string{envelope.aggregate_id}, answer.problem_id, std::string{envelope.event_id}});
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
