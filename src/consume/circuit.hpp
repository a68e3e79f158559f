#pragma once

#include <eventsdk/core/clock.hpp>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// Whether a partition's handlers are worth running: opens when several records in a short time find their dependency
/// unavailable, then lets one record through at growing pauses until one gets an answer. Times are given.
class Circuit {
public:
    struct Options {
        int threshold = 3;  ///< unavailable outcomes within `window` that open it
        Duration window{10'000};
        Duration first_pause{1'000};  ///< before the first probe; doubled up to max_pause
        Duration max_pause{30'000};
    };

    Circuit() = default;
    explicit Circuit(const Options& options) : options_{options} {}

    [[nodiscard]] bool is_open() const { return open_; }
    /// Nothing was unavailable of late.
    [[nodiscard]] bool idle() const { return !open_ && failures_ == 0; }
    /// When the next record may be let through, while open.
    [[nodiscard]] MonotonicTime probe_at() const { return probe_at_; }
    [[nodiscard]] bool probe_due(MonotonicTime now) const { return open_ && !probing_ && now >= probe_at_; }
    /// Pause before a single unavailable record is tried again while the circuit is closed.
    [[nodiscard]] Duration pause() const { return options_.first_pause; }

    void probe_started() { probing_ = true; }
    /// A record went back without having been run: another may be the probe.
    void given_back() { probing_ = false; }
    /// A record was answered, with whatever outcome. Returns true when that closes the circuit.
    bool answered() {
        const bool closes = open_ && probing_;
        if (closes) open_ = probing_ = false;
        if (!open_) failures_ = 0;
        return closes;
    }
    /// A record found its dependency unavailable. Returns true when that opens the circuit.
    bool unavailable(MonotonicTime now) {
        if (open_) {
            if (!probing_) return false;  // was under way when it opened
            probing_ = false;
            pause_ = std::min(pause_ * 2, options_.max_pause);
            probe_at_ = now + pause_;
            return false;
        }
        if (failures_ == 0 || now - first_failure_ > options_.window) {
            failures_ = 0;
            first_failure_ = now;
        }
        if (++failures_ < options_.threshold) return false;
        open_ = true;
        probing_ = false;
        pause_ = options_.first_pause;
        probe_at_ = now + pause_;
        return true;
    }

private:
    Options options_{};
    bool open_ = false;
    bool probing_ = false;
    int failures_ = 0;
    Duration pause_{0};
    MonotonicTime first_failure_{};
    MonotonicTime probe_at_{};
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
