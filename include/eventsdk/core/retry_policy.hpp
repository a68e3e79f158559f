#pragma once

#include <eventsdk/core/clock.hpp>
#include <eventsdk/core/result.hpp>

#include <cstdint>
#include <optional>

EVENTSDK_BEGIN_NAMESPACE

/// How often and after which pauses something is tried again: exponential with a cap and jitter.
/// The defaults wait about 1 s, 2 s, 4 s and then give up.
struct RetryPolicy {
    /// Tries after the first, 0…1,000,000; 0 gives up at once.
    int max_retries = 3;
    /// Pause before the first retry, 1 ms…1 h.
    Duration first_delay{1000};
    /// Each pause is the one before times this, 1.0…100.0.
    double multiplier = 2.0;
    /// No pause is longer, first_delay…24 h.
    Duration max_delay{30'000};
    /// Share of the pause that is drawn at random around it, 0.0 (none)…1.0: 0.1 makes 1 s into 0.9…1.1 s.
    double jitter = 0.1;

    /// The policy, or `invalid_argument` naming the first member out of range.
    [[nodiscard]] EVENTSDK_API Result<RetryPolicy> validated() const;

    /// Pause before retry number `retry` (1 = first), or nothing when the tries are spent.
    /// @param random a uniformly drawn 64-bit number; equal input gives equal output.
    [[nodiscard]] EVENTSDK_API std::optional<Duration> delay_before(int retry, std::uint64_t random) const noexcept;
};

EVENTSDK_END_NAMESPACE
