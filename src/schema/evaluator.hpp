#pragma once

#include "schema/marks.hpp"
#include "schema/plan.hpp"

#include <eventsdk/schema/schema.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// What one check may cost; shared by all evaluators of a check.
struct Budget {
    std::uint64_t steps;
    std::uint32_t depth = 4096;  ///< of calls
    bool exhausted = false;

    [[nodiscard]] bool spend(std::uint64_t count) noexcept {
        if (steps >= count) {
            steps -= count;
            return true;
        }
        exhausted = true;
        return false;
    }
};

/// Resources passed through on the way to a node, innermost first: what `$dynamicRef` looks at.
struct DynamicScope {
    const DynamicScope* outer;
    std::uint32_t resource;
};

/// Collects violations, and knows where in the document the check is.
struct Findings {
    std::size_t cap;
    std::vector<Violation> violations{};
    std::string pointer{};
};

/// Applies nodes to values. Two instances: `Evaluator<false>` only says whether a value is valid, stops at the first
/// rule broken and allocates nothing; `Evaluator<true>` walks in the same order and writes violations down.
template <bool collecting>
class Evaluator {
public:
    Evaluator(const Plan& plan, Budget& budget, Findings* findings = nullptr,
              const DynamicScope* scope = nullptr) noexcept
        : plan_{plan}, budget_{budget}, findings_{findings}, scope_{scope} {}

    [[nodiscard]] bool check(const Node& node, const json::Value& value);

private:
    friend class Evaluator<!collecting>;
    using Array = simdjson::dom::array;
    using Object = simdjson::dom::object;

    bool check_rules(const Node& node, const json::Value& value);
    bool check_leaf(const Node& node, const json::Value& value);
    bool check_type(const Node& node, const json::Value& value, std::uint8_t kind);
    bool check_values(const Node& node, const json::Value& value);
    bool check_number(const Node& node, const json::Value& value);
    bool check_string(const Node& node, std::string_view text);
    bool check_array(const Node& node, const Array& array);
    bool check_elements(const Node& node, const Array& array);
    bool check_contains(const Node& node, const Array& array);
    bool check_unique(const Node& node, const Array& array);
    bool check_object(const Node& node, const json::Value& value, const Object& object);
    bool check_members(const Node& node, const Object& object);
    bool check_described(const ObjectRules& rules, const Object& object);
    /// Where a walk along an object's members is.
    struct Walk {
        std::uint32_t place;       ///< for NameTable::find_next()
        std::size_t required = 0;  ///< how many members that are required came
    };
    bool check_member(const Node& node, std::string_view name, const json::Value& value, Walk& walk);
    bool check_dependencies(const Node& node, const json::Value& value, const Object& object);
    bool check_name(const Node& node, std::string_view name);
    [[nodiscard]] bool is_valid_text(const Node& node, std::string_view text);
    [[nodiscard]] bool is_valid_text_in_place(const Combination& rules, std::string_view text);
    bool check_combination(const Node& node, const json::Value& value);
    bool check_one_of(const Node& node, const json::Value& value);
    bool check_unevaluated_elements(const Node& node, const json::Value& value, const Array& array);
    bool check_unevaluated_members(const Node& node, const json::Value& value, const Object& object);

    /// `node` below the current place; `keyword` names it when it is `false`, which forbids the value.
    bool check_below(const Node& owner, const char* keyword, const Node& node, const json::Value& value,
                     std::string_view name);
    bool check_below(const Node& owner, const char* keyword, const Node& node, const json::Value& value,
                     std::size_t index);

    [[nodiscard]] bool is_valid(const Node& node, const json::Value& value);
    bool check_if(const Combination& rules, const json::Value& value);
    [[nodiscard]] const Node& dynamic_target(const Combination& rules) const noexcept;
    void mark_elements(const Node& node, const json::Value& value, Marks& marks, bool own_unevaluated);
    void mark_members(const Node& node, const json::Value& value, Marks& marks, bool own_unevaluated);
    template <class Mark>
    void mark_in_place(const Node& node, const json::Value& value, Mark&& mark);

    /// Notes a broken rule; true when the walk goes on.
    template <class Message>
    bool report(const Node& node, std::string_view keyword, Message&& message);

    const Plan& plan_;
    Budget& budget_;
    Findings* findings_;
    const DynamicScope* scope_;
};

extern template class Evaluator<false>;
extern template class Evaluator<true>;

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
