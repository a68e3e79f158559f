#pragma once

// What nine learning services say to each other over eight topics, in CloudEvents envelopes.

#include <eventsdk/event.hpp>

namespace learnflow_services {

struct LearningRequested {  // topic learning.requests
    std::string user_id{};
    std::string question{};
};

struct ConceptRequested {  // concepts.requests
    std::string user_id{};
    std::string name{};
    std::string level{};
};

struct CodeSubmitted {  // code.submissions
    std::string user_id{};
    std::string exercise_id{};
    std::string code{};
};

struct DebugRequested {  // debug.requests
    std::string user_id{};
    std::string code{};
    std::optional<std::string> error{};
};

struct ExerciseGenerated {  // exercise.generated
    std::string user_id{};
    std::string exercise_id{};
    std::string title{};
    std::vector<std::string> hints{};
};

struct LearningAnswered {  // learning.responses
    std::string user_id{};
    std::string answered_by{};
    std::string answer{};
};

struct StruggleDetected {  // struggle.detected
    std::string user_id{};
    std::string pattern{};
    double confidence = 0;
};

struct ProgressMade {  // progress.events
    std::string user_id{};
    std::map<std::string, double> mastery{};
};

}  // namespace learnflow_services

template <>
struct eventsdk::EventTraits<learnflow_services::LearningRequested> {
    using T = learnflow_services::LearningRequested;
    static constexpr EventType type{"learning.requested", 1};
    static constexpr auto fields = std::tuple{field("userId", &T::user_id), field("question", &T::question)};
};

template <>
struct eventsdk::EventTraits<learnflow_services::ConceptRequested> {
    using T = learnflow_services::ConceptRequested;
    static constexpr EventType type{"concept.requested", 1};
    static constexpr auto fields =
        std::tuple{field("userId", &T::user_id), field("name", &T::name), field("level", &T::level)};
};

template <>
struct eventsdk::EventTraits<learnflow_services::CodeSubmitted> {
    using T = learnflow_services::CodeSubmitted;
    static constexpr EventType type{"code.submitted", 1};
    static constexpr auto fields =
        std::tuple{field("userId", &T::user_id), field("exerciseId", &T::exercise_id), field("code", &T::code)};
};

template <>
struct eventsdk::EventTraits<learnflow_services::DebugRequested> {
    using T = learnflow_services::DebugRequested;
    static constexpr EventType type{"debug.requested", 1};
    static constexpr auto fields =
        std::tuple{field("userId", &T::user_id), field("code", &T::code), field("error", &T::error)};
};

template <>
struct eventsdk::EventTraits<learnflow_services::ExerciseGenerated> {
    using T = learnflow_services::ExerciseGenerated;
    static constexpr EventType type{"exercise.generated", 1};
    static constexpr auto fields = std::tuple{field("userId", &T::user_id), field("exerciseId", &T::exercise_id),
                                              field("title", &T::title), field("hints", &T::hints)};
};

template <>
struct eventsdk::EventTraits<learnflow_services::LearningAnswered> {
    using T = learnflow_services::LearningAnswered;
    static constexpr EventType type{"learning.answered", 1};
    static constexpr auto fields =
        std::tuple{field("userId", &T::user_id), field("answeredBy", &T::answered_by), field("answer", &T::answer)};
};

template <>
struct eventsdk::EventTraits<learnflow_services::StruggleDetected> {
    using T = learnflow_services::StruggleDetected;
    static constexpr EventType type{"struggle.detected", 1};
    static constexpr auto fields =
        std::tuple{field("userId", &T::user_id), field("pattern", &T::pattern), field("confidence", &T::confidence)};
};

template <>
struct eventsdk::EventTraits<learnflow_services::ProgressMade> {
    using T = learnflow_services::ProgressMade;
    static constexpr EventType type{"progress.made", 1};
    static constexpr auto fields = std::tuple{field("userId", &T::user_id), field("mastery", &T::mastery)};
};
