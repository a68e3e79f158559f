#pragma once

#include "schema/evaluate_scalars.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

template <bool collecting>
bool Evaluator<collecting>::check_below(const Node& owner, const char* keyword, const Node& node,
                                        const json::Value& value, std::string_view name) {
    if constexpr (collecting) {
        const auto before = findings_->pointer.size();
        json::append_pointer(findings_->pointer, name);
        const bool forbidden = node.always_false && *keyword != '\0';
        if (forbidden)
            report(owner, keyword,
                   [&] { return fmt::format("the member \"{}\" is not allowed", json::printable(name)); });
        const bool valid = !forbidden && check(node, value);
        findings_->pointer.resize(before);
        return valid;
    } else {
        return node.leaf ? budget_.spend(1) && check_leaf(node, value) : check(node, value);
    }
}

template <bool collecting>
bool Evaluator<collecting>::check_below(const Node& owner, const char* keyword, const Node& node,
                                        const json::Value& value, std::size_t index) {
    if constexpr (collecting) {
        const auto before = findings_->pointer.size();
        json::append_pointer(findings_->pointer, index);
        const bool forbidden = node.always_false && *keyword != '\0';
        if (forbidden) report(owner, keyword, [&] { return fmt::format("the element {} is not allowed", index); });
        const bool valid = !forbidden && check(node, value);
        findings_->pointer.resize(before);
        return valid;
    } else {
        return node.leaf ? budget_.spend(1) && check_leaf(node, value) : check(node, value);
    }
}

template <bool collecting>
bool Evaluator<collecting>::check_array(const Node& node, const Array& array) {
    const auto& rules = *node.array;
    bool valid = true;
    const auto size = array.size();
    if (size < rules.min_items) {
        valid = false;
        if (!report(node, "minItems",
                    [&] { return fmt::format("{} elements, at least {} are needed", size, rules.min_items); }))
            return false;
    }
    if (size > rules.max_items) {
        valid = false;
        if (!report(node, "maxItems",
                    [&] { return fmt::format("{} elements, at most {} are allowed", size, rules.max_items); }))
            return false;
    }
    if ((!rules.prefix.empty() || rules.rest != nullptr) && !check_elements(node, array)) valid = false;
    if (!valid && !collecting) return false;
    if (rules.contains != nullptr && !check_contains(node, array)) valid = false;
    if (!valid && !collecting) return false;
    if (rules.unique && !check_unique(node, array)) valid = false;
    return valid;
}

template <bool collecting>
bool Evaluator<collecting>::check_elements(const Node& node, const Array& array) {
    const auto& rules = *node.array;
    bool valid = true;
    std::size_t index = 0;
    for (const auto element : array) {
        const bool in_prefix = index < rules.prefix.size();
        const Node* next = in_prefix ? rules.prefix[index] : rules.rest;
        if (next == nullptr || (!in_prefix && next->trivial)) {
            if (!in_prefix) break;
        } else if (!check_below(node, in_prefix ? "" : rules.rest_keyword, *next, element, index)) {
            valid = false;
            if constexpr (!collecting) return false;
        }
        if constexpr (collecting)
            if (findings_->violations.size() >= findings_->cap) return false;
        ++index;
    }
    return valid;
}

template <bool collecting>
bool Evaluator<collecting>::check_contains(const Node& node, const Array& array) {
    const auto& rules = *node.array;
    std::size_t found = 0;
    for (const auto element : array)
        if (is_valid(*rules.contains, element) && ++found > rules.max_contains) break;
    if (found < rules.min_contains) {
        report(node, rules.min_contains == 1 ? "contains" : "minContains", [&] {
            return fmt::format("{} elements fit \"contains\", at least {} must", found, rules.min_contains);
        });
        return false;
    }
    if (found > rules.max_contains) {
        report(node, "maxContains",
               [&] { return fmt::format("more than {} elements fit \"contains\"", rules.max_contains); });
        return false;
    }
    return true;
}

template <bool collecting>
bool Evaluator<collecting>::check_unique(const Node& node, const Array& array) {
    // Every value below is looked at; its words on the parser's tape are a fair count.
    if (!budget_.spend(array.number_of_slots())) return false;
    const auto repeated = find_repeated(array);
    if (repeated == no_index) return true;
    report(node, "uniqueItems", [&] { return fmt::format("the element {} equals an earlier one", repeated); });
    return false;
}

template <bool collecting>
bool Evaluator<collecting>::check_object(const Node& node, const json::Value& value, const Object& object) {
    const auto& rules = *node.object;
    bool valid = true;
    const auto size = object.size();
    if (size < rules.min_properties) {
        valid = false;
        if (!report(node, "minProperties",
                    [&] { return fmt::format("{} members, at least {} are needed", size, rules.min_properties); }))
            return false;
    }
    if (size > rules.max_properties) {
        valid = false;
        if (!report(node, "maxProperties",
                    [&] { return fmt::format("{} members, at most {} are allowed", size, rules.max_properties); }))
            return false;
    }
    if (!check_members(node, object)) valid = false;
    if (!valid && !collecting) return false;
    if (!rules.dependencies.empty() && !check_dependencies(node, value, object)) valid = false;
    return valid;
}

/// check_members() of a description that looks at no names but its own, as most do.
template <bool collecting>
bool Evaluator<collecting>::check_described(const ObjectRules& rules, const Object& object) {
    std::size_t required = 0;
    auto place = rules.table.first();
    for (json::tape::Members members{json::tape::Place{object}}; !members.done(); members.next()) {
        const Node* node = rules.additional;
        if (const auto index = rules.table.find_next(members.name(), place); index != NameTable::none) {
            const auto& property = rules.properties[index];
            required += property.required;
            if (property.node != nullptr) node = property.node;
        }
        if (node == nullptr || node->trivial) continue;
        const auto value = members.value();
        if (!(node->leaf ? budget_.spend(1) && check_leaf(*node, value) : check(*node, value))) return false;
    }
    return required == rules.required;
}

template <bool collecting>
bool Evaluator<collecting>::check_members(const Node& node, const Object& object) {
    const auto& rules = *node.object;
    if constexpr (!collecting)
        if (rules.patterns.empty() && rules.names == nullptr) return check_described(rules, object);
    bool valid = true;
    Walk walk{rules.table.first()};
    for (json::tape::Members members{json::tape::Place{object}}; !members.done(); members.next()) {
        if (!check_member(node, members.name(), members.value(), walk)) {
            valid = false;
            if constexpr (!collecting) return false;
        }
        if constexpr (collecting)
            if (findings_->violations.size() >= findings_->cap) return false;
    }
    if (walk.required == rules.required) return valid;
    if constexpr (collecting)
        for (const auto& property : rules.properties)
            if (property.required && object[property.name].error() && !report(node, "required", [&] {
                    return fmt::format("the member \"{}\" is missing", json::printable(property.name));
                }))
                break;
    return false;
}

template <bool collecting>
bool Evaluator<collecting>::check_member(const Node& node, std::string_view name, const json::Value& value,
                                         Walk& walk) {
    const auto& rules = *node.object;
    bool valid = true;
    bool described = false;
    if (const auto index = rules.table.find_next(name, walk.place); index != NameTable::none) {
        const auto& property = rules.properties[index];
        walk.required += property.required;
        if (property.node != nullptr) {
            described = true;
            if (!property.node->trivial) valid = check_below(node, "", *property.node, value, name);
        }
    }
    if (described && rules.patterns.empty() && rules.names == nullptr) return valid;
    for (const auto& [pattern, below] : rules.patterns) {
        if (!valid && !collecting) return false;
        if (!budget_.spend(pattern->cost(name.size()))) return false;
        if (!pattern->matches(name)) continue;
        described = true;
        if (!check_below(node, "", *below, value, name)) valid = false;
    }
    if (!valid && !collecting) return false;
    if (!described && rules.additional != nullptr && !rules.additional->trivial &&
        !check_below(node, "additionalProperties", *rules.additional, value, name))
        valid = false;
    if (rules.names == nullptr || (!valid && !collecting)) return valid;
    return check_name(node, name) && valid;
}

template <bool collecting>
bool Evaluator<collecting>::check_dependencies(const Node& node, const json::Value& value, const Object& object) {
    bool valid = true;
    for (const auto& dependency : node.object->dependencies) {
        if (object[dependency.name].error()) continue;
        for (const auto& name : dependency.required) {
            if (!object[name].error()) continue;
            valid = false;
            if (!report(node, dependency.keyword, [&] {
                    return fmt::format("the member \"{}\" is missing, which \"{}\" needs", json::printable(name),
                                       json::printable(dependency.name));
                }))
                return false;
        }
        if (dependency.node == nullptr) continue;
        if (!check(*dependency.node, value)) valid = false;
        if (!valid && !collecting) return false;
    }
    return valid;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
