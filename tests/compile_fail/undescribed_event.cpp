// expect: constraint
#include <eventsdk/event.hpp>

struct Happened {
    int value{};
};

template <>
struct eventsdk::EventTraits<Happened> {
#ifndef MISTAKE
    static constexpr EventType type{"Happened", 1};
#endif
    static constexpr auto fields = std::tuple{field("value", &Happened::value)};
};

const eventsdk::EventDescriptor& descriptor = eventsdk::describe_event<Happened>();
