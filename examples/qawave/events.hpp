#pragma once

// A QA platform's sealed family of events, keyed by plan, flat JSON {planId, type, timestamp, …} on qa-package-events;
// beside it the audit trail in native envelopes.

#include <eventsdk/event.hpp>

#include <variant>

namespace qawave {

/// What this system reads of a request document; on the wire it is as the front end sent it.
struct RequestDocument {
    std::vector<std::string> scenarios{};
};

struct PackageRequested {
    RequestDocument request{};
};

struct ScenarioCreated {
    std::string scenario_id{};
    std::string scenario_name{};
};

/// Travels as EXECUTION_SUCCESS or EXECUTION_FAILED, by its value.
struct ExecutionComplete {
    std::string scenario_id{};
    bool passed = false;
    std::int64_t duration_ms = 0;
};

struct RunComplete {
    std::int32_t passed = 0;
    std::int32_t failed = 0;
};

using PackageEvent = std::variant<PackageRequested, ScenarioCreated, ExecutionComplete, RunComplete>;

struct ActionAudited {  // topic audit-events
    std::string actor{};
    std::string action{};
    std::map<std::string, std::string> details{};
};

}  // namespace qawave

template <>
struct eventsdk::EventTraits<qawave::RequestDocument> {
    static constexpr auto fields = std::tuple{field("scenarios", &qawave::RequestDocument::scenarios)};
};

template <>
struct eventsdk::EventTraits<qawave::PackageRequested> {
    using T = qawave::PackageRequested;
    static constexpr EventType type{"PACKAGE_REQUESTED", 1};
    static constexpr auto fields = std::tuple{field("request", &T::request)};
};

template <>
struct eventsdk::EventTraits<qawave::ScenarioCreated> {
    using T = qawave::ScenarioCreated;
    static constexpr EventType type{"SCENARIO_CREATED", 1};
    static constexpr auto fields =
        std::tuple{field("scenarioId", &T::scenario_id), field("scenarioName", &T::scenario_name)};
};

template <>
struct eventsdk::EventTraits<qawave::ExecutionComplete> {
    using T = qawave::ExecutionComplete;
    static constexpr std::array types{EventType{"EXECUTION_SUCCESS"}, EventType{"EXECUTION_FAILED"}};
    static constexpr auto fields = std::tuple{field("scenarioId", &T::scenario_id), field("passed", &T::passed),
                                              field("durationMs", &T::duration_ms)};
    static std::string_view type_of(const T& event) { return event.passed ? types[0].name : types[1].name; }
};

template <>
struct eventsdk::EventTraits<qawave::RunComplete> {
    using T = qawave::RunComplete;
    static constexpr EventType type{"RUN_COMPLETE", 1};
    static constexpr auto fields = std::tuple{field("passed", &T::passed), field("failed", &T::failed)};
};

template <>
struct eventsdk::EventTraits<qawave::ActionAudited> {
    using T = qawave::ActionAudited;
    static constexpr EventType type{"ActionAudited", 1};
    static constexpr auto fields =
        std::tuple{field("actor", &T::actor), field("action", &T::action), field("details", &T::details)};
};
