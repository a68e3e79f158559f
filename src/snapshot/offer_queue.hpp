#pragma once

#include <eventsdk/core/clock.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

/// Aggregates whose snapshot is to be taken, each once, in the order of their first offer.
///
/// **Thread safety**: all members may be called from any thread.
class OfferQueue {
public:
    struct Offer {
        std::string id{};
        std::int64_t revision = 0;
    };

    explicit OfferQueue(std::size_t most) : most_{most} {}

    /// False when there is no room, or after close().
    [[nodiscard]] bool push(std::string_view id, std::int64_t revision);
    /// Waits for the next; false after close(). The offer counts as waiting until done().
    [[nodiscard]] bool pop(Offer& out);
    void done();
    /// Waits until nothing is waiting; false when it takes longer.
    [[nodiscard]] bool drain(std::chrono::steady_clock::time_point deadline);
    void close();

private:
    std::size_t most_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> order_;
    std::unordered_map<std::string, std::int64_t> revisions_;
    bool busy_ = false;
    bool closed_ = false;
};

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
