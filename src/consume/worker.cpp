#include "consume/worker.hpp"

#include <pthread.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr std::chrono::nanoseconds batch_time{1'000'000};
constexpr std::size_t largest_batch = 256;

/// For top -H and debuggers.
void name_this_thread() {
#if defined(__linux__)
    pthread_setname_np(pthread_self(), "eventsdk-work");
#endif
}

void work(Engine& engine, Progress& progress) {
    const Parts& parts = engine.parts();
    Dispatcher dispatcher{parts.catalogue,          parts.handlers,      parts.options.unknown_types,
                          parts.projection.name(),  engine.stop_token(), engine.replay_failures(),
                          parts.options.retry_rules};
    Batch batch;
    BatchSize size;
    const std::size_t least = parts.handlers.largest_batch();
    while (engine.exchange(batch, std::max(size.value(), least), true)) {
        const auto start = std::chrono::steady_clock::now();
        BatchRun{batch, dispatcher, progress}.run();
        const auto took = std::chrono::steady_clock::now() - start;
        size.ran(batch.tasks.size(), took);
        if (engine.meter().active()) engine.meter().handled(batch.tasks.size(), took);
    }
}

}  // namespace

void BatchSize::ran(std::size_t records, std::chrono::nanoseconds took) {
    const auto each =
        std::max<std::int64_t>(took.count() / static_cast<std::int64_t>(std::max<std::size_t>(records, 1)), 1);
    const auto fitting = static_cast<std::size_t>(batch_time.count() / each);
    value_ = std::clamp<std::size_t>(std::min(fitting, value_ * 4), 1, largest_batch);
}

Worker::Worker(std::shared_ptr<Engine> engine) {
    thread_ = std::thread{[engine = std::move(engine), progress = progress_] {
        name_this_thread();
        try {
            work(*engine, *progress);
        } catch (const std::exception& thrown) {
            engine->fail({.kind = ErrorKind::fatal,
                          .code = "projector.worker_failed",
                          .message = std::string{"a worker thread ended: "} + thrown.what()});
        }
    }};
}

Worker::~Worker() {
    if (thread_.joinable()) thread_.join();
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
