#pragma once

#include "consume/workload.hpp"

#include <eventsdk/consume/projector_health.hpp>

#include <functional>
#include <map>
#include <mutex>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// What a projector shows of itself to other threads. The polling thread writes.
class HealthBoard {
public:
    struct Seen {
        Watermarks bounds{};
        std::int64_t read = -1;  ///< the reader's position
    };

    void note(std::span<const Workload::Condition> conditions, const std::function<Seen(const TopicPartition&)>& see,
              MonotonicTime now, Duration stuck_after);
    void stop();
    [[nodiscard]] ProjectorHealth get() const;

private:
    struct Known {
        std::int64_t position = -1;
        MonotonicTime since{};
        bool caught_up = false;
    };
    std::map<TopicPartition, Known> known_;  // of the polling thread
    mutable std::mutex mutex_;
    ProjectorHealth health_;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
