#pragma once

#include <eventsdk/core/clock.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// How many records may be read now, at so many a second; a tenth of a second's worth may come at once. Times are given.
class Throttle {
public:
    /// @param rate records per second; 0: no limit
    explicit Throttle(double rate) : rate_{rate}, most_{std::max(1.0, rate / 10.0)} {}

    [[nodiscard]] std::size_t allowed(MonotonicTime now, std::size_t wanted) {
        if (rate_ <= 0.0) return wanted;
        if (asked_) credit_ = std::min(most_, credit_ + rate_ * std::chrono::duration<double>(now - *asked_).count());
        asked_ = now;
        return std::min(wanted, static_cast<std::size_t>(credit_));
    }
    void spend(std::size_t records) { credit_ -= static_cast<double>(records); }

private:
    double rate_;
    double most_;
    double credit_ = 1.0;
    std::optional<MonotonicTime> asked_{};
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
