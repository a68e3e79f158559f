#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// Reads topics with bare librdkafka: what the SDK did is judged without the SDK.
namespace log_checker {

using Place = std::pair<std::int32_t, std::int64_t>;  ///< partition and offset

struct Entry {
    std::string key{};
    std::string value{};
    std::map<std::string, std::string> headers{};
};

/// Every record of a topic by its place.
[[nodiscard]] std::map<Place, Entry> read_topic(const std::string& bootstrap, const std::string& topic,
                                                std::int32_t partitions);

/// What a group has committed in each partition of a topic; -1: nothing.
[[nodiscard]] std::vector<std::int64_t> committed(const std::string& bootstrap, const std::string& group,
                                                  const std::string& topic, std::int32_t partitions);

}  // namespace log_checker
