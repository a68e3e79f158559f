// expect: eventsdk cannot carry this member type
#include <eventsdk/event.hpp>

struct Opaque {};
struct Happened {
    std::string name{};
#ifdef MISTAKE
    Opaque value{};
#else
    int value{};
#endif
};

template <>
struct eventsdk::EventTraits<Happened> {
    static constexpr EventType type{"Happened", 1};
    static constexpr auto fields = std::tuple{field("name", &Happened::name), field("value", &Happened::value)};
};

const eventsdk::EventDescriptor& descriptor = eventsdk::describe_event<Happened>();
