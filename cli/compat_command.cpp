#include "command.hpp"
#include "json_object.hpp"
#include "line_reader.hpp"

#include <eventsdk/schema/compatibility.hpp>

#include <CLI/CLI.hpp>

#include <memory>

namespace cli {
namespace {

struct CompatOptions {
    std::string old_file{};
    std::string new_file{};
    std::vector<std::string> older_files{};
    std::string schemas{};
    bool transitive = false;
    std::string level = "backward";
    std::string policy = "lenient";
    std::size_t examples = eventsdk::CompatibilityOptions{}.examples;
};

eventsdk::CompatibilityOptions library_options(const CompatOptions& options) {
    using Level = eventsdk::CompatibilityLevel;
    eventsdk::CompatibilityOptions made;
    made.level = options.level == "forward"    ? Level::forward
                 : options.level == "full"     ? Level::full
                 : options.level == "additive" ? Level::additive
                                               : Level::backward;
    made.policy =
        options.policy == "strict" ? eventsdk::CompatibilityPolicy::strict : eventsdk::CompatibilityPolicy::lenient;
    made.examples = options.examples;
    return made;
}

std::string findings_json(const std::vector<eventsdk::CompatibilityFinding>& findings) {
    JsonArray shown;
    for (const eventsdk::CompatibilityFinding& each : findings)
        shown.raw(
            JsonObject{}.text("rule", each.rule).text("pointer", each.pointer).text("message", each.message).done());
    return shown.done();
}

/// Every version of a directory against the one before it, or all before it.
void compare_versions(Session& session, const CompatOptions& options) {
    eventsdk::SchemaOptions loading;
    loading.check_formats = false;  // as between two files
    const auto schemas = value_or_stop(eventsdk::SchemaSet::load(options.schemas, loading));
    for (const auto& each : eventsdk::check_versions(schemas, options.transitive, library_options(options))) {
        session.out.line(JsonObject{}
                             .text("older", each.older.file())
                             .text("newer", each.newer.file())
                             .boolean("compatible", each.findings.empty())
                             .raw("findings", findings_json(each.findings))
                             .done());
        if (!each.findings.empty()) session.answer_no();
    }
}

void compare_files(Session& session, const CompatOptions& options) {
    const eventsdk::CompatibilityOptions made = library_options(options);
    const auto read = [&made](const std::string& file) { return read_file(file, made.schema.limits.max_schema_bytes); };
    const std::string newest = read(options.new_file);
    std::vector<std::string> older;
    for (const std::string& file : options.older_files) older.push_back(read(file));
    older.push_back(read(options.old_file));
    const auto findings =
        value_or_stop(older.size() == 1 ? eventsdk::check_compatibility(older.front(), newest, made)
                                        : eventsdk::check_compatibility_transitive(older, newest, made));
    session.out.line(
        JsonObject{}.boolean("compatible", findings.empty()).raw("findings", findings_json(findings)).done());
    if (!findings.empty()) session.answer_no();
}

void compare(Session& session, const CompatOptions& options) {
    if (!options.schemas.empty() && options.old_file.empty() && options.older_files.empty())
        return compare_versions(session, options);
    if (options.new_file.empty() || !options.schemas.empty() || options.transitive)
        throw Failure{usage, "schema compat needs OLD and NEW, or --schemas DIRECTORY", {}};
    compare_files(session, options);
}

}  // namespace

void add_compat_command(CLI::App& group, Session& session) {
    CLI::App& command =
        add_command(group, session, "compat", "Tell whether a schema may replace an older one",
                    "  eventsdk schema compat old.schema.json new.schema.json\n"
                    "  eventsdk schema compat v2.json v3.json --level full --transitive v1.json\n"
                    "  eventsdk schema compat --schemas schemas --all-older\n"
                    "Out: {\"compatible\":false,\"findings\":[{\"rule\":...,\"pointer\":...,\"message\":...}]};\n"
                    "with --schemas a line for each pair, with \"older\" and \"newer\".\n"
                    "Status 1: they are not compatible.\n");
    auto options = std::make_shared<CompatOptions>();
    command.add_option("OLD", options->old_file, "Schema file in use");
    command.add_option("NEW", options->new_file, "Schema file that is to replace it");
    command.add_option("--schemas", options->schemas,
                       "Directory of <EventType>.v<N>.schema.json: each version against the one before it");
    command.add_flag("--all-older", options->transitive, "With --schemas: against all versions before it");
    command.add_option("--transitive", options->older_files,
                       "Still older schema files, oldest first, to compare with too");
    command
        .add_option("--level", options->level,
                    "backward (new readers, old events; the default), forward, full, or additive")
        ->check(CLI::IsMember({"backward", "forward", "full", "additive"}));
    command
        .add_option("--policy", options->policy,
                    "lenient (readers ignore unknown members; the default), or strict (as JSON Schema says)")
        ->check(CLI::IsMember({"lenient", "strict"}));
    command.add_option("--examples", options->examples, "Documents tried besides the rules (200)")
        ->check(CLI::Range(std::size_t{0}, std::size_t{100'000}));
    command.callback([&session, options] { session.run = [&session, options] { compare(session, *options); }; });
}

}  // namespace cli
