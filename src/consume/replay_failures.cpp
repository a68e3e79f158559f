#include "consume/replay_failures.hpp"

#include "consume/letter.hpp"

#include <eventsdk/consume/dead_letter_options.hpp>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr std::size_t most_listed = 100;

}  // namespace

std::optional<ReplayFailures::Place> ReplayFailures::original_of(const ReceivedRecord& copy) {
    if (!copy.header(dead_letter_headers::redrive_for)) return {};
    const auto topic = copy.header(dead_letter_headers::topic);
    const auto partition = number(copy.header(dead_letter_headers::partition));
    const auto offset = number(copy.header(dead_letter_headers::offset));
    if (!topic || !partition || !offset) return {};
    return Place{{std::string{*topic}, static_cast<std::int32_t>(*partition)}, *offset};
}

bool ReplayFailures::has(const Place& place) const {
    const auto found = offsets_.find({place.partition.topic, place.partition.partition});
    return found != offsets_.end() && found->second.count(place.offset) > 0;
}

bool ReplayFailures::in_range(const Place& place) const {
    return std::any_of(starts_.begin(), starts_.end(), [&](const PartitionOffset& start) {
        return start.topic == place.partition.topic && start.partition == place.partition.partition &&
               start.offset <= place.offset;
    });
}

bool ReplayFailures::wants(const ReceivedRecord& copy) const {
    if (copy.header(dead_letter_headers::redrive_for) != group_) return false;
    const auto original = original_of(copy);
    if (!original || !in_range(*original)) return true;
    const std::lock_guard lock{mutex_};
    return has(*original);
}

void ReplayFailures::failed(const ReceivedRecord& record, ReplayFailure failure) {
    const auto original = original_of(record);
    const std::lock_guard lock{mutex_};
    if (original && has(*original)) return;  // counted already
    if (!offsets_[{failure.topic, failure.partition}].insert(failure.offset).second) return;
    ++count_;
    if (first_.size() < most_listed) first_.push_back(std::move(failure));
}

void ReplayFailures::mended(const ReceivedRecord& copy) {
    const auto original = original_of(copy);
    if (!original) return;
    const std::lock_guard lock{mutex_};
    const auto found = offsets_.find({original->partition.topic, original->partition.partition});
    if (found == offsets_.end() || found->second.erase(original->offset) == 0) return;
    --count_;
    std::erase_if(first_, [&](const ReplayFailure& each) {
        return each.offset == original->offset && each.partition == original->partition.partition &&
               each.topic == original->partition.topic;
    });
}

std::uint64_t ReplayFailures::count() const {
    const std::lock_guard lock{mutex_};
    return count_;
}

std::vector<ReplayFailure> ReplayFailures::first() const {
    const std::lock_guard lock{mutex_};
    return first_;
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
