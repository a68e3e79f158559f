#pragma once

#include <eventsdk/catalogue/catalogue.hpp>

#include <optional>
#include <string>

/// What the publisher and the service of the main job share.
struct ExerciseSolved {
    std::string student_id{};
    std::int64_t number = 0;  ///< counts the student's exercises
    std::string verdict{};    ///< "unreadable" makes the handler fail for ever
    std::optional<std::string> note{};
};

template <>
struct eventsdk::EventTraits<ExerciseSolved> {
    static constexpr EventType type{"ExerciseSolved", 1};
    static constexpr AggregateType aggregate{"school", "exercise"};
    static constexpr auto fields =
        std::tuple{field("studentId", &ExerciseSolved::student_id), field("number", &ExerciseSolved::number),
                   field("verdict", &ExerciseSolved::verdict), field("note", &ExerciseSolved::note)};
};

inline eventsdk::Result<eventsdk::Catalogue> main_job_catalogue(const std::string& topic) {
    return eventsdk::Catalogue::load({.environment = "test", .schemas = MAIN_JOB_SCHEMAS},
                                     eventsdk::event<ExerciseSolved>({.topic = topic}));
}
