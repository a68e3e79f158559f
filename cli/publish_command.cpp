#include "command.hpp"
#include "connection.hpp"
#include "envelope_line.hpp"
#include "event_line.hpp"
#include "json_object.hpp"
#include "line_reader.hpp"
#include "ordered_writer.hpp"
#include "record_line.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace cli {
namespace {

struct PublishCommand {
    Connection connection{};
    std::string topic{};
    std::string input{};
    std::string schemas{};
    std::string format = "native";
    bool unchecked = false;
    bool dry_run = false;
    std::size_t max_bytes = 1'000'000;
};

/// Lines to records: envelope read, what is missing filled in, payload checked, encoded.
class Preparer {
public:
    explicit Preparer(const PublishCommand& options)
        : topic_{options.topic},
          format_{value_or_stop(eventsdk::EnvelopeFormat::named(options.format))},
          reader_{options.max_bytes} {
        if (!options.unchecked) schemas_ = value_or_stop(eventsdk::SchemaSet::load(options.schemas));
    }

    eventsdk::Result<eventsdk::Record> prepare(std::string_view text) {
        if (auto read = reader_.read(text, line_); !read) return std::move(read).error();
        const std::string id = ids_->next().to_string();
        if (line_.envelope.event_id.empty()) line_.envelope.event_id = id;
        if (!line_.has_time) line_.envelope.occurred_at = eventsdk::system_clock()->now();
        line_.has_time = true;
        if (schemas_)
            if (auto checked = check(); !checked) return std::move(checked).error();
        return encode_line(format_, line_, topic_);
    }

private:
    eventsdk::Result<void> check() const {
        const auto found = check_payload(*schemas_, line_.envelope.type, line_.envelope.schema_version, line_.payload);
        if (found.empty()) return {};
        return eventsdk::Error{.kind = eventsdk::ErrorKind::permanent,
                               .code = found.front().code,
                               .message = found.front().message,
                               .pointer = found.front().pointer};
    }

    std::string topic_;
    eventsdk::EnvelopeFormat format_;
    EnvelopeLineReader reader_;
    EnvelopeLineReader::Line line_{};
    std::optional<eventsdk::SchemaSet> schemas_{};
    std::shared_ptr<eventsdk::IdGenerator> ids_ = eventsdk::uuid_v7_generator();
};

std::string refused_line(std::size_t line, const eventsdk::Error& error) {
    return JsonObject{}
        .integer("line", static_cast<std::int64_t>(line))
        .boolean("published", false)
        .text("code", error.code)
        .text("pointer", error.pointer)
        .text("message", error.message)
        .done();
}

void answer(Session& session, const OrderedWriter::Answer& given) {
    if (given.error) {
        const bool is_the_events = given.error->kind == eventsdk::ErrorKind::permanent || given.receipt.topic.empty();
        if (!is_the_events) session.answer = unreachable;
        if (session.answer == yes) session.answer_no();
        session.out.line(refused_line(given.line, *given.error));
        return;
    }
    session.out.line(JsonObject{}
                         .integer("line", static_cast<std::int64_t>(given.line))
                         .boolean("published", true)
                         .text("eventId", given.event_id)
                         .text("topic", given.receipt.topic)
                         .integer("partition", given.receipt.partition)
                         .integer("offset", given.receipt.offset)
                         .done());
}

eventsdk::Error too_long(std::size_t max_bytes) {
    return {.kind = eventsdk::ErrorKind::permanent,
            .code = "json.too_large",
            .message = "the line has more than " + std::to_string(max_bytes) + " bytes"};
}

void show_records(Session& session, const PublishCommand& options, Preparer& preparer) {
    LineReader reader{options.input, options.max_bytes, session.out};
    for (LineReader::Line line; reader.next(line);) {
        eventsdk::Result<eventsdk::Record> record = too_long(options.max_bytes);
        if (!line.too_long) record = preparer.prepare(line.text);
        if (!record) session.answer_no();
        session.out.line(record ? record_line(*record) : refused_line(line.number, record.error()));
    }
}

void publish(Session& session, const PublishCommand& options) {
    if (options.unchecked == !options.schemas.empty())
        throw Failure{usage, "publish needs --schemas DIRECTORY, or --unchecked", {}};
    Preparer preparer{options};
    if (options.dry_run) return show_records(session, options, preparer);

    const eventsdk::Broker broker = options.connection.open();
    value_or_stop(value_or_stop(broker.port().admin())->describe_topic(options.topic, options.connection.timeout()));
    LineReader reader{options.input, options.max_bytes, session.out};
    OrderedWriter writer{broker, options.connection.timeout(),
                         [&session](const OrderedWriter::Answer& given) { answer(session, given); }};
    reader.before_wait([&writer] { writer.settle(); });
    Progress progress{"events"};
    for (LineReader::Line line; reader.next(line); progress.add()) {
        eventsdk::Result<eventsdk::Record> record = too_long(options.max_bytes);
        if (!line.too_long) record = preparer.prepare(line.text);
        record ? writer.write(line.number, *record) : writer.refuse(line.number, record.error());
    }
    writer.settle();
}

}  // namespace

void add_publish_command(CLI::App& app, Session& session) {
    CLI::App& command = add_command(
        app, session, "publish", "Publish events, checked against their schemas",
        "  eventsdk publish prod.education.assignment --schemas schemas events.ndjson\n"
        "A native envelope per line in; a missing eventId or occurredAt is filled in. A line out for every event:\n"
        "{\"line\":1,\"published\":true,\"eventId\":...,\"topic\":...,\"partition\":0,\"offset\":12}, or \"published\":false\n"
        "with \"code\", \"pointer\", \"message\". One event refused does not stop the others.\n");
    auto options = std::make_shared<PublishCommand>();
    command.add_option("TOPIC", options->topic, "Topic; it must exist")->required();
    command.add_option("INPUT", options->input, "File with an envelope per line; none or - is standard input");
    command.add_option("--schemas", options->schemas, "Directory of schemas; payloads are checked against them");
    command.add_flag("--unchecked", options->unchecked, "Publish without a check of payloads");
    command.add_option("--format", options->format,
                       "native (the default), cloudevents-structured, cloudevents-binary, or the name of a layout");
    command.add_flag("--dry-run", options->dry_run, "Show the records, write nothing; needs no broker");
    command.add_option("--max-bytes", options->max_bytes, "Longest line taken, in bytes (1000000)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 26));
    add_connection_options(command, options->connection);
    command.callback([&session, options] { session.run = [&session, options] { publish(session, *options); }; });
}

}  // namespace cli
