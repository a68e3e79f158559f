// expect: the visitor must handle every member of the family
#include <eventsdk/consume/projection.hpp>

struct Started {
    int value{};
};
struct Finished {
    int value{};
};

template <>
struct eventsdk::EventTraits<Started> {
    static constexpr EventType type{"Started", 1};
    static constexpr auto fields = std::tuple{field("value", &Started::value)};
};
template <>
struct eventsdk::EventTraits<Finished> {
    static constexpr EventType type{"Finished", 1};
    static constexpr auto fields = std::tuple{field("value", &Finished::value)};
};

struct Visitor {
    void operator()(const Started&) {}
#ifndef MISTAKE
    void operator()(const Finished&) {}
#endif
};

void handle(eventsdk::Projection& projection) { projection.on<std::variant<Started, Finished>>(Visitor{}); }
