#pragma once

#include "schema/evaluate_scalars.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// `propertyNames`: a name is a string, and no value of the document; so the rules of strings and the combinations
/// are applied to the text alone.
template <bool collecting>
bool Evaluator<collecting>::check_name(const Node& node, std::string_view name) {
    if (is_valid_text(*node.object->names, name)) return true;
    report(node, "propertyNames", [&] { return fmt::format("the name \"{}\" is not allowed", json::printable(name)); });
    return false;
}

template <bool collecting>
bool Evaluator<collecting>::is_valid_text(const Node& node, std::string_view text) {
    if (!budget_.spend(1) || node.always_false || (node.types & kind_string) == 0) return false;
    if (node.values) {
        const auto& rules = *node.values;
        if (rules.exactly && !(rules.exactly->is_string() && rules.exactly->string() == text)) return false;
        if (rules.has_enum && rules.strings.find(text) == NameTable::none) return false;
    }
    Evaluator<false> quiet{plan_, budget_, nullptr, scope_};
    if (node.string && !quiet.check_string(node, text)) return false;
    return !node.combination || is_valid_text_in_place(*node.combination, text);
}

template <bool collecting>
bool Evaluator<collecting>::is_valid_text_in_place(const Combination& rules, std::string_view text) {
    const auto valid = [&](const Node* node) { return is_valid_text(*node, text); };
    if (rules.ref != nullptr && !valid(rules.ref)) return false;
    if (rules.dynamic_fallback != nullptr && !valid(&dynamic_target(rules))) return false;
    for (const Node* node : rules.all_of)
        if (!valid(node)) return false;
    bool any = rules.any_of.empty();
    for (const Node* node : rules.any_of) any = any || valid(node);
    std::size_t fitting = rules.one_of.empty() ? 1 : 0;
    for (const Node* node : rules.one_of) fitting += valid(node);
    if (!any || fitting != 1 || (rules.not_ != nullptr && valid(rules.not_))) return false;
    if (rules.if_ == nullptr) return true;
    const Node* next = valid(rules.if_) ? rules.then_ : rules.else_;
    return next == nullptr || valid(next);
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
