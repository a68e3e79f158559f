#pragma once

#include "analytics_log.hpp"
#include "database.hpp"
#include "events.hpp"

#include <eventsdk/consume/projection.hpp>
#include <eventsdk/produce/producer.hpp>

#include <functional>

namespace ixe {

/// Judges answers and tells the others: the only service that publishes.
class AnswerChecker {
public:
    explicit AnswerChecker(eventsdk::Producer& producer) : producer_{&producer} {}
    /// @param answer empty: skipped
    eventsdk::Result<Verdict> check(const std::string& user, const std::string& problem, const std::string& answer,
                                    std::int32_t seconds);

private:
    eventsdk::Producer* producer_;
};

/// What a teacher should know about.
struct Alert {
    std::string user_id{};
    std::string problem_id{};  // the last one answered wrong
    std::string event_id{};    // the same when the alert is sent again: receivers drop the double
};
using SendAlert = std::function<eventsdk::Result<void>(const Alert&)>;

/// Progress per user, in the table progress(user_id, answered, correct, seconds).
eventsdk::Result<Database> open_progress(const std::string& file);
eventsdk::Projection make_state_updater(Database& progress);

/// Every event as it came, one JSON line each.
eventsdk::Projection make_analytics(AnalyticsLog& log);

/// One alert when a user has answered wrong three times in a row; skipped problems do not count.
eventsdk::Result<Database> open_streaks(const std::string& file);
eventsdk::Projection make_notifier(Database& streaks, SendAlert send);
/// Sends alerts as JSON by HTTP POST.
/// @param server "http://127.0.0.1:8080"
SendAlert webhook(const std::string& server, const std::string& path);

}  // namespace ixe
