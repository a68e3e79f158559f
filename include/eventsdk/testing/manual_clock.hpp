#pragma once

#include <eventsdk/core/clock.hpp>

#include <atomic>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// A clock whose time moves only when the test says so.
///
///     auto clock = std::make_shared<testing::ManualClock>();
///     memory::Broker broker{{}, {.clock = clock}};
///     clock->advance(4s);
///
/// **Thread safety**: all members may be called from any thread.
class EVENTSDK_API ManualClock final : public Clock {
public:
    /// @param start what now() answers at first; 2026-01-01T00:00:00Z unless given
    explicit ManualClock(Timestamp start = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}) : now_{start} {}

    [[nodiscard]] Timestamp now() const noexcept override { return now_.load(); }
    [[nodiscard]] MonotonicTime monotonic() const noexcept override { return monotonic_.load(); }

    /// Moves both times on.
    /// @param by not negative
    void advance(std::chrono::microseconds by) noexcept;
    /// Sets the wall clock alone, backwards too, as an administrator or NTP would; monotonic() stays.
    void jump_to(Timestamp time) noexcept { now_.store(time); }

private:
    std::atomic<Timestamp> now_;
    std::atomic<MonotonicTime> monotonic_{MonotonicTime{std::chrono::hours{1}}};
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
