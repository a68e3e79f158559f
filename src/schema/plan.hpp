#pragma once

#include "schema/equal.hpp"
#include "schema/formats.hpp"
#include "schema/name_table.hpp"
#include "schema/pattern.hpp"

#include <eventsdk/schema/options.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

struct Node;

/// The kinds of JSON values as bits of Node::types. An integral number is both integer and number.
enum Kind : std::uint8_t {
    kind_null = 1,
    kind_boolean = 2,
    kind_integer = 4,   ///< a number that is mathematically an integer
    kind_fraction = 8,  ///< any other number; `type: number` sets both bits
    kind_string = 16,
    kind_array = 32,
    kind_object = 64,
    kind_any = 127,
};

struct NumberRules {
    std::optional<Number> minimum{}, maximum{}, exclusive_minimum{}, exclusive_maximum{}, multiple_of{};
    Divisor divisor{};
    /// The bounds again, as far as they are integers themselves, for the integers that most values are.
    std::int64_t least = std::numeric_limits<std::int64_t>::min();
    std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
    bool has_other_bounds = false;
};

struct StringRules {
    std::size_t min_length = 0;
    std::size_t max_length = static_cast<std::size_t>(-1);
    const Pattern* pattern = nullptr;
    const Format* format = nullptr;
};

struct ArrayRules {
    std::size_t min_items = 0;
    std::size_t max_items = static_cast<std::size_t>(-1);
    bool unique = false;
    std::vector<const Node*> prefix{};
    const Node* rest = nullptr;       ///< of the elements behind the prefix
    const char* rest_keyword = "";    ///< "items" or "additionalItems"
    const char* prefix_keyword = "";  ///< "prefixItems" or "items"
    const Node* contains = nullptr;
    std::size_t min_contains = 1;
    std::size_t max_contains = static_cast<std::size_t>(-1);
    bool contains_evaluates = false;  ///< 2020-12: what `contains` matched is evaluated
    const Node* unevaluated = nullptr;
};

struct Property {
    std::string name{};
    const Node* node = nullptr;  ///< null when only required
    bool required = false;
};

struct PatternProperty {
    const Pattern* pattern = nullptr;
    const Node* node = nullptr;
};

/// What must hold when a member is present.
struct Dependency {
    std::string name{};
    std::vector<std::string> required{};
    const Node* node = nullptr;
    const char* keyword = "";  ///< "dependencies", "dependentRequired" or "dependentSchemas"
};

struct ObjectRules {
    std::size_t min_properties = 0;
    std::size_t max_properties = static_cast<std::size_t>(-1);
    std::vector<Property> properties{};
    NameTable table{};  ///< of properties
    std::size_t required = 0;
    std::vector<PatternProperty> patterns{};
    const Node* additional = nullptr;  ///< null: anything
    const Node* names = nullptr;
    std::vector<Dependency> dependencies{};
    const Node* unevaluated = nullptr;
};

/// Subschemas applied to the same value.
struct Combination {
    std::vector<const Node*> all_of{}, any_of{}, one_of{};
    const Node* not_ = nullptr;
    const Node* if_ = nullptr;
    const Node* then_ = nullptr;
    const Node* else_ = nullptr;
    const Node* ref = nullptr;
    /// `$dynamicRef`: where it leads when no resource passed through answers.
    const Node* dynamic_fallback = nullptr;
    /// For each resource of the plan the node that answers `$dynamicRef` there, or null.
    std::vector<const Node*> dynamic_ref{};
};

/// `enum` and `const`.
struct ValueRules {
    std::vector<Constant> one_of{};       ///< of `enum`
    NameTable strings{};                  ///< finds the strings of `one_of`
    std::vector<std::uint32_t> others{};  ///< those of `one_of` that are no strings
    bool has_enum = false;
    std::optional<Constant> exactly{};  ///< of `const`
};

/// One subschema. What it does not limit is null.
struct Node {
    std::uint8_t types = kind_any;
    bool always_false = false;
    bool trivial = false;  ///< everything is valid
    bool leaf = false;     ///< looks at nothing but the value itself: no subschema, no rule of arrays and objects
    std::uint32_t resource = 0;
    std::unique_ptr<NumberRules> number{};
    std::unique_ptr<StringRules> string{};
    std::unique_ptr<ArrayRules> array{};
    std::unique_ptr<ObjectRules> object{};
    std::unique_ptr<Combination> combination{};
    std::unique_ptr<ValueRules> values{};
    std::uint32_t file = 0;  ///< index into Plan::files
    std::string pointer{};   ///< of the subschema in its file
};

/// Everything that was compiled together; nodes point at each other.
struct Plan {
    std::deque<Node> nodes{};
    std::deque<std::unique_ptr<Pattern>> patterns{};
    std::vector<std::string> files{};
    bool has_dynamic_scope = false;
    SchemaLimits limits{};
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
