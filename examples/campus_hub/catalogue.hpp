#pragma once

#include "events.hpp"

#include <eventsdk/aggregate/aggregate_traits.hpp>
#include <eventsdk/catalogue/catalogue.hpp>

namespace campus_hub {

/// What all services agree on: a topic for each aggregate, `<environment>.<context>.<aggregate>`. Versions grow by
/// optional members alone, so that services of an older release read what a newer one writes.
inline eventsdk::Catalogue load_catalogue(const std::string& environment) {
    using namespace eventsdk;
    return Catalogue::load({.environment = environment, .schemas = SCHEMAS, .read_newer_versions = true},
                           event<AssignmentSubmitted>(), event<SessionStarted>(), event<BadgeAwarded>())
        .value();
}

/// An assignment as its events make it.
struct Assignment {
    std::int32_t submissions = 0;
    std::string latest_file{};
};

}  // namespace campus_hub

template <>
struct eventsdk::AggregateTraits<campus_hub::Assignment> {
    using T = campus_hub::Assignment;
    static constexpr AggregateType type{"education", "assignment"};
    static constexpr int state_version = 1;
    using Events = std::variant<campus_hub::AssignmentSubmitted>;
    static constexpr auto fields =
        std::tuple{field("submissions", &T::submissions), field("latestFile", &T::latest_file)};
    static void apply(T& state, const campus_hub::AssignmentSubmitted& event) {
        ++state.submissions;
        state.latest_file = event.file_url;
    }
};
