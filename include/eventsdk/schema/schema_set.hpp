#pragma once

#include <eventsdk/schema/options.hpp>
#include <eventsdk/schema/schema.hpp>

#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

struct SchemaDifference;

/// The JSON Schema files of a directory, one per payload version of an event type, checked and compiled.
/// Immutable; a cheap handle whose copies share the same set.
///
/// Files are found recursively by the ending `.schema.json`: `<context>/<EventType>.v<N>.schema.json` describes the
/// payload of version N (1…2147483647) of an event type, whose name may hold dots, dashes and underscores
/// (`exercise.started.v1.schema.json`, `EXECUTION_SUCCESS.v2.schema.json`). A file without `.v<N>` holds shared
/// definitions: it can be referred to, and find() does not know it. Hidden folders (`.git`) are passed over.
///
/// `$ref` reaches other places of the same file, other files of the directory by relative path (also such as do not
/// end in `.schema.json`), and `$id`s of loaded files; nothing else: no network, no path out of the directory.
///
/// **Thread safety**: all members may be called from any thread at once. **Blocking**: load() reads files; the rest
/// does not block.
class EVENTSDK_API SchemaSet {
public:
    /// A set without schemas.
    SchemaSet();

    /// Reads, checks (against the dialect's meta-schema and for what can be enforced) and compiles a directory.
    /// @return `invalid_argument`, message with file, JSON Pointer and reason, code one of
    ///         "schema.load.directory" (missing, unreadable, no schema in it), "schema.load.file" (unreadable),
    ///         "schema.load.too_large", "schema.load.json" (not strict JSON), "schema.load.name", "schema.load.duplicate"
    ///         (two files for one type and version, or two schemas with one `$id`; both named), "schema.load.dialect",
    ///         "schema.load.meta_schema" (a keyword's value has the wrong form), "schema.load.unsupported" (a keyword or
    ///         format that cannot be enforced), "schema.load.unknown_keyword", "schema.load.pattern",
    ///         "schema.load.ref", "schema.load.ref_outside" (network or out of the directory) or "schema.load.ref_cycle".
    [[nodiscard]] static Result<SchemaSet> load(const std::filesystem::path& directory,
                                                const SchemaOptions& options = {});

    /// Compiles one schema from its text; `$ref` reaches only the text itself. `name` is what messages call the file;
    /// a name of the form `<EventType>.v<N>.schema.json` also gives type and version.
    /// @return the codes of load().
    [[nodiscard]] static Result<Schema> compile(std::string_view json_text, const SchemaOptions& options = {},
                                                std::string_view name = "schema");

    /// The schema of one type and version, or null; lives as long as any copy of the set. Does not allocate; the cost
    /// does not depend on the number of schemas.
    [[nodiscard]] const Schema* find(std::string_view type, int version) const noexcept;
    /// The versions present of a type, ascending; empty when it is unknown.
    [[nodiscard]] std::vector<int> versions(std::string_view type) const;
    /// All schemas that have a type and version, ordered by type, then version.
    [[nodiscard]] std::span<const Schema> all() const noexcept;

    /// All differences between the description of an event struct and the schema files of its types; empty when they
    /// agree. Defined in <eventsdk/schema/drift.hpp>, which a test includes.
    template <class T>
    [[nodiscard]] std::vector<SchemaDifference> check() const;

private:
    struct State;
    explicit SchemaSet(std::shared_ptr<const State> state) noexcept;
    std::shared_ptr<const State> state_;
};

EVENTSDK_END_NAMESPACE
