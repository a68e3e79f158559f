#include "command.hpp"
#include "dlq_filter.hpp"
#include "json_object.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <stop_token>
#include <thread>

namespace cli {
namespace {

using Settle = eventsdk::Result<eventsdk::RedriveReport> (*)(const eventsdk::Broker&, const std::string&,
                                                             const eventsdk::RedriveOptions&, std::stop_token);

struct SettleOptions {
    DlqChoice choice{};
    eventsdk::RedriveOptions redrive{};
    double rate = 0;
    bool all = false;
};

/// Requests stop when a signal came.
class SignalStop {
public:
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

private:
    void watch(const std::stop_token& end) {
        while (!end.stop_requested() && !is_interrupted()) std::this_thread::sleep_for(std::chrono::milliseconds{20});
        if (is_interrupted()) source_.request_stop();
    }

    std::stop_source source_{};
    std::jthread watcher_{[this](const std::stop_token& end) { watch(end); }};
};

std::string report_json(const eventsdk::RedriveReport& report, bool dry_run) {
    const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
    return JsonObject{}
        .boolean("dryRun", dry_run)
        .integer("chosen", number(report.chosen))
        .integer("redriven", number(report.redriven))
        .integer("parked", number(report.parked))
        .integer("purged", number(report.purged))
        .integer("repeated", number(report.repeated))
        .integer("missing", number(report.missing))
        .integer("held", number(report.held))
        .integer("foreign", number(report.foreign))
        .boolean("interrupted", report.interrupted)
        .done();
}

std::string report_text(const eventsdk::RedriveReport& report, bool dry_run) {
    const std::pair<std::size_t, const char*> parts[]{{report.redriven, "redriven"},
                                                      {report.parked, "parked"},
                                                      {report.purged, "purged"},
                                                      {report.repeated, "doubles settled"},
                                                      {report.missing, "whose original is gone"},
                                                      {report.held, "held behind these"},
                                                      {report.foreign, "records that are no dead letters of this SDK"}};
    std::string text = std::to_string(report.chosen) + (dry_run ? " chosen, nothing done" : " chosen");
    const char* before = ": ";
    for (const auto& [count, name] : parts) {
        if (count == 0) continue;
        text += before + std::to_string(count) + " " + name;
        before = ", ";
    }
    return text + (report.interrupted ? "; interrupted" : "");
}

void settle(Session& session, SettleOptions& options, Settle run) {
    options.choice.finish();
    if (options.rate > 0) options.redrive.letters_per_second = options.rate;
    options.redrive.filter = options.choice.filter;
    options.redrive.timeout = options.choice.connection.timeout();
    const SignalStop stop;
    const auto report =
        value_or_stop(run(options.choice.connection.open(), options.choice.topic, options.redrive, stop.token()));
    session.out.line(session.json ? report_json(report, options.redrive.dry_run)
                                  : report_text(report, options.redrive.dry_run));
    if (report.interrupted) throw Interrupted{};
    if (report.chosen + report.repeated == 0 || report.missing > 0) session.answer_no();
}

CLI::App& add_settling(CLI::App& group, Session& session, const std::string& name, const std::string& description,
                       const std::string& examples, const std::shared_ptr<SettleOptions>& options, Settle run) {
    CLI::App& command = add_command(group, session, name, description,
                                    examples +
                                        "Interrupted, it may be run again: none is settled twice.\n"
                                        "Status 1: nothing was chosen, or an original is gone.\n");
    add_dlq_options(command, options->choice);
    command.add_flag("--dry-run", options->redrive.dry_run, "Only count what would be done");
    command.add_option("--rate", options->rate, "Most dead letters a second")->check(CLI::Range(0.001, 1e6));
    command.callback(
        [&session, options, run] { session.run = [&session, options, run] { settle(session, *options, run); }; });
    return command;
}

/// For what cannot be taken back: all of a topic only when that is said.
void ask_for_all(CLI::App& command, Session& session, const std::shared_ptr<SettleOptions>& options, Settle run) {
    command.add_flag("--all", options->all, "All dead letters of the topic; else a filter is needed");
    command.callback([&session, options, run] {
        session.run = [&session, options, run] {
            options->choice.finish();
            if (options->choice.everything() && !options->all)
                throw Failure{usage, "nothing says which dead letters", "give a filter, or --all"};
            settle(session, *options, run);
        };
    });
}

void add_redrive(CLI::App& group, Session& session) {
    const auto options = std::make_shared<SettleOptions>();
    CLI::App& command =
        add_settling(group, session, "redrive", "Send dead letters back to the group that could not handle them",
                     "  eventsdk dlq redrive prod.education.assignment.dlq --stage handler --dry-run\n"
                     "  eventsdk dlq redrive prod.education.assignment.dlq --key 3f0c… --rate 10\n",
                     options, eventsdk::redrive_dead_letters);
    command.add_option("--max-redrives", options->redrive.max_redrives, "Sent back so often, it is parked instead (3)")
        ->check(CLI::Range(0, 1'000'000));
    command.add_option("--parked-topic", options->redrive.parked_topic, "Where these go ({topic}.parked)");
}

void add_park(CLI::App& group, Session& session) {
    const auto options = std::make_shared<SettleOptions>();
    CLI::App& command = add_settling(group, session, "park", "Move dead letters to the parking topic",
                                     "  eventsdk dlq park prod.education.assignment.dlq --code handler.exception\n",
                                     options, eventsdk::park_dead_letters);
    command.add_option("--parked-topic", options->redrive.parked_topic, "Where they go ({topic}.parked)");
    ask_for_all(command, session, options, eventsdk::park_dead_letters);
}

void add_purge(CLI::App& group, Session& session) {
    const auto options = std::make_shared<SettleOptions>();
    CLI::App& command =
        add_settling(group, session, "purge", "Give dead letters up, and delete what is settled at a partition's start",
                     "  eventsdk dlq purge prod.education.assignment.dlq --until 2026-11-01T00:00:00Z --dry-run\n",
                     options, eventsdk::purge_dead_letters);
    ask_for_all(command, session, options, eventsdk::purge_dead_letters);
}

}  // namespace

void add_dlq_settle_commands(CLI::App& group, Session& session) {
    add_redrive(group, session);
    add_park(group, session);
    add_purge(group, session);
}

}  // namespace cli
