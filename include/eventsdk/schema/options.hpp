#pragma once

#include <eventsdk/core/config.hpp>

#include <cstddef>
#include <cstdint>

EVENTSDK_BEGIN_NAMESPACE

/// What does the checking of events against schemas.
enum class SchemaEngine : std::uint8_t {
    compiled,   ///< a plan made once at load, over the parsed record; the default
    reference,  ///< valijson behind the same guards: hundreds of times slower, draft-07 only, for comparison
};

/// The meaning of a schema file's keywords; `$schema` in the file decides, this only where it says nothing.
enum class SchemaDialect : std::uint8_t { draft_07, draft_2019_09, draft_2020_12 };

/// Bounds of schemas and of the documents checked against them.
struct SchemaLimits {
    std::size_t max_schema_bytes = 1'000'000;    ///< of one schema file
    std::size_t max_schema_depth = 64;           ///< nesting of one schema file
    std::size_t max_schema_files = 10'000;       ///< of one directory
    std::size_t max_pattern_bytes = 4'096;       ///< of one regular expression
    std::size_t max_document_bytes = 1'000'000;  ///< of one document
    std::size_t max_document_depth = 64;         ///< nesting of one document
    std::size_t max_document_members = 10'000;   ///< of one object
    /// Steps that one check may take; a step is a subschema applied to a value, or 64 bytes looked at by a pattern.
    /// Ordinary events take tens. Beyond it the check ends with `permanent` "schema.too_costly".
    std::uint64_t max_steps = 2'000'000;
};

/// How schemas are loaded. Fields are only ever appended.
struct SchemaOptions {
    SchemaEngine engine = SchemaEngine::compiled;             ///< what checks
    SchemaDialect default_dialect = SchemaDialect::draft_07;  ///< of files without `$schema`
    /// True: a keyword that no dialect knows is an error at load (a typing error would silently allow everything);
    /// names starting with `x-` are free. False: it is listed in Schema::unknown_keywords() and has no effect.
    bool strict_keywords = true;
    /// Whether `format` is enforced in all dialects. The formats enforced are listed in docs/schemas.md; any other
    /// one is refused at load in strict mode and listed otherwise.
    bool check_formats = true;
    SchemaLimits limits = {};  ///< bounds of schemas and documents
};

EVENTSDK_END_NAMESPACE
