#pragma once

// The events of a learning platform's three topics, in its own envelope {eventId, userId, eventType, timestamp, data}.

#include <eventsdk/event.hpp>

namespace learnflow {

enum class Activity { exercise_started, exercise_completed, help_requested };

/// Topic learning-events: one struct for three event types, which the envelope alone tells apart.
struct LearningEvent {
    Activity activity = Activity::exercise_started;
    std::string exercise_id{};
    std::optional<std::int32_t> duration{};  // seconds
    std::optional<std::int32_t> attempts{};
};

/// Topic code-submitted.
struct CodeSubmitted {
    std::string exercise_id{};
    std::string code{};
    std::string language{};
};

enum class StruggleType { syntax_error, logic_error, concept_confusion };

/// Topic struggle-detected.
struct StruggleDetected {
    StruggleType struggle_type = StruggleType::syntax_error;
    std::string topic{};
    double confidence = 0;  // 0 to 1
    std::string suggested_action{};
};

}  // namespace learnflow

template <>
struct eventsdk::EventTraits<learnflow::LearningEvent> {
    using T = learnflow::LearningEvent;
    static constexpr std::array types{EventType{"exercise.started"}, EventType{"exercise.completed"},
                                      EventType{"help.requested"}};
    static constexpr auto fields = std::tuple{field("exerciseId", &T::exercise_id), field("duration", &T::duration),
                                              field("attempts", &T::attempts)};
    static std::string_view type_of(const T& event) { return types.at(static_cast<std::size_t>(event.activity)).name; }
    static void set_type(T& event, std::string_view name) {
        for (std::size_t i = 0; i < types.size(); ++i)
            if (types[i].name == name) event.activity = static_cast<learnflow::Activity>(i);
    }
};

template <>
struct eventsdk::EventTraits<learnflow::CodeSubmitted> {
    using T = learnflow::CodeSubmitted;
    static constexpr EventType type{"code.submitted", 1};
    static constexpr auto fields =
        std::tuple{field("exerciseId", &T::exercise_id), field("code", &T::code), field("language", &T::language)};
};

template <>
struct eventsdk::EnumTraits<learnflow::StruggleType> {
    using E = learnflow::StruggleType;
    static constexpr std::array names{enum_name("syntax_error", E::syntax_error),
                                      enum_name("logic_error", E::logic_error),
                                      enum_name("concept_confusion", E::concept_confusion)};
};

template <>
struct eventsdk::EventTraits<learnflow::StruggleDetected> {
    using T = learnflow::StruggleDetected;
    static constexpr EventType type{"struggle.detected", 1};
    static constexpr auto fields =
        std::tuple{field("struggleType", &T::struggle_type), field("concept", &T::topic),
                   field("confidence", &T::confidence), field("suggestedAction", &T::suggested_action)};
};
