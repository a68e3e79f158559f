#include "command.hpp"
#include "connection.hpp"
#include "json_object.hpp"
#include "record_line.hpp"
#include "topic_reader.hpp"

#include <eventsdk/consume/dead_letter_options.hpp>

#include <CLI/CLI.hpp>

#include <memory>

namespace cli {
namespace {

namespace headers = eventsdk::dead_letter_headers;

struct DlqOptions {
    Connection connection{};
    std::string topic{};
    std::string stage{};
    std::string code{};
    std::string key{};
    bool by_key = false;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
};

std::string_view text(const eventsdk::ReceivedRecord& record, std::string_view name) {
    return record.header(name).value_or("");
}

bool wanted(const eventsdk::ReceivedRecord& record, const DlqOptions& options) {
    return (options.stage.empty() || text(record, headers::stage) == options.stage) &&
           (options.code.empty() || text(record, headers::error_code) == options.code) &&
           (!options.by_key || record.key == options.key);
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

std::string letter_json(const eventsdk::ReceivedRecord& record) {
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
    return line.done();
}

std::string letter_text(const eventsdk::ReceivedRecord& record) {
    const auto shown = [&record](std::string_view name) { return visible(text(record, name)); };
    return "[" + std::to_string(record.partition) + "]@" + std::to_string(record.offset) + " from " +
           shown(headers::topic) + "[" + shown(headers::partition) + "]@" + shown(headers::offset) +
           " key=" + (record.key ? visible(*record.key) : "null") + " group=" + shown(headers::group) +
           " stage=" + shown(headers::stage) + " code=" + shown(headers::error_code) +
           " attempts=" + shown(headers::attempts) + ": " + shown(headers::error_message);
}

void list(Session& session, const DlqOptions& options) {
    TopicReader reader{options.connection.open(), options.topic, {}, options.connection.timeout()};
    Progress progress{"dead letters"};
    std::size_t found = 0;
    const auto take = [&](const eventsdk::ReceivedRecord& record) {
        progress.add();
        if (!wanted(record, options)) return true;
        session.out.line(session.json ? letter_json(record) : letter_text(record));
        ++found;
        return true;
    };
    reader.run(true, take, [&session] { session.out.flush(); });
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

void show(Session& session, const DlqOptions& options) {
    const TopicReader::From from{TopicReader::From::Kind::offset, {}, options.offset, options.partition};
    TopicReader reader{options.connection.open(), options.topic, from, options.connection.timeout()};
    bool found = false;
    const auto take = [&](const eventsdk::ReceivedRecord& record) {
        found = record.offset == options.offset;
        if (found && session.json) session.out.line(record_line(record));
        if (found && !session.json) show_as_text(session.out, record);
        return false;
    };
    reader.run(true, take, [] {});
    if (found) return;
    diagnose("there is no record at offset " + std::to_string(options.offset));
    session.answer_no();
}

void add_list(CLI::App& group, Session& session) {
    CLI::App& command =
        add_command(group, session, "list", "List the dead letters of a topic, with their reasons",
                    "  eventsdk dlq list prod.education.assignment.dlq --stage handler\n"
                    "  eventsdk dlq list prod.education.assignment.dlq --json | jq .code | sort | uniq -c\n"
                    "Status 1: there is none.\n");
    auto options = std::make_shared<DlqOptions>();
    command.add_option("TOPIC", options->topic, "Dead-letter topic")->required();
    command.add_option("--stage", options->stage, "Only this stage: parse, schema, upcast or handler");
    command.add_option("--code", options->code, "Only this error code");
    auto* key = command.add_option("--key", options->key, "Only records with this key");
    add_connection_options(command, options->connection);
    command.callback([&session, options, key] {
        options->by_key = key->count() > 0;
        session.run = [&session, options] { list(session, *options); };
    });
}

void add_show(CLI::App& group, Session& session) {
    CLI::App& command = add_command(group, session, "show", "Show one dead letter with all headers and its value",
                                    "  eventsdk dlq show prod.education.assignment.dlq 0 17\n"
                                    "Status 1: there is none at this place.\n");
    auto options = std::make_shared<DlqOptions>();
    command.add_option("TOPIC", options->topic, "Dead-letter topic")->required();
    command.add_option("PARTITION", options->partition, "Partition")->required()->check(CLI::NonNegativeNumber);
    command.add_option("OFFSET", options->offset, "Offset")->required()->check(CLI::NonNegativeNumber);
    add_connection_options(command, options->connection);
    command.callback([&session, options] { session.run = [&session, options] { show(session, *options); }; });
}

}  // namespace

void add_dlq_commands(CLI::App& app, Session& session) {
    CLI::App& group = add_group(app, "dlq", "Look at dead letters");
    add_list(group, session);
    add_show(group, session);
}

}  // namespace cli
