// expect: an EventType needs a name and a version of at least 1, each name once
#include <eventsdk/event.hpp>

struct Happened {
    int value{};
};

template <>
struct eventsdk::EventTraits<Happened> {
#ifdef MISTAKE
    static constexpr EventType type{"Happened", 0};
#else
    static constexpr EventType type{"Happened", 1};
#endif
    static constexpr auto fields = std::tuple{field("value", &Happened::value)};
};

const eventsdk::EventDescriptor& descriptor = eventsdk::describe_event<Happened>();
