#pragma once

#include <eventsdk/event.hpp>
#include <eventsdk/schema/schema_set.hpp>

#include <span>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// One place where a C++ description and its schema file contradict each other.
struct SchemaDifference {
    std::string pointer{};  ///< member of the payload, as a JSON Pointer; `*` stands for any element
    std::string message{};  ///< "/points is of another type in its schema (education/AssignmentGraded.v1.schema.json)"
    std::string hint{};     ///< what to change
};

/// Compares a described struct with a schema, as far as `properties`, `required`, `type`, `enum`, `items`,
/// `additionalProperties`, integer bounds and `$ref`s within the file say what is allowed: what the struct writes must
/// be able to pass, and what passes must fit into the struct. Empty when they agree. A schema that allows more
/// integers than the member holds is a difference, unless it names no bounds at all.
/// **Thread safety**: may be called from any thread.
[[nodiscard]] EVENTSDK_API std::vector<SchemaDifference> compare_description(const ValueType& described,
                                                                             const Schema& schema);

/// compare_description() for each wire type of an event struct; a missing schema is a difference.
[[nodiscard]] EVENTSDK_API std::vector<SchemaDifference> compare_event(const EventDescriptor& descriptor,
                                                                       const SchemaSet& schemas);

/// SchemaSet::check<T>(): all differences between EventTraits<T> and the schema files of its types. In a unit test:
///
///     CHECK(eventsdk::describe(schemas.check<AssignmentSubmitted>()) == "");
template <class T>
std::vector<SchemaDifference> SchemaSet::check() const {
    return compare_event(describe_event<T>(), *this);
}

/// One line for each difference; empty when there is none.
[[nodiscard]] EVENTSDK_API std::string describe(std::span<const SchemaDifference> differences);

EVENTSDK_END_NAMESPACE
