// expect: two entries of EventTraits<T>::fields have the same JSON name
#include <eventsdk/event.hpp>

struct Happened {
    int first{};
    int second{};
};

template <>
struct eventsdk::EventTraits<Happened> {
    static constexpr EventType type{"Happened", 1};
#ifdef MISTAKE
    static constexpr auto fields = std::tuple{field("first", &Happened::first), field("first", &Happened::second)};
#else
    static constexpr auto fields = std::tuple{field("first", &Happened::first), field("second", &Happened::second)};
#endif
};

const eventsdk::EventDescriptor& descriptor = eventsdk::describe_event<Happened>();
