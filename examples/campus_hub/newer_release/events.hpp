#pragma once

// What a newer release of the platform changes: version 2 of AssignmentSubmitted has one more member, which is optional.

#include <eventsdk/catalogue/catalogue.hpp>

namespace campus_hub::newer {

struct AssignmentSubmitted {
    eventsdk::Uuid course_id{};
    eventsdk::Uuid student_id{};
    std::string file_url{};
    std::optional<std::string> comment{};
};

}  // namespace campus_hub::newer

template <>
struct eventsdk::EventTraits<campus_hub::newer::AssignmentSubmitted> {
    using T = campus_hub::newer::AssignmentSubmitted;
    static constexpr EventType type{"AssignmentSubmitted", 2};
    static constexpr AggregateType aggregate{"education", "assignment"};
    static constexpr auto fields = std::tuple{field("courseId", &T::course_id), field("studentId", &T::student_id),
                                              field("fileUrl", &T::file_url), field("comment", &T::comment)};
};

namespace campus_hub::newer {

/// Reads both versions: what is written in version 1 is a version 2 without a comment, as it stands.
// [unchanged]
inline eventsdk::Catalogue load_catalogue(const std::string& environment) {
    using namespace eventsdk;
    return Catalogue::load({.environment = environment, .schemas = NEWER_SCHEMAS},
                           event<AssignmentSubmitted>({.upcasters = {{1, unchanged}}}))
        .value();
}
// [unchanged]

}  // namespace campus_hub::newer
