// expect: an event owns its values: use std::string instead of std::string_view or a pointer
#include <eventsdk/event.hpp>

struct Happened {
#ifdef MISTAKE
    std::string_view name{};
#else
    std::string name{};
#endif
};

template <>
struct eventsdk::EventTraits<Happened> {
    static constexpr EventType type{"Happened", 1};
    static constexpr auto fields = std::tuple{field("name", &Happened::name)};
};

const eventsdk::EventDescriptor& descriptor = eventsdk::describe_event<Happened>();
