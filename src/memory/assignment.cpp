#include "memory/assignment.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {
namespace {

using Loads = std::map<std::string, std::size_t>;

/// The subscriber with the fewest partitions so far; the first by name among equals.
const std::string& least_loaded(const std::vector<std::string>& subscribers, const Loads& loads) {
    return *std::min_element(subscribers.begin(), subscribers.end(), [&](const auto& left, const auto& right) {
        return loads.at(left) < loads.at(right);
    });
}

void assign_topic(const std::string& topic, std::int32_t count, const std::vector<std::string>& subscribers,
                  const Owners& owners, Loads& loads, Owners& result) {
    const auto total = static_cast<std::size_t>(count);
    const std::size_t share = total / subscribers.size();
    std::size_t larger_shares = total % subscribers.size();
    Loads kept;
    std::vector<TopicPartition> open;
    for (std::int32_t partition = 0; partition < count; ++partition) {
        const TopicPartition place{topic, partition};
        const auto owner = owners.find(place);
        const bool wanted = owner != owners.end() &&
                            std::find(subscribers.begin(), subscribers.end(), owner->second) != subscribers.end();
        if (!wanted) {
            open.push_back(place);
            continue;
        }
        std::size_t& mine = kept[owner->second];
        const bool one_more = mine == share && larger_shares > 0;
        if (mine < share || one_more) {
            larger_shares -= one_more ? 1 : 0;
            ++mine;
            ++loads[owner->second];
            result[place] = owner->second;
        } else {
            open.push_back(place);
        }
    }
    for (const TopicPartition& place : open) {
        std::vector<std::string> below;
        for (const std::string& subscriber : subscribers) {
            if (kept[subscriber] < share) below.push_back(subscriber);
        }
        if (below.empty()) {
            for (const std::string& subscriber : subscribers) {
                if (kept[subscriber] == share) below.push_back(subscriber);
            }
        }
        const std::string& chosen = least_loaded(below, loads);
        ++kept[chosen];
        ++loads[chosen];
        result[place] = chosen;
    }
}

}  // namespace

Owners assign_partitions(const Subscriptions& subscriptions, const std::map<std::string, std::int32_t>& partitions,
                         const Owners& owners) {
    std::map<std::string, std::vector<std::string>> subscribers;
    Loads loads;
    for (const auto& [member, topics] : subscriptions) {
        loads[member] = 0;
        for (const std::string& topic : topics) subscribers[topic].push_back(member);
    }
    Owners result;
    for (const auto& [topic, members] : subscribers) {
        const auto count = partitions.find(topic);
        if (count != partitions.end()) assign_topic(topic, count->second, members, owners, loads, result);
    }
    return result;
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
