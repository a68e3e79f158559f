#pragma once

#include <eventsdk/broker/writer.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

EVENTSDK_BEGIN_NAMESPACE

/// Brings outcomes to a sink: in order, on one thread at a time, never from within the sink's own call. Whoever adds
/// one delivers it, unless another thread, or a call further up on this one, is delivering already and takes it along.
///
/// **Thread safety**: all members may be called from any thread.
class EVENTSDK_API OutcomeQueue {
public:
    explicit OutcomeQueue(WriteSink& sink) : sink_{sink} {}

    void add(std::uint64_t tag, const Result<Receipt>& result);
    /// Waits until what was added before the call has been delivered.
    [[nodiscard]] bool flush(Duration timeout);
    [[nodiscard]] std::size_t pending() const;
    /// Outcomes whose sink call has returned.
    [[nodiscard]] std::uint64_t delivered() const;

private:
    struct Item {
        WriteOutcome outcome;
        std::optional<Error> error;
    };

    void deliver(std::unique_lock<std::mutex>& lock);

    WriteSink& sink_;
    mutable std::mutex mutex_;
    std::condition_variable delivered_changed_;
    std::vector<Item> waiting_;
    std::uint64_t added_ = 0;
    std::uint64_t delivered_ = 0;
    bool delivering_ = false;
};

EVENTSDK_END_NAMESPACE
