#pragma once

// The one event of a tutoring system's topic user_events:
// {event_id, user_id, event_type, problem_id, payload: {user_answer, verdict, time_spent_sec}, timestamp}.

#include <eventsdk/event.hpp>

namespace ixe {

enum class Verdict { correct, incorrect, skipped };

struct AnswerSubmitted {
    std::string problem_id{};  // stands beside the payload: an attribute
    std::string user_answer{};
    Verdict verdict = Verdict::skipped;
    std::int32_t time_spent_sec = 0;
};

}  // namespace ixe

template <>
struct eventsdk::EnumTraits<ixe::Verdict> {
    static constexpr std::array names{enum_name("correct", ixe::Verdict::correct),
                                      enum_name("incorrect", ixe::Verdict::incorrect),
                                      enum_name("skipped", ixe::Verdict::skipped)};
};

template <>
struct eventsdk::EventTraits<ixe::AnswerSubmitted> {
    using T = ixe::AnswerSubmitted;
    static constexpr EventType type{"answer_submitted", 1};
    static constexpr auto fields = std::tuple{field("user_answer", &T::user_answer), field("verdict", &T::verdict),
                                              field("time_spent_sec", &T::time_spent_sec)};
    static constexpr auto attributes = std::tuple{field("problem_id", &T::problem_id)};
};
