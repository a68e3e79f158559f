#include "command.hpp"
#include "connection.hpp"
#include "json_object.hpp"

#include <eventsdk/broker/start_lint.hpp>

#include <CLI/CLI.hpp>

#include <memory>

namespace cli {
namespace {

struct DoctorOptions {
    Connection connection{};
    std::vector<std::string> topics{};
    std::vector<std::string> event_sourced{};
    std::string replay{};
};

eventsdk::Duration duration_of(const std::string& text) {
    const std::size_t digits = text.find_first_not_of("0123456789");
    const bool unit = digits != std::string::npos && digits > 0 && digits <= 6 && digits + 1 == text.size();
    const long long count = unit ? std::stoll(text.substr(0, digits)) : 0;
    switch (unit ? text.back() : ' ') {
        case 's': return std::chrono::seconds{count};
        case 'm': return std::chrono::minutes{count};
        case 'h': return std::chrono::hours{count};
        case 'd': return std::chrono::days{count};
        case 'y': return std::chrono::days{365 * count};
        default: throw Failure{usage, "--replay takes a number and s, m, h, d or y, as 30d; not '" + text + "'", {}};
    }
}

void examine(Session& session, const DoctorOptions& options) {
    eventsdk::StartPlan plan;
    plan.topics = options.topics;
    if (!options.replay.empty()) plan.otherwise.replay = duration_of(options.replay);
    for (const std::string& topic : options.event_sourced) {
        plan.promises[topic] = plan.otherwise;
        plan.promises[topic].event_sourced = true;
    }
    const eventsdk::Broker broker = options.connection.open();
    const auto findings = value_or_stop(eventsdk::lint_start(broker, plan, options.connection.timeout()));
    for (const eventsdk::Finding& finding : findings) {
        session.answer_no();
        session.out.line(session.json ? JsonObject{}
                                            .text("topic", finding.topic)
                                            .text("code", finding.code)
                                            .text("message", finding.message)
                                            .text("hint", finding.hint)
                                            .done()
                                      : (finding.topic.empty() ? std::string{"connection"} : finding.topic) + " " +
                                            finding.code + ": " + finding.message + "; " + finding.hint);
    }
    if (findings.empty()) diagnose("nothing found");
}

}  // namespace

void add_doctor_command(CLI::App& app, Session& session) {
    CLI::App& command =
        add_command(app, session, "doctor", "Look for settings that would lose events or stop publishers",
                    "  eventsdk doctor --brokers localhost:9092\n"
                    "  eventsdk doctor prod.orders prod.users --replay 30d --event-sourced prod.orders\n"
                    "A line for each finding: what may happen, and what to change.\n"
                    "Status 1: something was found.\n");
    auto options = std::make_shared<DoctorOptions>();
    command.add_option("TOPIC", options->topics, "Topics; none: all of them");
    command
        .add_option("--event-sourced", options->event_sourced,
                    "A topic whose events are replayed for ever; may be repeated")
        ->take_all()
        ->allow_extra_args(false);
    command.add_option("--replay", options->replay, "Longest replay that is promised to readers, as 30d");
    add_connection_options(command, options->connection);
    command.callback([&session, options] { session.run = [&session, options] { examine(session, *options); }; });
}

}  // namespace cli
