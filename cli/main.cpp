#include "command.hpp"

#include <CLI/CLI.hpp>

namespace {

constexpr const char* exit_statuses =
    "Exit status: 0 done, or yes; 1 the answer is no (invalid, incompatible, differs, nothing found);\n"
    "2 usage or configuration; 3 a broker could not be reached, or refused; 130 interrupted.";

constexpr const char* overview =
    "Examples:\n"
    "  eventsdk schema validate --schemas schemas events.ndjson\n"
    "  eventsdk tail prod.education.assignment --from beginning --brokers localhost:9092\n"
    "  eventsdk dlq list prod.education.assignment.dlq --stage handler\n"
    "Results are on standard output, everything else on standard error.\n";

void add_commands(CLI::App& app, cli::Session& session) {
    cli::add_schema_commands(app, session);
    cli::add_record_commands(app, session);
    cli::add_topics_commands(app, session);
    cli::add_publish_command(app, session);
    cli::add_tail_command(app, session);
    cli::add_dlq_commands(app, session);
    cli::add_lag_command(app, session);
    cli::add_outbox_commands(app, session);
    cli::add_aggregate_commands(app, session);
    cli::add_snapshot_commands(app, session);
    cli::add_doctor_command(app, session);
}

/// CLI11's own statuses are not ours.
int refuse(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error) == 0 ? cli::yes : cli::usage;
    const auto unknown = app.remaining(true);
    cli::diagnose(unknown.empty() ? std::string{error.what()} : "unknown command or option '" + unknown.front() + "'");
    cli::diagnose("'eventsdk --help' and 'eventsdk COMMAND --help' tell more");
    return cli::usage;
}

int work(cli::Session& session) {
    try {
        session.run();
        session.out.flush();
        return session.answer;
    } catch (const cli::Failure& failure) {
        session.out.flush();
        cli::diagnose(failure.message);
        if (!failure.hint.empty()) cli::diagnose(failure.hint);
        return failure.status;
    } catch (const cli::Interrupted&) {
        session.out.flush();
        return cli::interrupted;
    }
}

}  // namespace

int main(int argc, char** argv) {
    cli::install_signal_handlers();
    cli::Session session;
    CLI::App app{"Publishes, reads and checks versioned domain events over Apache Kafka.", "eventsdk"};
    app.footer(std::string{overview} + exit_statuses);
    app.set_version_flag("--version", EVENTSDK_VERSION_TEXT);
    app.require_subcommand(1);
    try {
        add_commands(app, session);
        app.parse(argc, argv);
        return work(session);
    } catch (const CLI::ParseError& error) {
        return refuse(app, error);
    } catch (const cli::BrokenPipe&) {
        return session.answer;
    } catch (const cli::Failure& failure) {
        cli::diagnose(failure.message);
        return failure.status;
    } catch (const std::exception& error) {
        cli::diagnose(error.what());
        return cli::usage;
    }
}

namespace cli {

CLI::App& add_command(CLI::App& parent, Session& session, const std::string& name, const std::string& description,
                      const std::string& examples) {
    CLI::App& command = *parent.add_subcommand(name, description);
    command.footer("Examples:\n" + examples + exit_statuses);
    command.add_flag("--json", session.json, "One JSON object per line");
    return command;
}

CLI::App& add_group(CLI::App& parent, const std::string& name, const std::string& description) {
    CLI::App& group = *parent.add_subcommand(name, description);
    group.require_subcommand(1);
    group.footer(exit_statuses);
    return group;
}

}  // namespace cli
