#include <eventsdk/schema/compatibility.hpp>

#include "json/text.hpp"
#include "schema/compare.hpp"
#include "schema/compiled.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace {

/// One of the two schemas, ready for rules and for examples.
struct Side {
    Schema schema;
    schema_detail::SchemaTree tree;
};

Result<std::unique_ptr<Side>> load_side(std::string_view text, std::string_view name,
                                        const CompatibilityOptions& options) {
    auto settings = options.schema;
    settings.check_formats = false;
    auto schema = SchemaSet::compile(text, settings, name);
    if (!schema) return std::move(schema.error());
    return std::unique_ptr<Side>{new Side{std::move(*schema), schema_detail::SchemaTree{text}}};
}

Side side_of(const Schema& schema) {
    const auto& compiled = schema.compiled();
    const bool bundled = !compiled.bundle.empty();
    return {schema, schema_detail::SchemaTree{bundled ? compiled.bundle : compiled.text, bundled}};
}

// A document that the writer accepts and the reader does not, although no rule said so.
void look_for_counterexample(const Side& writer, const Side& reader, const CompatibilityOptions& options,
                             std::vector<CompatibilityFinding>& findings) {
    for (const auto& example :
         schema_detail::generate_examples(writer.tree, reader.tree, options.policy, options.examples)) {
        if (!writer.schema.validate(example.dump())) continue;
        const auto read = schema_detail::as_read(reader.tree, example, options.policy);
        const auto violations = reader.schema.validate_all(read.dump(), 1);
        if (violations.empty()) continue;
        const auto& violation = violations.front();
        findings.push_back({"counterexample", violation.schema.substr(violation.schema.find('#') + 1),
                            fmt::format("{} is accepted by the one and not by the other: at \"{}\": {}",
                                        json::printable(example.dump(), 300), violation.pointer, violation.message)});
        return;
    }
}

std::vector<CompatibilityFinding> one_way(const Side& writer, const Side& reader, const CompatibilityOptions& options) {
    auto findings = schema_detail::compare(writer.tree, reader.tree, options.policy);
    if (findings.empty()) look_for_counterexample(writer, reader, options, findings);
    return findings;
}

void append(std::vector<CompatibilityFinding>& to, std::vector<CompatibilityFinding> from, std::string_view prefix) {
    for (auto& finding : from) {
        finding.message.insert(0, prefix);
        to.push_back(std::move(finding));
    }
}

std::vector<CompatibilityFinding> compare_sides(const Side& older, const Side& newer,
                                                const CompatibilityOptions& options) {
    switch (options.level) {
        case CompatibilityLevel::backward: return one_way(older, newer, options);
        case CompatibilityLevel::forward: return one_way(newer, older, options);
        case CompatibilityLevel::additive: return schema_detail::compare_additive(older.tree, newer.tree);
        case CompatibilityLevel::full: break;
    }
    std::vector<CompatibilityFinding> findings;
    append(findings, one_way(older, newer, options), "backward: ");
    append(findings, one_way(newer, older, options), "forward: ");
    return findings;
}

}  // namespace

Result<std::vector<CompatibilityFinding>> check_compatibility(std::string_view old_schema, std::string_view new_schema,
                                                              const CompatibilityOptions& options) {
    auto older = load_side(old_schema, "old", options);
    if (!older) return std::move(older.error());
    auto newer = load_side(new_schema, "new", options);
    if (!newer) return std::move(newer.error());
    return compare_sides(**older, **newer, options);
}

std::vector<CompatibilityFinding> check_compatibility(const Schema& older, const Schema& newer,
                                                      const CompatibilityOptions& options) {
    return compare_sides(side_of(older), side_of(newer), options);
}

std::vector<VersionFindings> check_versions(const SchemaSet& schemas, bool transitive,
                                            const CompatibilityOptions& options) {
    std::vector<VersionFindings> all;
    const auto ordered = schemas.all();
    for (std::size_t newer = 0; newer < ordered.size(); ++newer)
        for (std::size_t older = newer; older-- > 0 && ordered[older].type() == ordered[newer].type();) {
            all.push_back(
                {ordered[older], ordered[newer], check_compatibility(ordered[older], ordered[newer], options)});
            if (!transitive) break;
        }
    return all;
}

Result<std::vector<CompatibilityFinding>> check_compatibility_transitive(std::span<const std::string> older_schemas,
                                                                         std::string_view new_schema,
                                                                         const CompatibilityOptions& options) {
    auto newer = load_side(new_schema, "new", options);
    if (!newer) return std::move(newer.error());
    std::vector<CompatibilityFinding> findings;
    for (std::size_t i = 0; i < older_schemas.size(); ++i) {
        auto older = load_side(older_schemas[i], fmt::format("old {}", i + 1), options);
        if (!older) return std::move(older.error());
        append(findings, compare_sides(**older, **newer, options), fmt::format("against schema {}: ", i + 1));
    }
    return findings;
}

EVENTSDK_END_NAMESPACE
