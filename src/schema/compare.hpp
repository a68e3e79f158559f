#pragma once

#include <eventsdk/schema/compatibility.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// A schema document whose references are followed; it was compiled before, so that none is broken or endless.
class SchemaTree {
public:
    /// `text` is strict JSON. `bundled`: it is a bundle, in which keywords beside `$ref` count in any dialect.
    explicit SchemaTree(std::string_view text, bool bundled = false);
    ~SchemaTree();
    SchemaTree(const SchemaTree&) = delete;
    SchemaTree& operator=(const SchemaTree&) = delete;

    [[nodiscard]] const nlohmann::json& root() const noexcept { return *root_; }
    /// The subschema as an object: `true` is {}, `false` is {"not":{}}, a `$ref` is replaced by what it refers to, with
    /// the keywords beside it laid over where the dialect looks at them.
    [[nodiscard]] nlohmann::json resolved(const nlohmann::json& schema) const;

private:
    [[nodiscard]] const nlohmann::json* find(std::string_view reference) const;
    std::unique_ptr<nlohmann::json> root_;
    bool siblings_of_ref_count_ = false;
};

/// What a schema allows of members that its `properties` do not name.
enum class ContentModel : std::uint8_t { open, partly_open, closed };
[[nodiscard]] ContentModel content_model(const nlohmann::json& schema);
/// The subschema that limits a member not named by `properties`, or null when nothing does.
[[nodiscard]] const nlohmann::json* covering(const nlohmann::json& schema, std::string_view name);
/// Whether a subschema limits nothing (annotations aside).
[[nodiscard]] bool allows_everything(const nlohmann::json& schema);

inline constexpr std::size_t max_compared_depth = 64;  // of subschemas

/// Rules by which every document valid for `old_tree` is valid for `new_tree`.
[[nodiscard]] std::vector<CompatibilityFinding> compare(const SchemaTree& old_tree, const SchemaTree& new_tree,
                                                        CompatibilityPolicy policy);
/// Rules by which the new schema only adds optional properties and annotations.
[[nodiscard]] std::vector<CompatibilityFinding> compare_additive(const SchemaTree& old_tree,
                                                                 const SchemaTree& new_tree);

/// Documents that `from` accepts under the policy; always the same ones.
[[nodiscard]] std::vector<nlohmann::json> generate_examples(const SchemaTree& from, const SchemaTree& other,
                                                            CompatibilityPolicy policy, std::size_t count);
/// The document as a reader with this schema takes it: defaults filled in, and under the lenient policy unknown
/// members of closed objects left out.
[[nodiscard]] nlohmann::json as_read(const SchemaTree& reader, const nlohmann::json& document,
                                     CompatibilityPolicy policy);

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
