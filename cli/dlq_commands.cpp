#include "command.hpp"
#include "dlq_filter.hpp"
#include "json_object.hpp"
#include "record_line.hpp"
#include "test_case_text.hpp"
#include "topic_reader.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace cli {
namespace {

namespace headers = eventsdk::dead_letter_headers;

struct ListOptions {
    DlqChoice choice{};
    bool settled = false;
};

struct ShowOptions {
    Connection connection{};
    std::string topic{};
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    bool as_test = false;
};

std::string_view text(const eventsdk::ReceivedRecord& record, std::string_view name) {
    return record.header(name).value_or("");
}

/// Header values are others' text: a number is shown as one only when it is one.
void add_number(JsonObject& line, std::string_view name, std::string_view value) {
    const bool digits = !value.empty() && value.size() <= 18 &&
                        value.find_first_not_of("0123456789") == std::string::npos &&
                        (value.size() == 1 || value.front() != '0');
    if (digits) {
        line.raw(name, value);
    } else if (value.empty()) {
        line.null(name);
    } else {
        line.text(name, value);
    }
}

std::string letter_json(const eventsdk::ReceivedRecord& record, eventsdk::DeadLetterState state) {
    JsonObject original;
    original.text("topic", text(record, headers::topic));
    add_number(original, "partition", text(record, headers::partition));
    add_number(original, "offset", text(record, headers::offset));
    original.text("timestamp", text(record, headers::timestamp));
    JsonObject line;
    line.text("topic", record.topic).integer("partition", record.partition).integer("offset", record.offset);
    record.key ? line.text("key", *record.key) : line.null("key");
    line.raw("original", original.done());
    line.text("group", text(record, headers::group)).text("stage", text(record, headers::stage));
    line.text("code", text(record, headers::error_code)).text("message", text(record, headers::error_message));
    add_number(line, "attempts", text(record, headers::attempts));
    line.text("firstFailure", text(record, headers::first_failure));
    line.text("lastFailure", text(record, headers::last_failure));
    add_number(line, "redriveCount", text(record, headers::redrive_count));
    line.text("state", to_string(state));
    return line.done();
}

std::string letter_text(const eventsdk::ReceivedRecord& record, eventsdk::DeadLetterState state) {
    const auto shown = [&record](std::string_view name) { return visible(text(record, name)); };
    return "[" + std::to_string(record.partition) + "]@" + std::to_string(record.offset) + " from " +
           shown(headers::topic) + "[" + shown(headers::partition) + "]@" + shown(headers::offset) +
           " key=" + (record.key ? visible(*record.key) : "null") + " group=" + shown(headers::group) +
           " stage=" + shown(headers::stage) + " code=" + shown(headers::error_code) +
           " attempts=" + shown(headers::attempts) + " " + std::string{to_string(state)} + ": " +
           shown(headers::error_message);
}

void list(Session& session, ListOptions& options) {
    using eventsdk::DeadLetterState;
    options.choice.finish();
    const DlqChoice& choice = options.choice;
    Progress progress{"dead letters"};
    std::size_t found = 0;
    const auto take = [&](const eventsdk::ReceivedRecord& record, DeadLetterState state) {
        if (is_interrupted()) return false;
        progress.add();
        if (state != DeadLetterState::open && !options.settled) return true;
        session.out.line(session.json ? letter_json(record, state) : letter_text(record, state));
        ++found;
        return true;
    };
    succeed_or_stop(
        visit_dead_letters(choice.connection.open(), choice.topic, choice.filter, take, choice.connection.timeout()));
    check_interrupted();
    if (found == 0) session.answer_no();
}

void show_as_text(Output& out, const eventsdk::ReceivedRecord& record) {
    out.line("key: " + (record.key ? visible(*record.key) : "null"));
    for (std::size_t i = 0; i < record.header_count(); ++i) {
        const eventsdk::HeaderView header = record.header_at(i);
        out.line(visible(header.name) + ": " + (header.value ? visible(*header.value) : "null"));
    }
    out.line("");
    out.line(record.value ? visible(*record.value) : "null");
}

void show_one(Session& session, const ShowOptions& options, const eventsdk::ReceivedRecord& record) {
    if (options.as_test) {
        session.out.line(test_case_text(record));
    } else if (session.json) {
        session.out.line(record_line(record));
    } else {
        show_as_text(session.out, record);
    }
}

void show(Session& session, const ShowOptions& options) {
    const TopicReader::From from{TopicReader::From::Kind::offset, {}, options.offset, options.partition};
    TopicReader reader{options.connection.open(), options.topic, from, options.connection.timeout()};
    bool found = false;
    const auto take = [&](const eventsdk::ReceivedRecord& record) {
        found = record.offset == options.offset;
        if (found) show_one(session, options, record);
        return false;
    };
    reader.run(true, take, [] {});
    if (found) return;
    diagnose("there is no record at offset " + std::to_string(options.offset));
    session.answer_no();
}

void add_dlq_list(CLI::App& group, Session& session) {
    CLI::App& command =
        add_command(group, session, "list", "List the dead letters of a topic, with their reasons",
                    "  eventsdk dlq list prod.education.assignment.dlq --stage handler\n"
                    "  eventsdk dlq list prod.education.assignment.dlq --json | jq .code | sort | uniq -c\n"
                    "Status 1: there is none.\n");
    auto options = std::make_shared<ListOptions>();
    add_dlq_options(command, options->choice);
    command.add_flag("--settled", options->settled, "Also those that were redriven, parked or purged, and doubles");
    command.callback([&session, options] { session.run = [&session, options] { list(session, *options); }; });
}

void add_dlq_show(CLI::App& group, Session& session) {
    CLI::App& command = add_command(group, session, "show", "Show one dead letter with all headers and its value",
                                    "  eventsdk dlq show prod.education.assignment.dlq 0 17\n"
                                    "  eventsdk dlq show prod.education.assignment.dlq 0 17 --as-test > case_test.cpp\n"
                                    "Status 1: there is none at this place.\n");
    auto options = std::make_shared<ShowOptions>();
    command.add_option("TOPIC", options->topic, "Dead-letter topic")->required();
    command.add_option("PARTITION", options->partition, "Partition")->required()->check(CLI::NonNegativeNumber);
    command.add_option("OFFSET", options->offset, "Offset")->required()->check(CLI::NonNegativeNumber);
    command.add_flag("--as-test", options->as_test, "As a test case in C++: the record, given to your projection");
    add_connection_options(command, options->connection);
    command.callback([&session, options] { session.run = [&session, options] { show(session, *options); }; });
}

}  // namespace

void add_dlq_commands(CLI::App& app, Session& session) {
    CLI::App& group = add_group(app, "dlq", "Look at dead letters, send them back, put them away");
    add_dlq_list(group, session);
    add_dlq_show(group, session);
    add_dlq_settle_commands(group, session);
}

}  // namespace cli
