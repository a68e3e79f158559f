// expect: attributes of an event are scalars or std::optional of one
#include <eventsdk/event.hpp>

struct Happened {
    int value{};
    std::vector<int> list{};
};

template <>
struct eventsdk::EventTraits<Happened> {
    static constexpr EventType type{"Happened", 1};
#ifdef MISTAKE
    static constexpr auto fields = std::tuple{field("value", &Happened::value)};
    static constexpr auto attributes = std::tuple{field("list", &Happened::list)};
#else
    static constexpr auto fields = std::tuple{field("list", &Happened::list)};
    static constexpr auto attributes = std::tuple{field("value", &Happened::value)};
#endif
};

const eventsdk::EventDescriptor& descriptor = eventsdk::describe_event<Happened>();
