#pragma once

#include <eventsdk/schema/schema_set.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// Who must go on understanding whom when a schema is replaced by a newer one.
enum class CompatibilityLevel : std::uint8_t {
    backward,  ///< readers with the new schema accept what was written with the old one
    forward,   ///< readers with the old schema accept what is written with the new one
    full,      ///< both
    additive,  ///< nothing but optional properties and annotations may be added; the rule for changes without a new version
};

/// What readers are taken to do.
enum class CompatibilityPolicy : std::uint8_t {
    /// Tolerant readers: unknown members are ignored, and writers write only members that their schema describes.
    lenient,
    /// Exactly as JSON Schema says: a member that is not described may hold anything that is not forbidden.
    strict,
};

/// By which rules two versions of a schema are compared.
struct CompatibilityOptions {
    CompatibilityLevel level = CompatibilityLevel::backward;    ///< which versions must read the events of which
    CompatibilityPolicy policy = CompatibilityPolicy::lenient;  ///< what unknown members mean
    /// Documents generated from the one schema and checked against the other, for each direction, to catch what no
    /// rule sees. 0: rules only.
    std::size_t examples = 200;
    /// How both schemas are loaded. `format` is never looked at, as in Confluent's registry, except by `additive`.
    SchemaOptions schema = {};
};

/// One reason why two schemas are not compatible.
struct CompatibilityFinding {
    /// Stable, snake_case: "required_added", "type_narrowed", "enum_narrowed", "counterexample", …; docs/schemas.md
    /// lists all of them.
    std::string rule{};
    /// JSON Pointer into the new schema; into the old one where something was removed.
    std::string pointer{};
    std::string message{};  ///< one sentence; for "counterexample" it holds the document
};

/// Compares two schemas. A required property that is added with a `default` counts as present, as in Confluent's
/// registry. The result is empty when they are compatible.
/// @return `invalid_argument` "schema.load.*" when one of the texts is not a schema.
/// **Thread safety**: may be called from any thread.
[[nodiscard]] EVENTSDK_API Result<std::vector<CompatibilityFinding>> check_compatibility(
    std::string_view old_schema, std::string_view new_schema, const CompatibilityOptions& options = {});

/// Compares two loaded schemas, with what they refer to in other files of their sets. `format` is looked at by examples
/// where the sets were loaded with SchemaOptions::check_formats; CompatibilityOptions::schema is not used.
/// **Thread safety**: may be called from any thread.
[[nodiscard]] EVENTSDK_API std::vector<CompatibilityFinding> check_compatibility(
    const Schema& older, const Schema& newer, const CompatibilityOptions& options = {});

/// Two versions of one event type, and what stands between them.
struct VersionFindings {
    Schema older;
    Schema newer;
    std::vector<CompatibilityFinding> findings{};  ///< empty: compatible
};

/// Compares each version in a set with the one before it, or, when `transitive`, with all before it; ordered by type,
/// then by the newer version. Empty when no type has two versions.
/// **Thread safety**: may be called from any thread.
[[nodiscard]] EVENTSDK_API std::vector<VersionFindings> check_versions(const SchemaSet& schemas,
                                                                       bool transitive = false,
                                                                       const CompatibilityOptions& options = {});

/// Compares the newest schema with every older one, which are given oldest first; the messages say which it was by
/// its place, from 1.
[[nodiscard]] EVENTSDK_API Result<std::vector<CompatibilityFinding>> check_compatibility_transitive(
    std::span<const std::string> older_schemas, std::string_view new_schema, const CompatibilityOptions& options = {});

EVENTSDK_END_NAMESPACE
