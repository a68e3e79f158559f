#include "command.hpp"
#include "event_line.hpp"
#include "json_object.hpp"
#include "line_reader.hpp"

#include <eventsdk/schema/schema_set.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>

#include <memory>

namespace cli {
namespace {

struct ValidateOptions {
    std::string schema{};
    std::string schemas{};
    std::string input{};
    std::string engine = "compiled";
    std::string dialect = "draft-07";
    bool allow_unknown_keywords = false;
    bool strict_keywords = false;
    std::size_t max_bytes = eventsdk::SchemaLimits{}.max_document_bytes;
};

eventsdk::SchemaOptions library_options(const ValidateOptions& options) {
    eventsdk::SchemaOptions made;
    made.engine = options.engine == "reference" ? eventsdk::SchemaEngine::reference : eventsdk::SchemaEngine::compiled;
    if (options.dialect == "2019-09") made.default_dialect = eventsdk::SchemaDialect::draft_2019_09;
    if (options.dialect == "2020-12") made.default_dialect = eventsdk::SchemaDialect::draft_2020_12;
    made.strict_keywords = !options.allow_unknown_keywords;
    made.limits.max_document_bytes = options.max_bytes;
    return made;
}

std::string valid_line(std::size_t number) {
    return JsonObject{}.integer("line", static_cast<std::int64_t>(number)).boolean("valid", true).done();
}

std::string invalid_line(std::size_t number, const eventsdk::Violation& violation) {
    return JsonObject{}
        .integer("line", static_cast<std::int64_t>(number))
        .boolean("valid", false)
        .text("code", violation.code)
        .text("pointer", violation.pointer)
        .text("schema", violation.schema)
        .text("keyword", violation.keyword)
        .text("message", violation.message)
        .done();
}

eventsdk::Violation too_large(std::size_t max_bytes) {
    eventsdk::Violation violation;
    violation.code = "json.too_large";
    violation.message = "the line has more than " + std::to_string(max_bytes) + " bytes";
    return violation;
}

/// Answers every line of the input by `check`, which gives at most one violation.
template <class Check>
void answer_lines(Session& session, const ValidateOptions& options, Check&& check) {
    LineReader reader{options.input, options.max_bytes, session.out};
    Progress progress{"lines"};
    for (LineReader::Line line; reader.next(line); progress.add()) {
        const std::vector<eventsdk::Violation> found =
            line.too_long ? std::vector{too_large(options.max_bytes)} : check(line.text);
        if (!found.empty()) session.answer_no();
        session.out.line(found.empty() ? valid_line(line.number) : invalid_line(line.number, found.front()));
    }
}

void validate_instances(Session& session, const ValidateOptions& options) {
    eventsdk::SchemaOptions made = library_options(options);
    // A lone schema may be anyone's, and JSON Schema ignores what it does not know.
    made.strict_keywords = options.strict_keywords;
    const std::string text = read_file(options.schema, made.limits.max_schema_bytes);
    const std::string name = std::filesystem::path{options.schema}.filename().string();
    const eventsdk::Schema schema = value_or_stop(eventsdk::SchemaSet::compile(text, made, name));
    for (const std::string& pointer : schema.unknown_keywords())
        std::fprintf(stderr, "warning: %s#%s is not enforced: unknown keyword or format\n", name.c_str(),
                     pointer.c_str());
    answer_lines(session, options, [&schema](std::string_view line) { return schema.validate_all(line, 1); });
}

void validate_events(Session& session, const ValidateOptions& options) {
    const auto schemas = value_or_stop(eventsdk::SchemaSet::load(options.schemas, library_options(options)));
    EventChecker checker{schemas, options.max_bytes};
    answer_lines(session, options, [&checker](std::string_view line) { return checker.check(line); });
}

void add_validate(CLI::App& group, Session& session) {
    CLI::App& command = add_command(group, session, "validate", "Check JSON values, or whole events, against schemas",
                                    "  eventsdk schema validate --schema A.v1.schema.json instances.ndjson\n"
                                    "  eventsdk schema validate --schemas schemas events.ndjson\n"
                                    "  producer | eventsdk schema validate --schemas schemas -\n"
                                    "A line of JSON in gives a line out: {\"line\":1,\"valid\":true}, or with\n"
                                    "\"valid\":false, \"code\", \"pointer\", \"schema\", \"keyword\", \"message\".\n");
    auto options = std::make_shared<ValidateOptions>();
    auto* schema = command.add_option("--schema", options->schema, "Schema file; every line is an instance of it");
    auto* schemas = command.add_option("--schemas", options->schemas,
                                       "Directory of <EventType>.v<N>.schema.json; every line is an event");
    schema->excludes(schemas);
    command.add_option("INPUT", options->input, "File with one JSON text a line; none or - is standard input");
    command.add_option("--engine", options->engine, "compiled, or reference (slow, draft-07 only)")
        ->check(CLI::IsMember({"compiled", "reference"}));
    command.add_option("--dialect", options->dialect, "Where a schema has no $schema: draft-07, 2019-09 or 2020-12")
        ->check(CLI::IsMember({"draft-07", "2019-09", "2020-12"}));
    command.add_flag("--allow-unknown-keywords", options->allow_unknown_keywords,
                     "With --schemas: load schemas with keywords that no dialect knows; they have no effect");
    command.add_flag("--strict-keywords", options->strict_keywords,
                     "With --schema: refuse such keywords, which are only warned of otherwise");
    command.add_option("--max-bytes", options->max_bytes, "Longest line taken, in bytes (1000000)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 30));
    command.callback([&session, options] {
        session.run = [&session, options] {
            if (options->schema.empty() == options->schemas.empty())
                throw Failure{usage, "schema validate needs --schema FILE or --schemas DIRECTORY", {}};
            options->schemas.empty() ? validate_instances(session, *options) : validate_events(session, *options);
        };
    });
}

}  // namespace

void add_schema_commands(CLI::App& app, Session& session) {
    CLI::App& group = add_group(app, "schema", "Check events against JSON Schema files");
    add_validate(group, session);
    add_compat_command(group, session);
    add_lint_command(group, session);
    add_explain_command(group, session);
}

}  // namespace cli
