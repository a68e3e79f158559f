#pragma once

#include <eventsdk/core/result.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

namespace schema_detail {
struct Compiled;
}

/// One rule of a schema that a document breaks.
struct Violation {
    std::string code{};     ///< "schema.required": "schema." and the keyword, or one of "json.*"
    std::string pointer{};  ///< where in the document: a JSON Pointer (RFC 6901), "" for the whole
    std::string
        schema{};  ///< which rule: file, `#`, JSON Pointer of the keyword: "education/A.v1.schema.json#/required"
    std::string keyword{};  ///< "required"; "false" where a schema is just `false`; "" when the text is not JSON
    std::string message{};  ///< one sentence
};

/// One JSON Schema, ready to check documents. A cheap handle: copies share the same immutable plan.
///
/// **Thread safety**: all members may be called from any thread at once.
class EVENTSDK_API Schema {
public:
    /// Path below the loaded directory with `/` between folders; "schema" when compiled from text without a name.
    [[nodiscard]] std::string_view file() const noexcept;
    /// "AssignmentSubmitted" of `AssignmentSubmitted.v1.schema.json`; empty when the file name has no version.
    [[nodiscard]] std::string_view type() const noexcept;
    /// 1 of `AssignmentSubmitted.v1.schema.json`; 0 when the file name has no version.
    [[nodiscard]] int version() const noexcept;
    /// The file's text as it was read.
    [[nodiscard]] std::string_view text() const noexcept;
    /// Keywords that no dialect knows, as JSON Pointers into the file; filled when SchemaOptions::strict_keywords is off.
    [[nodiscard]] const std::vector<std::string>& unknown_keywords() const noexcept;

    /// Checks a JSON text; stops at the first rule broken. Linear in the text's length for any schema without
    /// branches that overlap, and bounded by SchemaLimits::max_steps for all. No allocation in steady state.
    /// @return `permanent` with code "json.*" (not acceptable JSON), "schema.<keyword>" (a rule is broken) or
    ///         "schema.too_costly". The message names the place in the document, the schema file and pointer, the
    ///         keyword and the rule.
    [[nodiscard]] Result<void> validate(std::string_view json_text) const;

    /// As validate(), but goes on after the first and returns at most `cap` violations, in the order of the document
    /// and the schema; empty when the text is valid. A text that is not acceptable JSON gives exactly one.
    [[nodiscard]] std::vector<Violation> validate_all(std::string_view json_text, std::size_t cap = 100) const;

    /// For eventsdk's own modules.
    explicit Schema(std::shared_ptr<const schema_detail::Compiled> compiled) noexcept;
    [[nodiscard]] const schema_detail::Compiled& compiled() const noexcept { return *compiled_; }

private:
    std::shared_ptr<const schema_detail::Compiled> compiled_;
};

EVENTSDK_END_NAMESPACE
