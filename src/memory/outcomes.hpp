#pragma once

#include <eventsdk/broker/writer.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

/// Brings outcomes to a sink: in order, on one thread at a time, never from within the sink's own call. Whoever adds
/// one delivers it, unless another thread, or a call further up on this one, is delivering already and takes it along.
///
/// **Thread safety**: all members may be called from any thread.
class Outcomes {
public:
    explicit Outcomes(WriteSink& sink) : sink_{sink} {}

    void add(std::uint64_t tag, const Result<Receipt>& result);
    /// Waits until what was added before the call has been delivered.
    [[nodiscard]] bool flush(Duration timeout);
    [[nodiscard]] std::size_t pending() const;

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

/// A point `timeout` from now, however long that is.
[[nodiscard]] inline std::chrono::steady_clock::time_point deadline_after(Duration timeout) {
    return std::chrono::steady_clock::now() + std::min<Duration>(timeout, std::chrono::hours{24});
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
