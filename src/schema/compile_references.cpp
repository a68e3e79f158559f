#include "schema/compiler.hpp"

#include "json/text.hpp"
#include "schema/uri.hpp"

#include <fmt/format.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

Combination& combination_of(Node& node) {
    if (!node.combination) node.combination = std::make_unique<Combination>();
    return *node.combination;
}

}  // namespace

Result<void> Compiler::definitions(const Subject& subject) {
    simdjson::dom::object members;
    if (subject.value.get(members)) return malformed(subject, "must be an object of schemas");
    if (!sources_.source(subject.place.source).whole) return {};
    for (const auto member : members) {
        auto pointer = subject.place.pointer;
        json::append_pointer(pointer, subject.keyword);
        json::append_pointer(pointer, member.key);
        node_at({subject.place.source, std::move(pointer)}, member.value);
    }
    return {};
}

Result<void> Compiler::combination(const Subject& subject) {
    auto nodes = children(subject);
    if (!nodes) return std::move(nodes.error());
    auto& rules = combination_of(subject.node);
    (subject.keyword == "allOf"   ? rules.all_of
     : subject.keyword == "anyOf" ? rules.any_of
                                  : rules.one_of) = std::move(*nodes);
    return {};
}

Result<void> Compiler::condition(const Subject& subject) {
    auto node = child(subject);
    if (!node) return std::move(node.error());
    auto& rules = combination_of(subject.node);
    (subject.keyword == "not"    ? rules.not_
     : subject.keyword == "if"   ? rules.if_
     : subject.keyword == "then" ? rules.then_
                                 : rules.else_) = *node;
    return {};
}

Result<const Node*> Compiler::target(const Subject& subject, std::string_view reference) {
    auto place = sources_.resolve(subject.resource, reference);
    if (!place) {
        auto& reason = place.error();
        if (reason.message.find("#/") != std::string::npos && reason.code == "schema.load.json")
            return std::move(reason);
        auto pointer = subject.place.pointer;
        json::append_pointer(pointer, subject.keyword);
        reason.message = fmt::format("{}#{}: {}", sources_.source(subject.place.source).file, pointer, reason.message);
        return std::move(reason);
    }
    return node_at(*place, *sources_.value_at(*place));
}

Result<void> Compiler::reference(const Subject& subject) {
    std::string_view text;
    if (subject.value.get(text) || !is_uri_reference(text)) return malformed(subject, "must be a URI reference");
    auto node = target(subject, text);
    if (!node) return std::move(node.error());
    combination_of(subject.node).ref = *node;
    return {};
}

// Resolved like `$ref` first. Where that leads to a `$dynamicAnchor`, each resource of the plan that has one of the
// same name may answer, and the outermost one that the check has passed through does.
Result<void> Compiler::dynamic_reference(const Subject& subject) {
    std::string_view text;
    if (subject.value.get(text) || !is_uri_reference(text)) return malformed(subject, "must be a URI reference");
    auto place = sources_.resolve(subject.resource, text);
    auto node = target(subject, text);
    if (!node) return std::move(node.error());
    auto& rules = combination_of(subject.node);
    const auto anchor = split_uri(text).fragment.value_or("");
    const auto& resource = sources_.resources()[sources_.resource_of(*place)];
    const auto known = resource.dynamic_anchors.find(anchor);
    rules.dynamic_fallback = *node;
    if (known != resource.dynamic_anchors.end() && known->second == place->pointer)
        dynamic_references_.push_back({&subject.node, std::string{anchor}});
    return {};
}

// All resources are known only when everything is compiled; compiling an answer may bring in more.
Result<void> Compiler::bind_dynamic_references() {
    for (std::size_t done = 0; done < dynamic_references_.size(); ++done) {
        plan_->has_dynamic_scope = true;
        for (std::uint32_t i = 0; i < sources_.resources().size(); ++i) {
            const auto& resource = sources_.resources()[i];
            const auto anchor = resource.dynamic_anchors.find(dynamic_references_[done].anchor);
            if (anchor == resource.dynamic_anchors.end()) continue;
            const Place place{resource.source, anchor->second};
            node_at(place, *sources_.value_at(place));
            if (auto drained = drain(); !drained) return drained;
        }
    }
    for (const auto& [node, name] : dynamic_references_) {
        auto& answers = node->combination->dynamic_ref;
        answers.assign(sources_.resources().size(), nullptr);
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const auto& resource = sources_.resources()[i];
            const auto anchor = resource.dynamic_anchors.find(name);
            if (anchor != resource.dynamic_anchors.end()) answers[i] = nodes_.at({resource.source, anchor->second});
        }
    }
    return {};
}

namespace {

template <class Visit>
void for_each_in_place(const Node& node, Visit&& visit) {
    if (node.combination) {
        const auto& rules = *node.combination;
        for (const auto* list : {&rules.all_of, &rules.any_of, &rules.one_of, &rules.dynamic_ref})
            for (const Node* next : *list)
                if (next != nullptr) visit(*next);
        for (const Node* next : {rules.not_, rules.if_, rules.if_ ? rules.then_ : nullptr,
                                 rules.if_ ? rules.else_ : nullptr, rules.ref, rules.dynamic_fallback})
            if (next != nullptr) visit(*next);
    }
    if (node.object)
        for (const auto& dependency : node.object->dependencies)
            if (dependency.node != nullptr) visit(*dependency.node);
}

}  // namespace

// A topological order by counting; no recursion. What stays has a cycle; otherwise the longest chain is known.
const Node* find_endless(const Plan& plan, std::size_t max_chain) {
    std::map<const Node*, std::size_t> incoming;
    for (const auto& node : plan.nodes) for_each_in_place(node, [&](const Node& next) { ++incoming[&next]; });
    std::vector<std::pair<const Node*, std::size_t>> ready;
    std::map<const Node*, std::size_t> chain;
    for (const auto& node : plan.nodes)
        if (incoming.find(&node) == incoming.end()) ready.emplace_back(&node, 1);
    std::size_t ordered = 0;
    while (!ready.empty()) {
        const auto [node, length] = ready.back();
        ready.pop_back();
        ++ordered;
        if (length > max_chain) return node;
        for_each_in_place(*node, [&, length = length](const Node& next) {
            auto& longest = chain[&next];
            longest = std::max(longest, length + 1);
            if (--incoming[&next] == 0) ready.emplace_back(&next, longest);
        });
    }
    if (ordered == plan.nodes.size()) return nullptr;
    for (const auto& node : plan.nodes)
        if (const auto left = incoming.find(&node); left != incoming.end() && left->second != 0) return &node;
    return nullptr;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
