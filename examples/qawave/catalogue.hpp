#pragma once

#include "events.hpp"

#include <eventsdk/broker/topics.hpp>
#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/catalogue/topic_specs.hpp>

namespace qawave {

/// The family of package events on its flat topic, the audit trail beside it.
/// @param prefix of the topics' names
inline eventsdk::Catalogue load_catalogue(const std::string& prefix = "") {
    using namespace eventsdk;
    return Catalogue::load({.schemas = SCHEMAS},
                           event_family<PackageEvent>(
                               {.topic = prefix + "qa-package-events", .format = layouts::qa_package_events()}),
                           event<ActionAudited>({.topic = prefix + "audit-events"}))
        .value();
}

/// Packages are kept 30 days, conversations with language models 7, the audit trail a year.
inline std::vector<eventsdk::TopicSpec> topics(const std::string& prefix = "", std::int16_t replication = -1) {
    using std::chrono::days;
    std::vector<eventsdk::TopicSpec> specs{
        {.name = prefix + "qa-package-events", .partitions = 6, .replication = replication, .retention = days{30}},
        {.name = prefix + "ai-interaction-logs", .partitions = 6, .replication = replication, .retention = days{7}},
        {.name = prefix + "audit-events", .partitions = 3, .replication = replication, .retention = days{365}}};
    specs.push_back(dead_letter_spec(specs[0]));
    return specs;
}

}  // namespace qawave
