#pragma once

#include <eventsdk/core/clock.hpp>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE

/// The point of real time `timeout` from now, at most a day ahead.
[[nodiscard]] inline std::chrono::steady_clock::time_point deadline_after(Duration timeout) {
    return std::chrono::steady_clock::now() + std::min<Duration>(timeout, std::chrono::hours{24});
}

EVENTSDK_END_NAMESPACE
