#pragma once

#include <eventsdk/core/clock.hpp>

#include <condition_variable>
#include <mutex>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// Lets the polling thread sleep until any of librdkafka's queues gets something.
class Waker {
public:
    void wake() noexcept {
        const std::lock_guard lock{mutex_};
        woken_ = true;
        changed_.notify_one();
    }
    /// Returns at once when woken since the last call.
    void wait(Duration timeout) {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, timeout, [&] { return woken_; });
        woken_ = false;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool woken_ = false;
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
