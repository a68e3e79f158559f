#pragma once

#include "consume/workload.hpp"

#include <eventsdk/consume/projector.hpp>

#include <map>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// The retry topics of a projector: how they are called, and what the records in them say. None by default.
class RetryTopics {
public:
    /// @return `invalid_argument` naming what does not go with ProjectorOptions::retry_topics
    [[nodiscard]] static Result<RetryTopics> create(const ProjectorOptions& options);

    [[nodiscard]] bool any() const { return !sources_.empty(); }
    [[nodiscard]] std::vector<std::string> names() const;
    /// The topic that its records come from first; null when it is no retry topic.
    [[nodiscard]] const std::string* source_of(std::string_view topic) const;
    /// Where records of a topic, or of one of its retry topics, wait for the delay at that place.
    [[nodiscard]] std::string name_for(std::string_view topic, int place) const;
    /// Nothing for a record that need not wait: of another topic, for another group, or put there by hand.
    [[nodiscard]] std::optional<Retried> retried(const ReceivedRecord& record, std::string_view group,
                                                 const Now& now) const;

private:
    std::vector<Duration> delays_;
    std::map<std::string, std::string, std::less<>> sources_;  // by retry topic
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
