#pragma once

#include <eventsdk/core/clock.hpp>

#include <condition_variable>
#include <mutex>
#include <stop_token>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {

/// Waiting that wake() and a stop request end early.
class Alarm {
public:
    void ring() noexcept {
        const std::scoped_lock lock{mutex_};
        rung_ = true;
        changed_.notify_all();
    }
    void wait(Duration longest, const std::stop_token& stop) {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, stop, longest, [this] { return rung_; });
        rung_ = false;
    }

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool rung_ = false;
};

}  // namespace outbox
EVENTSDK_END_NAMESPACE
