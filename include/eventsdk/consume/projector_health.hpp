#pragma once

#include <eventsdk/core/health.hpp>

#include <cstdint>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// How a partition of a projector is.
struct PartitionHealth {
    std::string topic{};
    std::int32_t partition = 0;
    std::int64_t position = -1;           ///< everything before it is finished
    std::int64_t behind = -1;             ///< offsets up to the last stable one; -1: not known yet
    bool caught_up = false;               ///< was at the end once since it was assigned
    bool stuck = false;                   ///< has records and did not move for ProjectorOptions::stuck_after
    bool dead_letter_unwritable = false;  ///< waits because a dead letter of it cannot be written
    bool dependency_away = false;         ///< waits because its handlers find a dependency unavailable
};

/// How a projector is, a second ago at most while it runs.
struct ProjectorHealth {
    bool running = false;  ///< between the begin and the end of a run
    std::vector<PartitionHealth> partitions{};

    /// Healthy: no partition is stuck or cannot write its dead letters. Ready: healthy, running, with at least one
    /// partition, each of which has caught up once and finds its dependencies.
    [[nodiscard]] EVENTSDK_API Health summary() const;
};

EVENTSDK_END_NAMESPACE
