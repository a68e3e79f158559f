#pragma once

#include <eventsdk/consume/projection.hpp>

#include <map>
#include <string>

/// What the service is about: five points for every submission.
struct AssignmentSubmitted {
    std::string course_id;
    std::string student_id;
    std::string file_url;
};

template <>
struct eventsdk::EventTraits<AssignmentSubmitted> {
    static constexpr EventType type{"AssignmentSubmitted", 1};
    static constexpr AggregateType aggregate{"education", "assignment"};
    static constexpr auto fields = std::tuple{field("courseId", &AssignmentSubmitted::course_id),
                                              field("studentId", &AssignmentSubmitted::student_id),
                                              field("fileUrl", &AssignmentSubmitted::file_url)};
};

class Scores {
public:
    virtual ~Scores() = default;
    /// False while the database is away.
    virtual bool add(const std::string& student, int points) = 0;
};

inline eventsdk::Projection make_points_projection(Scores& scores) {
    eventsdk::Projection points{"gamification-points-v1"};
    points.on<AssignmentSubmitted>([&scores](const AssignmentSubmitted& event) -> eventsdk::Handled {
        if (!scores.add(event.student_id, 5)) return eventsdk::unavailable("the scores' database is away");
        return eventsdk::done();
    });
    return points;
}
