#pragma once

#include "json/strict.hpp"

#include <eventsdk/schema/options.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// A schema as valijson sees it. `pattern` and `format` are checked by own code at the places where valijson meets
/// them, so that no std::regex ever runs; numbers like 1.0 are handed to it as integers.
class ReferenceSchema {
public:
    /// `schema` must have passed the compiler before: what valijson would crash on is refused there.
    /// @return `invalid_argument` "schema.load.unsupported": other dialects than draft-07, `patternProperties`, `$id`
    ///         below the root, `$ref` to anything but a pointer into the same text.
    [[nodiscard]] static Result<std::shared_ptr<const ReferenceSchema>> load(const json::Value& schema,
                                                                             std::string_view file,
                                                                             const SchemaOptions& options);
    ~ReferenceSchema();
    ReferenceSchema(const ReferenceSchema&) = delete;
    ReferenceSchema& operator=(const ReferenceSchema&) = delete;

    /// What valijson says against the value, with its place; nothing when it is valid.
    [[nodiscard]] std::optional<std::string> find_fault(const json::Value& value) const;

private:
    struct State;
    explicit ReferenceSchema(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Checks a draft-07 schema against the draft-07 meta-schema with valijson.
/// @return `invalid_argument` "schema.load.meta_schema".
[[nodiscard]] Result<void> check_meta_schema(const json::Value& schema, std::string_view file);

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
