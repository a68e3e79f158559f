#pragma once

#include <eventsdk/event.hpp>

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// Turns a payload of one schema version into one of the next. Receives the document, changes it in place.
/// An exception or error makes the record an `upcast` dead letter.
using Upcaster = std::function<void(nlohmann::json& payload)>;

/// The upcaster to a version that only adds optional members: `{{1, unchanged}}`. A payload of the older version is one
/// of the newer as it stands, which is checked; where every step is this one it is neither copied nor written anew.
EVENTSDK_API void unchanged(nlohmann::json& payload);

/// How one event struct is carried.
struct EventOptions {
    /// Topic; empty: made from the environment and the struct's AggregateType.
    std::string topic{};
    EnvelopeFormat format{};  ///< how the envelope is written; the native one
    /// By source version: `{{1, badge_v1_to_v2}}` turns 1 into 2. Without gaps up to the struct's version.
    std::map<std::int32_t, Upcaster> upcasters{};
};

/// One entry of a catalogue; made by event<T>() or untyped_event().
struct EventRegistration {
    const EventDescriptor* descriptor = nullptr;  ///< null: no C++ type
    std::vector<std::pair<std::string, std::int32_t>> types{};
    std::string aggregate_context{};
    std::string aggregate_name{};
    EventOptions options{};
};

/// Registers an event struct.
template <Event T>
[[nodiscard]] EventRegistration event(EventOptions options = {}) {
    const EventDescriptor& described = describe_event<T>();
    EventRegistration made;
    made.descriptor = &described;
    for (const EventType& type : described.types) made.types.emplace_back(std::string{type.name}, type.version);
    made.aggregate_context = std::string{described.aggregate.context};
    made.aggregate_name = std::string{described.aggregate.aggregate};
    made.options = std::move(options);
    return made;
}

/// Registers a type that has no struct: published and handled with a JSON payload.
[[nodiscard]] inline EventRegistration untyped_event(std::string type, std::int32_t version, EventOptions options) {
    EventRegistration made;
    made.types.emplace_back(std::move(type), version);
    made.options = std::move(options);
    return made;
}

namespace detail {
template <class Variant>
struct FamilyOf;
template <Event... T>
struct FamilyOf<std::variant<T...>> {
    static std::vector<EventRegistration> registrations(const EventOptions& options) {
        std::vector<EventRegistration> made;
        (made.push_back(event<T>(options)), ...);
        return made;
    }
};

inline void append(std::vector<EventRegistration>& to, EventRegistration registration) {
    to.push_back(std::move(registration));
}
inline void append(std::vector<EventRegistration>& to, std::vector<EventRegistration> registrations) {
    for (EventRegistration& registration : registrations) to.push_back(std::move(registration));
}
}  // namespace detail

/// Registers every struct of a closed family `std::variant<A, B, …>` with the same options.
template <class Variant>
[[nodiscard]] std::vector<EventRegistration> event_family(const EventOptions& options = {}) {
    return detail::FamilyOf<Variant>::registrations(options);
}

EVENTSDK_END_NAMESPACE
