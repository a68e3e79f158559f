// expect: eventsdk cannot carry this member type
#include <eventsdk/event.hpp>

enum class Verdict { correct, wrong };
struct Happened {
    Verdict verdict{};
};

#ifndef MISTAKE
template <>
struct eventsdk::EnumTraits<Verdict> {
    static constexpr std::array names{enum_name("correct", Verdict::correct), enum_name("wrong", Verdict::wrong)};
};
#endif

template <>
struct eventsdk::EventTraits<Happened> {
    static constexpr EventType type{"Happened", 1};
    static constexpr auto fields = std::tuple{field("verdict", &Happened::verdict)};
};

const eventsdk::EventDescriptor& descriptor = eventsdk::describe_event<Happened>();
