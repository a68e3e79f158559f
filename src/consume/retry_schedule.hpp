#pragma once

#include <eventsdk/core/clock.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// What waits until when. Times are given, never read.
class RetrySchedule {
public:
    using Task = std::uint32_t;

    void add(Task task, MonotonicTime due) {
        heap_.push_back({due, order_++, task});
        std::push_heap(heap_.begin(), heap_.end(), later);
    }
    [[nodiscard]] std::optional<MonotonicTime> next_due() const {
        return heap_.empty() ? std::nullopt : std::optional{heap_.front().due};
    }
    /// Appends what is due at `now`, earliest first, equal times in the order of add().
    void take_due(MonotonicTime now, std::vector<Task>& out) {
        while (!heap_.empty() && heap_.front().due <= now) {
            out.push_back(heap_.front().task);
            std::pop_heap(heap_.begin(), heap_.end(), later);
            heap_.pop_back();
        }
    }
    /// Forgets the tasks for which `unwanted(task)` is true.
    template <class Predicate>
    void remove_if(Predicate unwanted) {
        std::erase_if(heap_, [&](const Entry& entry) { return unwanted(entry.task); });
        std::make_heap(heap_.begin(), heap_.end(), later);
    }
    [[nodiscard]] std::size_t size() const { return heap_.size(); }

private:
    struct Entry {
        MonotonicTime due;
        std::uint64_t order;
        Task task;
    };
    static bool later(const Entry& a, const Entry& b) { return a.due != b.due ? a.due > b.due : a.order > b.order; }

    std::vector<Entry> heap_;
    std::uint64_t order_ = 0;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
