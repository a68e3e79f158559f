#include "consume/subscription.hpp"

#include "consume/sequence_log.hpp"

#include <eventsdk/event/topic_name.hpp>

#include <re2/re2.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

bool subscribes(std::span<const std::string> wanted, const std::string& topic) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
        return name.front() == '^' ? RE2::PartialMatch(topic, name) : topic == name;
    });
}

bool is_own_letter_topic(const ProjectorOptions& options, const std::string& topic) {
    if (std::find(options.topics.begin(), options.topics.end(), topic) != options.topics.end()) return false;
    const auto& named = options.dead_letters.topics;
    const bool is_named = std::any_of(named.begin(), named.end(), [&](const auto& each) {
        return each.second == topic && subscribes(options.topics, each.first);
    });
    const std::string source = topic.substr(0, topic.rfind('.'));
    const bool fits = letters_of(source, options.dead_letters) == topic || parked_topic(source) == topic;
    return is_named || (fits && subscribes(options.topics, source));
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
