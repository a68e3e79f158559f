#include "command.hpp"
#include "json_object.hpp"
#include "line_reader.hpp"

#include "schema/lint.hpp"
#include "schema/outline.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

namespace cli {
namespace {

using eventsdk::schema_detail::LintFinding;

/// Lint wants to see everything that can be loaded at all.
eventsdk::SchemaOptions lenient() {
    eventsdk::SchemaOptions options;
    options.strict_keywords = false;
    return options;
}

eventsdk::Result<eventsdk::Schema> compile_file(const std::string& file) {
    const eventsdk::SchemaOptions options = lenient();
    const std::string text = read_file(file, options.limits.max_schema_bytes);
    return eventsdk::SchemaSet::compile(text, options, std::filesystem::path{file}.filename().string());
}

LintFinding refusal_of(const std::string& path, const eventsdk::Error& error) {
    return {path, error.pointer, error.code, error.message};
}

void append_unknown(const eventsdk::Schema& schema, std::vector<LintFinding>& findings) {
    for (const std::string& pointer : schema.unknown_keywords())
        findings.push_back({std::string{schema.file()}, pointer, "unknown_keyword",
                            "no dialect knows the keyword or format: it is not enforced"});
}

std::vector<LintFinding> lint(const std::string& path) {
    if (!std::filesystem::is_directory(path)) {
        const auto schema = compile_file(path);
        if (!schema) return {refusal_of(path, schema.error())};
        auto findings = eventsdk::schema_detail::lint_schema(*schema);
        append_unknown(*schema, findings);
        return findings;
    }
    const auto schemas = eventsdk::SchemaSet::load(path, lenient());
    if (!schemas) return {refusal_of(path, schemas.error())};
    auto findings = eventsdk::schema_detail::lint_schemas(*schemas);
    for (const eventsdk::Schema& schema : schemas->all()) append_unknown(schema, findings);
    return findings;
}

void lint_all(Session& session, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        for (const LintFinding& each : lint(path)) {
            session.answer_no();
            session.out.line(JsonObject{}
                                 .text("file", each.file)
                                 .text("pointer", each.pointer)
                                 .text("rule", each.rule)
                                 .text("message", each.message)
                                 .done());
        }
    }
}

struct ExplainOptions {
    std::string file{};
    std::string schemas{};
    std::string type{};
    int version = 0;
};

eventsdk::Schema chosen(const ExplainOptions& options) {
    if (options.schemas.empty()) return value_or_stop(compile_file(options.file));
    const auto set = value_or_stop(eventsdk::SchemaSet::load(options.schemas, lenient()));
    const auto versions = set.versions(options.type);
    const int version = options.version == 0 && !versions.empty() ? versions.back() : options.version;
    if (const eventsdk::Schema* found = set.find(options.type, version)) return *found;
    throw Failure{no, "there is no schema of event type '" + options.type + "' in that version", {}};
}

void explain(Session& session, const ExplainOptions& options) {
    if (options.file.empty() == options.schemas.empty() || options.schemas.empty() != options.type.empty())
        throw Failure{usage, "schema explain needs FILE, or --schemas DIRECTORY and --type TYPE", {}};
    for (const auto& entry : eventsdk::schema_detail::outline(chosen(options))) {
        JsonObject line;
        line.text("pointer", entry.pointer).boolean("required", entry.required).raw("rules", entry.rules);
        if (entry.notes != "{}") line.raw("notes", entry.notes);
        if (entry.recursive) line.boolean("recursive", true);
        session.out.line(line.done());
    }
}

}  // namespace

void add_lint_command(CLI::App& group, Session& session) {
    CLI::App& command =
        add_command(group, session, "lint", "Look for likely mistakes in schema files",
                    "  eventsdk schema lint schemas\n"
                    "  eventsdk schema lint A.v1.schema.json B.v1.schema.json\n"
                    "A finding is a line: {\"file\":...,\"pointer\":...,\"rule\":...,\"message\":...}.\n"
                    "Status 1: there is one.\n");
    auto paths = std::make_shared<std::vector<std::string>>();
    command.add_option("PATH", *paths, "Schema files, or directories of <EventType>.v<N>.schema.json")->required();
    command.callback([&session, paths] { session.run = [&session, paths] { lint_all(session, *paths); }; });
}

void add_explain_command(CLI::App& group, Session& session) {
    CLI::App& command =
        add_command(group, session, "explain", "Show what a schema enforces at each place of its documents",
                    "  eventsdk schema explain A.v1.schema.json\n"
                    "  eventsdk schema explain --schemas schemas --type AssignmentSubmitted\n"
                    "A place is a line: {\"pointer\":\"/points\",\"required\":true,\"rules\":{\"minimum\":0,...}};\n"
                    "references are followed, \"*\" stands for any element or name.\n");
    auto options = std::make_shared<ExplainOptions>();
    command.add_option("FILE", options->file, "Schema file");
    command.add_option("--schemas", options->schemas, "Directory of <EventType>.v<N>.schema.json");
    command.add_option("--type", options->type, "Event type in that directory");
    command.add_option("--version", options->version, "Its schema version; the newest")
        ->check(CLI::Range(1, 2147483647));
    command.callback([&session, options] { session.run = [&session, options] { explain(session, *options); }; });
}

}  // namespace cli
