#pragma once

// The events of an event-sourced campus platform: native envelopes, one topic per aggregate
// (prod.education.assignment, prod.identity.session, prod.gamification.badge).

#include <eventsdk/event.hpp>

namespace campus_hub {

struct AssignmentSubmitted {
    eventsdk::Uuid course_id{};
    eventsdk::Uuid student_id{};
    std::string file_url{};
};

struct SessionStarted {
    eventsdk::Uuid user_id{};
    eventsdk::Timestamp expires_at{};
};

struct BadgeAwarded {
    eventsdk::Uuid student_id{};
    std::string badge{};
    std::int32_t points = 0;
};

}  // namespace campus_hub

template <>
struct eventsdk::EventTraits<campus_hub::AssignmentSubmitted> {
    using T = campus_hub::AssignmentSubmitted;
    static constexpr EventType type{"AssignmentSubmitted", 1};
    static constexpr AggregateType aggregate{"education", "assignment"};
    static constexpr auto fields = std::tuple{field("courseId", &T::course_id), field("studentId", &T::student_id),
                                              field("fileUrl", &T::file_url)};
};

template <>
struct eventsdk::EventTraits<campus_hub::SessionStarted> {
    using T = campus_hub::SessionStarted;
    static constexpr EventType type{"SessionStarted", 1};
    static constexpr AggregateType aggregate{"identity", "session"};
    static constexpr auto fields = std::tuple{field("userId", &T::user_id), field("expiresAt", &T::expires_at)};
};

template <>
struct eventsdk::EventTraits<campus_hub::BadgeAwarded> {
    using T = campus_hub::BadgeAwarded;
    static constexpr EventType type{"BadgeAwarded", 1};
    static constexpr AggregateType aggregate{"gamification", "badge"};
    static constexpr auto fields =
        std::tuple{field("studentId", &T::student_id), field("badge", &T::badge), field("points", &T::points)};
};
