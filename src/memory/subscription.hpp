#pragma once

#include <set>
#include <string>
#include <vector>

#include <eventsdk/core/result.hpp>

#include <map>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

/// The topics among `existing` that names and patterns (`^…`, POSIX extended, as librdkafka takes them) mean.
[[nodiscard]] std::set<std::string> subscribed_topics(const std::vector<std::string>& wanted,
                                                      const std::map<std::string, std::int32_t>& existing);

/// @return `invalid_argument` "options.invalid" for a pattern that is none
[[nodiscard]] Result<void> check_subscription(const std::vector<std::string>& wanted);

}  // namespace memory
EVENTSDK_END_NAMESPACE
