#include "consume/retry_topics.hpp"

#include "consume/letter.hpp"

#include <eventsdk/core/time.hpp>
#include <eventsdk/event/topic_name.hpp>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr std::size_t most_delays = 20;
constexpr Duration longest_delay = std::chrono::days{7};

Error refused(std::string message, std::string hint) {
    return {.kind = ErrorKind::invalid_argument,
            .code = "projector_options.retry_topics",
            .message = "ProjectorOptions::retry_topics " + std::move(message),
            .hint = std::move(hint)};
}

}  // namespace

Result<RetryTopics> RetryTopics::create(const ProjectorOptions& options) {
    RetryTopics made;
    made.delays_ = options.retry_topics;
    if (made.delays_.empty()) return made;
    const auto in_range = [](Duration delay) { return delay >= Duration{1} && delay <= longest_delay; };
    if (made.delays_.size() > most_delays || !std::all_of(made.delays_.begin(), made.delays_.end(), in_range))
        return refused("is out of range", "give up to 20 delays of 1 ms to 7 days");
    if (options.dead_letters.sequence)
        return refused("gives up the order that dead_letters.sequence keeps", "choose one of the two");
    for (const std::string& topic : options.topics) {
        if (topic.front() == '^')
            return refused("does not go with the pattern \"" + topic + "\"", "name the topics one by one");
        for (const Duration delay : made.delays_) {
            std::string name = retry_topic(topic, delay);
            if (auto checked = check_topic_name(name); !checked) return std::move(checked).error();
            made.sources_.emplace(std::move(name), topic);
        }
    }
    return made;
}

std::vector<std::string> RetryTopics::names() const {
    std::vector<std::string> names;
    for (const auto& [name, source] : sources_) names.push_back(name);
    return names;
}

const std::string* RetryTopics::source_of(std::string_view topic) const {
    const auto found = sources_.find(topic);
    return found == sources_.end() ? nullptr : &found->second;
}

std::string RetryTopics::name_for(std::string_view topic, int place) const {
    const std::string* source = source_of(topic);
    return retry_topic(source != nullptr ? std::string_view{*source} : topic, delays_[static_cast<std::size_t>(place)]);
}

std::optional<Retried> RetryTopics::retried(const ReceivedRecord& record, std::string_view group,
                                            const Now& now) const {
    if (source_of(record.topic) == nullptr || record.header(dead_letter_headers::redrive_for) != group) return {};
    const auto attempts = std::min<std::int64_t>(number(record.header(retry_headers::attempts)).value_or(0), 1'000'000);
    Retried retried{now.monotonic, static_cast<int>(attempts)};
    constexpr std::chrono::microseconds longest_wait = std::chrono::days{365};  // whatever somebody wrote there
    if (const auto due = parse_date_time(record.header(retry_headers::not_before).value_or("")))
        retried.due += std::clamp(due->utc - now.wall, -longest_wait, longest_wait);
    return retried;
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
