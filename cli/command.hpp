#pragma once

#include "exit_status.hpp"
#include "terminal.hpp"

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace cli {

/// What every command is given.
struct Session {
    Output out{};
    bool json = false;
    ExitStatus answer = yes;  ///< what the program ends with when nothing else happens
    std::function<void()> run{};

    void answer_no() { answer = no; }
};

/// Adds a command below `parent`; `examples` and the exit statuses close its help text.
CLI::App& add_command(CLI::App& parent, Session& session, const std::string& name, const std::string& description,
                      const std::string& examples);
/// Adds a command that only holds others.
CLI::App& add_group(CLI::App& parent, const std::string& name, const std::string& description);

/// One function per group; each adds its commands and sets Session::run when one is chosen.
void add_schema_commands(CLI::App& app, Session& session);
void add_compat_command(CLI::App& group, Session& session);
void add_lint_command(CLI::App& group, Session& session);
void add_explain_command(CLI::App& group, Session& session);
void add_record_commands(CLI::App& app, Session& session);
void add_topics_commands(CLI::App& app, Session& session);
void add_publish_command(CLI::App& app, Session& session);
void add_tail_command(CLI::App& app, Session& session);
void add_dlq_commands(CLI::App& app, Session& session);
void add_dlq_settle_commands(CLI::App& group, Session& session);
void add_lag_command(CLI::App& app, Session& session);
void add_outbox_commands(CLI::App& app, Session& session);
void add_outbox_relay_command(CLI::App& group, Session& session);
void add_aggregate_commands(CLI::App& app, Session& session);
void add_aggregate_history_command(CLI::App& group, Session& session);
void add_snapshot_commands(CLI::App& app, Session& session);
void add_doctor_command(CLI::App& app, Session& session);

}  // namespace cli
