// expect: must not be empty or hold quotes, backslashes, control characters
#include <eventsdk/event.hpp>

struct Happened {
    int value{};
};

template <>
struct eventsdk::EventTraits<Happened> {
    static constexpr EventType type{"Happened", 1};
#ifdef MISTAKE
    static constexpr auto fields = std::tuple{field("a\"b", &Happened::value)};
#else
    static constexpr auto fields = std::tuple{field("ab", &Happened::value)};
#endif
};

const eventsdk::EventDescriptor& descriptor = eventsdk::describe_event<Happened>();
