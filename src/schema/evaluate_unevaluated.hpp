#pragma once

#include "json/values.hpp"
#include "schema/evaluate_in_place.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

// Which members and elements a subschema has evaluated is found out by a second walk, of subschemas that have this
// keyword only: the others pay nothing. `marks` has one bit for each member or element.

/// The subschemas applied to the same value that are valid for it.
template <bool collecting>
template <class Mark>
void Evaluator<collecting>::mark_in_place(const Node& node, const json::Value& value, Mark&& mark) {
    const DynamicScope here{scope_, node.resource};
    const auto* outer = scope_;
    if (plan_.has_dynamic_scope && (scope_ == nullptr || scope_->resource != node.resource)) scope_ = &here;
    if (node.combination && budget_.spend(1)) {
        const auto& rules = *node.combination;
        if (rules.ref != nullptr) mark(*rules.ref);
        if (rules.dynamic_fallback != nullptr) mark(dynamic_target(rules));
        for (const Node* next : rules.all_of) mark(*next);
        for (const auto* list : {&rules.any_of, &rules.one_of})
            for (const Node* next : *list)
                if (is_valid(*next, value)) mark(*next);
        if (rules.if_ != nullptr) {
            const bool fits = is_valid(*rules.if_, value);
            if (fits) mark(*rules.if_);
            if (const Node* next = fits ? rules.then_ : rules.else_; next != nullptr) mark(*next);
        }
    }
    if (node.object && value.is_object())
        for (const auto& dependency : node.object->dependencies)
            if (dependency.node != nullptr && !value[dependency.name].error()) mark(*dependency.node);
    scope_ = outer;
}

template <bool collecting>
void Evaluator<collecting>::mark_members(const Node& node, const json::Value& value, Marks& marks,
                                         bool own_unevaluated) {
    if (node.object) {
        const auto& rules = *node.object;
        std::size_t index = 0;
        for (const auto member : json::object_of(value)) {
            const auto known = rules.table.find(member.key);
            bool evaluated = rules.additional != nullptr || (own_unevaluated && rules.unevaluated != nullptr) ||
                             (known != NameTable::none && rules.properties[known].node != nullptr);
            for (const auto& [pattern, below] : rules.patterns)
                evaluated =
                    evaluated || (budget_.spend(pattern->cost(member.key.size())) && pattern->matches(member.key));
            if (evaluated) marks.set(index);
            ++index;
        }
    }
    mark_in_place(node, value, [&](const Node& next) { mark_members(next, value, marks, true); });
}

template <bool collecting>
void Evaluator<collecting>::mark_elements(const Node& node, const json::Value& value, Marks& marks,
                                          bool own_unevaluated) {
    if (node.array) {
        const auto& rules = *node.array;
        const bool all = rules.rest != nullptr || (own_unevaluated && rules.unevaluated != nullptr);
        std::size_t index = 0;
        for (const auto element : json::array_of(value)) {
            if (all || index < rules.prefix.size() ||
                (rules.contains != nullptr && rules.contains_evaluates && is_valid(*rules.contains, element)))
                marks.set(index);
            ++index;
        }
    }
    mark_in_place(node, value, [&](const Node& next) { mark_elements(next, value, marks, true); });
}

template <bool collecting>
bool Evaluator<collecting>::check_unevaluated_members(const Node& node, const json::Value& value,
                                                      const Object& object) {
    bool valid = true;
    Marks marks(object.size());
    mark_members(node, value, marks, false);
    std::size_t index = 0;
    for (const auto member : object) {
        if (marks.has(index++)) continue;
        if (!check_below(node, "unevaluatedProperties", *node.object->unevaluated, member.value, member.key))
            valid = false;
        if (!valid && !collecting) return false;
    }
    return valid;
}

template <bool collecting>
bool Evaluator<collecting>::check_unevaluated_elements(const Node& node, const json::Value& value, const Array& array) {
    bool valid = true;
    Marks marks(array.size());
    mark_elements(node, value, marks, false);
    std::size_t index = 0;
    for (const auto element : array) {
        const auto at = index++;
        if (marks.has(at)) continue;
        if (!check_below(node, "unevaluatedItems", *node.array->unevaluated, element, at)) valid = false;
        if (!valid && !collecting) return false;
    }
    return valid;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
