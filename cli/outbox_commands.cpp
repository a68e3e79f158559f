#include "command.hpp"
#include "json_object.hpp"
#include "outbox_database.hpp"

#include <CLI/CLI.hpp>

#include <map>
#include <memory>

namespace cli {
namespace {

constexpr std::size_t most_blocked = 1'000;

struct StatusOptions {
    OutboxDatabase database{};
    std::int64_t oldest_at_most = -1;  // seconds
};

std::string status_json(const eventsdk::OutboxStatus& status) {
    JsonObject line;
    line.integer("pending", status.pending);
    status.oldest ? line.integer("oldestSeconds", status.oldest->count() / 1000) : line.null("oldestSeconds");
    return line.integer("blocked", static_cast<std::int64_t>(status.blocked.size())).done();
}

std::string status_text(const eventsdk::OutboxStatus& status) {
    std::string line = std::to_string(status.pending) + " pending";
    if (status.oldest) line += ", the oldest for " + std::to_string(status.oldest->count() / 1000) + " s";
    return line + ", " + std::to_string(status.blocked.size()) + " blocked";
}

std::string blocked_json(const eventsdk::BlockedRow& row) {
    return JsonObject{}
        .integer("seq", row.seq)
        .text("eventId", row.event_id)
        .text("type", row.type)
        .text("aggregateId", row.aggregate_id)
        .text("topic", row.topic)
        .integer("attempts", row.attempts)
        .integer("waitingBehind", row.waiting_behind)
        .text("error", row.error)
        .done();
}

std::string blocked_text(const eventsdk::BlockedRow& row) {
    return "blocked " + std::to_string(row.seq) + " " + visible(row.type) + " of " + visible(row.aggregate_id) +
           " to " + visible(row.topic) + ", " + std::to_string(row.waiting_behind) +
           " wait behind it: " + visible(row.error);
}

void show_status(Session& session, const StatusOptions& options) {
    const auto status = value_or_stop(options.database.open()->status(most_blocked));
    session.out.line(session.json ? status_json(status) : status_text(status));
    for (const eventsdk::BlockedRow& row : status.blocked) {
        session.out.line(session.json ? blocked_json(row) : blocked_text(row));
    }
    const bool old =
        options.oldest_at_most >= 0 && status.oldest && *status.oldest > std::chrono::seconds{options.oldest_at_most};
    if (old || !status.blocked.empty()) session.answer_no();
}

struct ResolveOptions {
    OutboxDatabase database{};
    std::string action{};
    std::vector<std::int64_t> rows{};
};

void resolve(Session& session, const ResolveOptions& options) {
    using eventsdk::Resolution;
    static const std::map<std::string, Resolution> actions{
        {"retry", Resolution::retry}, {"skip", Resolution::skip}, {"dead-letter", Resolution::dead_letter}};
    const auto store = options.database.open();
    for (const std::int64_t row : options.rows) {
        succeed_or_stop(store->resolve(row, actions.at(options.action)));
        session.out.line(session.json ? JsonObject{}.integer("seq", row).text("resolved", options.action).done()
                                      : std::to_string(row) + ": " + options.action);
    }
}

void add_status(CLI::App& group, Session& session) {
    CLI::App& command =
        add_command(group, session, "status", "Show what waits to be published, and what is blocked",
                    "  eventsdk outbox status --postgres \"$DATABASE_URL\"\n"
                    "  eventsdk outbox status --sqlite service.db --oldest-at-most 60 || page somebody\n"
                    "Status 1: a row is blocked, or the oldest waits longer than --oldest-at-most.\n");
    auto options = std::make_shared<StatusOptions>();
    command.add_option("--oldest-at-most", options->oldest_at_most, "Status 1 when a row waits longer, in seconds")
        ->check(CLI::NonNegativeNumber);
    add_database_options(command, options->database);
    command.callback([&session, options] { session.run = [&session, options] { show_status(session, *options); }; });
}

void add_resolve(CLI::App& group, Session& session) {
    CLI::App& command =
        add_command(group, session, "resolve", "Let an aggregate go on that a rejected row holds back",
                    "  eventsdk outbox resolve retry 17 --sqlite service.db        (after the cause is mended)\n"
                    "  eventsdk outbox resolve skip 17 18 --sqlite service.db      (never publish these)\n"
                    "  eventsdk outbox resolve dead-letter 17 --sqlite service.db  (to the topic's dead letters)\n"
                    "Status 1: no blocked row has this number.\n");
    auto options = std::make_shared<ResolveOptions>();
    command.add_option("ACTION", options->action, "retry, skip or dead-letter")
        ->required()
        ->check(CLI::IsMember({"retry", "skip", "dead-letter"}));
    command.add_option("NUMBER", options->rows, "Numbers of rows, as `outbox status` shows them")->required();
    add_database_options(command, options->database);
    command.add_flag("--archive", options->database.archive, "Keep what is skipped in the archive table");
    command.callback([&session, options] { session.run = [&session, options] { resolve(session, *options); }; });
}

}  // namespace

void add_outbox_commands(CLI::App& app, Session& session) {
    CLI::App& group = add_group(app, "outbox", "Relay events that services store in their database");
    add_status(group, session);
    add_resolve(group, session);
    add_outbox_relay_command(group, session);
}

}  // namespace cli
