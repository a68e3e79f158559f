#pragma once

#include <eventsdk/event.hpp>

#include <array>
#include <string>
#include <string_view>

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

struct Student {
    std::string_view name;
    std::string_view id;
};
inline constexpr std::array students{Student{"Ada", "017f22e2-79b0-7cc3-98c4-dc0c0c07398a"},
                                     Student{"Grace", "017f22e2-79b0-7cc3-98c4-dc0c0c07398b"},
                                     Student{"Linus", "017f22e2-79b0-7cc3-98c4-dc0c0c07398c"}};

inline AssignmentSubmitted essay_of(const Student& student) {
    return {"919108f7-52d1-4320-9bac-f847db4148a8", std::string{student.id}, "https://files.example.com/essay.pdf"};
}
