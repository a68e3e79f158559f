#include "consume/assignment.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

Assignment::Index Assignment::assign(std::string_view topic, std::int32_t partition, std::uint64_t epoch) {
    remove(topic, partition);
    Index index = static_cast<Index>(entries_.size());
    if (free_.empty()) {
        entries_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
    }
    entries_[index] = {std::string{topic}, partition, epoch, 0, true};
    return index;
}

std::optional<Assignment::Index> Assignment::remove(std::string_view topic, std::int32_t partition) {
    for (Index index = 0; index < entries_.size(); ++index) {
        if (!matches(index, topic, partition)) continue;
        entries_[index].live = false;
        if (entries_[index].records == 0) free_.push_back(index);
        return index;
    }
    return {};
}

std::optional<Assignment::Index> Assignment::find(std::string_view topic, std::int32_t partition, std::uint64_t epoch) {
    if (last_ >= entries_.size() || !matches(last_, topic, partition)) {
        last_ = 0;
        while (last_ < entries_.size() && !matches(last_, topic, partition)) ++last_;
    }
    if (last_ >= entries_.size() || entries_[last_].epoch != epoch) return {};
    return last_;
}

std::vector<Assignment::Index> Assignment::all() const {
    std::vector<Index> live;
    for (Index index = 0; index < entries_.size(); ++index) {
        if (entries_[index].live) live.push_back(index);
    }
    return live;
}

void Assignment::leave(Index index) {
    Entry& entry = entries_[index];
    if (--entry.records == 0 && !entry.live) free_.push_back(index);
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
