#pragma once

#include "analytics_log.hpp"
#include "events.hpp"

#include <eventsdk/consume/projection.hpp>
#include <eventsdk/produce/producer.hpp>
#include <eventsdk/sqlite/database.hpp>

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

/// A service's own SQLite file, with the tables that it needs.
/// @param table "name(column type, …)"
eventsdk::Result<eventsdk::sqlite::Database> open_database(const std::string& file, const std::string& table);

/// Progress per user, each answer counted exactly once.
inline constexpr const char* progress_table =
    "progress(user_id TEXT PRIMARY KEY, answered INTEGER, correct INTEGER, seconds INTEGER)";
eventsdk::Projection make_state_updater(const eventsdk::sqlite::Database& progress);

/// Every event as it came, one JSON line each.
eventsdk::Projection make_analytics(AnalyticsLog& log);

/// One alert when a user has answered wrong three times in a row; skipped problems do not count.
inline constexpr const char* streaks_table = "streaks(user_id TEXT PRIMARY KEY, wrong INTEGER)";
eventsdk::Projection make_notifier(const eventsdk::sqlite::Database& streaks, SendAlert send);
/// Sends alerts as JSON by HTTP POST.
/// @param server "http://127.0.0.1:8080"
SendAlert webhook(const std::string& server, const std::string& path);

}  // namespace ixe
