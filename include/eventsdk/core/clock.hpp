#pragma once

#include <eventsdk/core/config.hpp>

#include <chrono>
#include <memory>

EVENTSDK_BEGIN_NAMESPACE

/// UTC time in microseconds since 1970-01-01, without leap seconds. Wire formats carry milliseconds.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
/// A length of time in options and deadlines.
using Duration = std::chrono::milliseconds;
/// Never goes back; for waiting and measuring, never stored.
using MonotonicTime = std::chrono::steady_clock::time_point;

/// Where the SDK reads the time. Tests use testing::ManualClock, whose time moves only when told to.
///
/// **Thread safety**: all members may be called from any thread.
class EVENTSDK_API Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Timestamp now() const noexcept = 0;
    [[nodiscard]] virtual MonotonicTime monotonic() const noexcept = 0;

protected:
    Clock() = default;
    Clock(const Clock&) = default;
    Clock& operator=(const Clock&) = default;
};

/// The machine's clocks; one shared instance.
[[nodiscard]] EVENTSDK_API std::shared_ptr<Clock> system_clock();

EVENTSDK_END_NAMESPACE
