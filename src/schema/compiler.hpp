#pragma once

#include "schema/plan.hpp"
#include "schema/sources.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// Rules of a node that most nodes have none of, made at the first.
template <class T>
T& made(std::unique_ptr<T>& rules) {
    if (!rules) rules = std::make_unique<T>();
    return *rules;
}

/// Makes a plan of the subschemas of a set. Each place becomes one node; nodes are filled from a queue, so that no
/// schema makes the compiler recurse.
class Compiler {
public:
    Compiler(Sources& sources, const SchemaOptions& options);

    /// The node of a file's root; every subschema of the file is compiled too, referred to or not.
    Result<const Node*> compile(std::uint32_t source);
    /// Fills what is left, checks that no value meets the same subschema twice without end, and hands out the plan.
    Result<std::shared_ptr<const Plan>> finish();

    /// Of one file: keywords that no dialect knows, as pointers (not in strict mode, where they are errors).
    [[nodiscard]] std::vector<std::string> unknown_keywords(std::uint32_t source) const;

private:
    /// A keyword being compiled.
    struct Subject {
        Node& node;
        const Place& place;
        const simdjson::dom::object& schema;
        std::string_view keyword;
        json::Value value;
        SchemaDialect dialect;
        std::uint32_t resource;
        std::map<std::string_view, std::size_t>& properties;  // name to index in node.object->properties
    };
    using Handler = Result<void> (Compiler::*)(const Subject&);
    struct Entry {
        std::string_view name;
        Handler handler;
    };
    struct Pending {
        Node* node;
        Place place;
        json::Value value;
    };

    static Handler handler_of(std::string_view keyword) noexcept;
    Result<void> drain();
    Result<void> fill(const Pending& pending);
    Result<void> fill_keyword(const Subject& subject);
    Result<void> note_unknown(const Subject& subject, std::string_view what, std::string_view code);

    Error error(const Subject& subject, std::string_view code, std::string_view reason,
                std::string_view hint = {}) const;
    Error malformed(const Subject& subject, std::string_view reason) const {
        return error(subject, "meta_schema", reason);
    }
    Result<std::size_t> count_of(const Subject& subject) const;
    Result<const Pattern*> pattern_of(const Subject& subject, std::string_view text);

    Node* node_at(const Place& place, const json::Value& value);
    Result<const Node*> child(const Subject& subject, std::string_view more = {});
    Result<std::vector<const Node*>> children(const Subject& subject);
    Result<const Node*> target(const Subject& subject, std::string_view reference);
    Property& property(const Subject& subject, std::string_view name);

    Result<void> type(const Subject&);
    Result<void> enumeration(const Subject&);
    Result<void> constant(const Subject&);
    Result<void> bound(const Subject&);
    Result<void> multiple_of(const Subject&);
    Result<void> length(const Subject&);
    Result<void> pattern(const Subject&);
    Result<void> format(const Subject&);
    Result<void> array_size(const Subject&);
    Result<void> unique_items(const Subject&);
    Result<void> items(const Subject&);
    Result<void> prefix_items(const Subject&);
    Result<void> additional_items(const Subject&);
    Result<void> contains(const Subject&);
    Result<void> contains_count(const Subject&);
    Result<void> unevaluated(const Subject&);
    Result<void> object_size(const Subject&);
    Result<void> required(const Subject&);
    Result<void> properties(const Subject&);
    Result<void> pattern_properties(const Subject&);
    Result<void> additional_properties(const Subject&);
    Result<void> property_names(const Subject&);
    Result<void> dependencies(const Subject&);
    Result<void> definitions(const Subject&);
    Result<void> combination(const Subject&);
    Result<void> condition(const Subject&);
    Result<void> reference(const Subject&);
    Result<void> dynamic_reference(const Subject&);
    Result<void> annotation(const Subject&);
    Result<std::vector<std::string>> names_of(const Subject& subject, const json::Value& list) const;

    Sources& sources_;
    const SchemaOptions& options_;
    std::shared_ptr<Plan> plan_;
    std::map<Place, Node*> nodes_;
    std::deque<Pending> queue_;
    std::map<std::string, const Pattern*, std::less<>> patterns_;
    struct DynamicReference {
        Node* node;
        std::string anchor;
    };
    std::vector<DynamicReference> dynamic_references_;
    std::vector<std::pair<std::uint32_t, std::string>> unknown_;

    Result<void> bind_dynamic_references();
};

/// The first node from which a chain of subschemas applied to the same value comes back to itself, or is longer than
/// `max_chain`; null when there is none.
[[nodiscard]] const Node* find_endless(const Plan& plan, std::size_t max_chain);

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
