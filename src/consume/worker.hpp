#pragma once

#include "consume/engine.hpp"

#include <thread>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// How many records a worker takes at once: one while they are slow, many while they are fast, so that a batch takes
/// about a millisecond.
class BatchSize {
public:
    [[nodiscard]] std::size_t value() const { return value_; }
    void ran(std::size_t records, std::chrono::nanoseconds took);

private:
    std::size_t value_ = 1;
};

/// A thread that runs records until the engine ends. Threads that do not end in time are left alone: they own what
/// they use of the SDK.
class Worker {
public:
    explicit Worker(std::shared_ptr<Engine> engine);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    [[nodiscard]] Progress& progress() { return *progress_; }
    /// Does not join: the handler may never return.
    void abandon() { thread_.detach(); }

private:
    std::shared_ptr<Progress> progress_ = std::make_shared<Progress>();
    std::thread thread_;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
