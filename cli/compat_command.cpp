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

void compare(Session& session, const CompatOptions& options) {
    const eventsdk::CompatibilityOptions made = library_options(options);
    const auto read = [&made](const std::string& file) { return read_file(file, made.schema.limits.max_schema_bytes); };
    const std::string newest = read(options.new_file);
    std::vector<std::string> older;
    for (const std::string& file : options.older_files) older.push_back(read(file));
    older.push_back(read(options.old_file));
    const auto findings =
        value_or_stop(older.size() == 1 ? eventsdk::check_compatibility(older.front(), newest, made)
                                        : eventsdk::check_compatibility_transitive(older, newest, made));
    JsonArray shown;
    for (const eventsdk::CompatibilityFinding& each : findings)
        shown.raw(
            JsonObject{}.text("rule", each.rule).text("pointer", each.pointer).text("message", each.message).done());
    session.out.line(JsonObject{}.boolean("compatible", findings.empty()).raw("findings", shown.done()).done());
    if (!findings.empty()) session.answer_no();
}

}  // namespace

void add_compat_command(CLI::App& group, Session& session) {
    CLI::App& command =
        add_command(group, session, "compat", "Tell whether a schema may replace an older one",
                    "  eventsdk schema compat old.schema.json new.schema.json\n"
                    "  eventsdk schema compat v2.json v3.json --level full --transitive v1.json\n"
                    "Out: {\"compatible\":false,\"findings\":[{\"rule\":...,\"pointer\":...,\"message\":...}]}.\n"
                    "Status 1: they are not compatible.\n");
    auto options = std::make_shared<CompatOptions>();
    command.add_option("OLD", options->old_file, "Schema file in use")->required();
    command.add_option("NEW", options->new_file, "Schema file that is to replace it")->required();
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
