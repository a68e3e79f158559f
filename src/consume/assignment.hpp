#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eventsdk/core/config.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// Which partitions are ours, each under the epoch of its assignment, as small indices. An index lives on after its
/// partition is taken away until the last record in work has left it, so that late completions are told apart.
class Assignment {
public:
    using Index = std::uint32_t;

    /// A partition begins a new epoch; a former one of the same partition ends.
    Index assign(std::string_view topic, std::int32_t partition, std::uint64_t epoch);
    /// The partition is no longer ours. Nothing when it was not.
    std::optional<Index> remove(std::string_view topic, std::int32_t partition);
    /// The live partition of that epoch, else nothing: the record belongs to an old assignment.
    [[nodiscard]] std::optional<Index> find(std::string_view topic, std::int32_t partition, std::uint64_t epoch);

    [[nodiscard]] bool live(Index index) const { return entries_[index].live; }
    [[nodiscard]] const std::string& topic(Index index) const { return entries_[index].topic; }
    [[nodiscard]] std::int32_t partition(Index index) const { return entries_[index].partition; }
    [[nodiscard]] std::uint64_t epoch(Index index) const { return entries_[index].epoch; }
    /// Live ones.
    [[nodiscard]] std::vector<Index> all() const;

    /// A record of the partition goes into work, or leaves it.
    void enter(Index index) { ++entries_[index].records; }
    void leave(Index index);
    [[nodiscard]] std::size_t records(Index index) const { return entries_[index].records; }

private:
    struct Entry {
        std::string topic{};
        std::int32_t partition = 0;
        std::uint64_t epoch = 0;
        std::size_t records = 0;
        bool live = false;
    };
    [[nodiscard]] bool matches(Index index, std::string_view topic, std::int32_t partition) const {
        const Entry& entry = entries_[index];
        return entry.live && entry.partition == partition && entry.topic == topic;
    }

    std::vector<Entry> entries_;
    std::vector<Index> free_;
    Index last_ = 0;  // of the last find(): records come in runs
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
