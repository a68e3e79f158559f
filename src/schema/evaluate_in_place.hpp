#pragma once

#include "json/values.hpp"
#include "schema/evaluate_scalars.hpp"

#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// By the parser's letter for the type.
inline constexpr auto kinds = [] {
    std::array<std::uint8_t, 128> made{};
    made['n'] = kind_null;
    made['t'] = made['f'] = kind_boolean;
    made['l'] = made['u'] = kind_integer;
    made['d'] = kind_fraction;
    made['"'] = kind_string;
    made['['] = kind_array;
    made['{'] = kind_object;
    return made;
}();

/// The bit of a value's type; for a floating-point number only as far as `wanted` needs it.
inline std::uint8_t kind_of(const json::Value& value, std::uint8_t wanted) noexcept {
    const auto kind = kinds[(json::tape::Place{value}.word() >> 56) & 127];
    if (kind != kind_fraction || (wanted & (kind_integer | kind_fraction)) != kind_integer) return kind;
    return Number{value}.is_integer() ? kind_integer : kind_fraction;
}

template <bool collecting>
bool Evaluator<collecting>::check(const Node& node, const json::Value& value) {
    if (node.trivial) return true;
    if (!budget_.spend(1)) return false;
    if (node.leaf) return check_leaf(node, value);
    if (budget_.depth == 0) {
        budget_.exhausted = true;
        return false;
    }
    --budget_.depth;
    const DynamicScope here{scope_, node.resource};
    const auto* outer = scope_;
    if (plan_.has_dynamic_scope && (scope_ == nullptr || scope_->resource != node.resource)) scope_ = &here;
    const bool valid = check_rules(node, value);
    scope_ = outer;
    ++budget_.depth;
    return valid;
}

template <bool collecting>
bool Evaluator<collecting>::check_rules(const Node& node, const json::Value& value) {
    if (node.always_false) {
        report(node, "false", [] { return std::string{"nothing is allowed here"}; });
        return false;
    }
    const auto kind = kind_of(value, node.types);
    if (!check_type(node, value, kind)) return false;
    bool valid = !node.values || check_values(node, value);
    if (!valid && !collecting) return false;
    bool rules_hold = true;
    switch (kind) {
        case kind_integer:
        case kind_fraction: rules_hold = !node.number || check_number(node, value); break;
        case kind_string: rules_hold = !node.string || check_string(node, json::string_of(value)); break;
        case kind_array: rules_hold = !node.array || check_array(node, json::array_of(value)); break;
        case kind_object: rules_hold = !node.object || check_object(node, value, json::object_of(value)); break;
        default: break;
    }
    valid = valid && rules_hold;
    if (!valid && !collecting) return false;
    if (node.combination && !check_combination(node, value)) valid = false;
    if (!valid && !collecting) return false;
    // Behind everything else: what is evaluated is known only then.
    if (kind == kind_array && node.array && node.array->unevaluated != nullptr)
        return check_unevaluated_elements(node, value, json::array_of(value)) && valid;
    if (kind == kind_object && node.object && node.object->unevaluated != nullptr)
        return check_unevaluated_members(node, value, json::object_of(value)) && valid;
    return valid;
}

template <bool collecting>
inline bool Evaluator<collecting>::check_type(const Node& node, const json::Value& value, std::uint8_t kind) {
    if ((kind & node.types) != 0) return true;
    report(node, "type", [&] { return fmt::format("{} instead of {}", type_name(value), type_names(node.types)); });
    return false;
}

/// check_rules() for most nodes of most schemas; part of the loops over members and elements.
template <bool collecting>
[[gnu::always_inline]] inline bool Evaluator<collecting>::check_leaf(const Node& node, const json::Value& value) {
    const auto kind = kind_of(value, node.types);
    if (!check_type(node, value, kind)) return false;
    const bool valid = !node.values || check_values(node, value);
    if (!valid && !collecting) return false;
    if (kind == kind_string) return (!node.string || check_string(node, json::string_of(value))) && valid;
    if ((kind & (kind_integer | kind_fraction)) != 0) return (!node.number || check_number(node, value)) && valid;
    return valid;
}

template <bool collecting>
bool Evaluator<collecting>::is_valid(const Node& node, const json::Value& value) {
    return Evaluator<false>{plan_, budget_, nullptr, scope_}.check(node, value);
}

template <bool collecting>
bool Evaluator<collecting>::check_combination(const Node& node, const json::Value& value) {
    const auto& rules = *node.combination;
    bool valid = true;
    if (rules.ref != nullptr && !check(*rules.ref, value)) valid = false;
    if (!valid && !collecting) return false;
    if (rules.dynamic_fallback != nullptr && !check(dynamic_target(rules), value)) valid = false;
    for (const Node* next : rules.all_of) {
        if (!valid && !collecting) return false;
        if (!check(*next, value)) valid = false;
    }
    if (!valid && !collecting) return false;
    bool any = rules.any_of.empty();
    for (const Node* next : rules.any_of)
        if ((any = is_valid(*next, value))) break;
    if (!any) {
        valid = false;
        if (!report(node, "anyOf", [&] { return fmt::format("fits none of {} alternatives", rules.any_of.size()); }))
            return false;
    }
    if (!rules.one_of.empty() && !check_one_of(node, value)) valid = false;
    if (!valid && !collecting) return false;
    if (rules.not_ != nullptr && is_valid(*rules.not_, value)) {
        valid = false;
        if (!report(node, "not", [] { return std::string{"fits what \"not\" excludes"}; })) return false;
    }
    return (rules.if_ == nullptr || check_if(rules, value)) && valid;
}

template <bool collecting>
bool Evaluator<collecting>::check_one_of(const Node& node, const json::Value& value) {
    std::size_t fitting = 0;
    for (const Node* next : node.combination->one_of)
        if (is_valid(*next, value) && ++fitting > 1) break;
    if (fitting == 1) return true;
    report(node, "oneOf", [&] {
        return fmt::format("fits {} of {} alternatives, exactly one is needed", fitting == 0 ? "none" : "more than one",
                           node.combination->one_of.size());
    });
    return false;
}

template <bool collecting>
bool Evaluator<collecting>::check_if(const Combination& rules, const json::Value& value) {
    const Node* next = is_valid(*rules.if_, value) ? rules.then_ : rules.else_;
    return next == nullptr || check(*next, value);
}

/// The outermost resource passed through that has the anchor.
template <bool collecting>
const Node& Evaluator<collecting>::dynamic_target(const Combination& rules) const noexcept {
    const Node* target = rules.dynamic_fallback;
    if (rules.dynamic_ref.empty()) return *target;
    for (const auto* scope = scope_; scope != nullptr; scope = scope->outer)
        if (const Node* answer = rules.dynamic_ref[scope->resource]; answer != nullptr) target = answer;
    return *target;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
