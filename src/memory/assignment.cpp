#include "memory/assignment.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {
namespace {

using Loads = std::map<std::string, std::size_t>;

/// Deals one topic; `loads` counts what everybody has of all topics.
class Dealer {
public:
    Dealer(const std::string& topic, std::int32_t count, const std::vector<std::string>& subscribers, Loads& loads)
        : topic_{topic},
          count_{count},
          share_{static_cast<std::size_t>(count) / subscribers.size()},
          larger_shares_{static_cast<std::size_t>(count) % subscribers.size()},
          loads_{loads} {
        for (const std::string& subscriber : subscribers) mine_[subscriber] = 0;
    }

    void deal(const Owners& owners, Owners& result) {
        std::vector<TopicPartition> free;
        for (std::int32_t partition = 0; partition < count_; ++partition) {
            const TopicPartition place{topic_, partition};
            const auto owner = owners.find(place);
            if (owner != owners.end() && may_have_more(owner->second)) {
                give(place, owner->second, result);
            } else {
                free.push_back(place);
            }
        }
        for (const TopicPartition& place : free) give(place, poorest(), result);
    }

private:
    [[nodiscard]] bool may_have_more(const std::string& member) const {
        const auto has = mine_.find(member);
        return has != mine_.end() && (has->second < share_ || (has->second == share_ && larger_shares_ > 0));
    }

    void give(const TopicPartition& place, const std::string& member, Owners& result) {
        if (mine_[member] == share_) --larger_shares_;
        ++mine_[member];
        ++loads_[member];
        result[place] = member;
    }

    /// Who has the least, of this topic first, then of all.
    [[nodiscard]] std::string poorest() const {
        const auto found = std::min_element(mine_.begin(), mine_.end(), [&](const auto& left, const auto& right) {
            return std::pair{left.second, loads_.at(left.first)} < std::pair{right.second, loads_.at(right.first)};
        });
        return found->first;
    }

    const std::string& topic_;
    const std::int32_t count_;
    const std::size_t share_;
    std::size_t larger_shares_;
    Loads& loads_;
    Loads mine_;
};

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
        if (count != partitions.end()) Dealer{topic, count->second, members, loads}.deal(owners, result);
    }
    return result;
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
