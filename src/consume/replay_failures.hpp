#pragma once

#include <eventsdk/broker/record.hpp>
#include <eventsdk/consume/replay.hpp>

#include <map>
#include <mutex>
#include <set>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// What a replay's handlers gave up on, and which redriven copies it needs for that. Any thread may call it.
class ReplayFailures {
public:
    /// @param group whose redriven copies are ours
    ReplayFailures(std::span<const PartitionOffset> starts, std::string group)
        : starts_{starts.begin(), starts.end()}, group_{std::move(group)} {}

    /// A redriven copy of ours is handled when its original is not: it failed in this run, or lies before its beginning.
    [[nodiscard]] bool wants(const ReceivedRecord& copy) const;
    void failed(const ReceivedRecord& record, ReplayFailure failure);
    /// A redriven copy was handled: its original has failed no longer.
    void mended(const ReceivedRecord& copy);

    [[nodiscard]] std::uint64_t count() const;
    /// The first 100 that are not mended.
    [[nodiscard]] std::vector<ReplayFailure> first() const;

private:
    struct Place {
        TopicPartition partition{};
        std::int64_t offset = -1;
    };
    [[nodiscard]] static std::optional<Place> original_of(const ReceivedRecord& copy);
    [[nodiscard]] bool has(const Place& place) const;
    [[nodiscard]] bool in_range(const Place& place) const;

    const std::vector<PartitionOffset> starts_;
    const std::string group_;
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, std::int32_t>, std::set<std::int64_t>> offsets_;
    std::vector<ReplayFailure> first_;
    std::uint64_t count_ = 0;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
