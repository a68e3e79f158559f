#pragma once

#include <eventsdk/event.hpp>

#include <optional>
#include <string>
#include <vector>

// The payload of sample_event() as a struct.
namespace bench {

struct SamplePart {
    std::string name{};
    std::int32_t points = 0;
    std::vector<std::string> tags{};
};

struct SampleSubmission {
    std::string course_code{};
    std::optional<eventsdk::Uuid> student_id{};
    std::optional<eventsdk::Timestamp> submitted_at{};
    std::optional<std::int32_t> attempt{};
    std::optional<double> score{};
    std::optional<bool> late{};
    std::optional<std::vector<SamplePart>> parts{};
};

}  // namespace bench

template <>
struct eventsdk::EventTraits<bench::SamplePart> {
    using T = bench::SamplePart;
    static constexpr auto fields =
        std::tuple{field("name", &T::name), field("points", &T::points), field("tags", &T::tags)};
};

template <>
struct eventsdk::EventTraits<bench::SampleSubmission> {
    using T = bench::SampleSubmission;
    static constexpr EventType type{"AssignmentSubmitted", 1};
    static constexpr auto fields = std::tuple{field("courseCode", &T::course_code),
                                              field("studentId", &T::student_id),
                                              field("submittedAt", &T::submitted_at),
                                              field("attempt", &T::attempt),
                                              field("score", &T::score),
                                              field("late", &T::late),
                                              field("parts", &T::parts)};
};
