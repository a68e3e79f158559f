#pragma once

#include "produce/ticket.hpp"
#include "produce/topic_series.hpp"

#include <eventsdk/produce/producer.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

EVENTSDK_BEGIN_NAMESPACE
namespace produce {

/// A record on its way: who wants to know of its end. Its address is the tag given to the writer.
struct Pending {
    Producer::Completion completion{};
    std::shared_ptr<Ticket> ticket{};
    std::size_t index = 0;  ///< in the ticket
    std::string event_id{};
    TopicSeries* topic = nullptr;
    std::size_t bytes = 0;
    MonotonicTime started{};
    Pending* next_free = nullptr;
};

/// The records in flight of a producer, bounded by number and bytes; the memory is used again.
/// **Thread safety**: all members may be called from any thread.
class PendingTable {
public:
    struct Bounds {
        std::size_t records = 0;
        std::size_t bytes = 0;
    };
    PendingTable(const Runtime& runtime, Bounds bounds);

    /// Takes a place, waiting for it as `until` says; a record larger than the bound gets one when it is alone.
    /// @param wait false: fail at once when there is none
    /// @param urge called before the first wait
    /// @return `retriable` "producer.queue_full", `closed`
    template <class Urge>
    Result<Pending*> acquire(const Record& record, Until& until, bool wait, Urge&& urge) {
        const std::size_t bytes = record.size_bytes();
        std::unique_lock lock{mutex_};
        if (!closed_ && !has_room(bytes) && wait) {
            lock.unlock();
            urge();
            lock.lock();
            wait_for_room(lock, bytes, until.deadline());
        }
        return take(lock, record, bytes);
    }
    /// Gives the permits of finished records back, before their completions run, which may publish again.
    void settle(std::size_t records, std::size_t bytes);
    /// Gives places back, chained by next_free, whose permits are settled.
    void recycle(Pending* first, Pending* last);
    /// Gives the place of a record back that the writer did not take.
    void give_up(Pending* pending, const Error& error);
    void failed(Pending* pending, const Error& error);

    /// Counts what happened; wait_progress() returns when it has changed, or after a moment.
    [[nodiscard]] std::uint64_t progress() const noexcept { return progress_.load(std::memory_order_acquire); }
    void wait_progress(std::uint64_t seen, Deadline deadline);

    /// Refuses further work and wakes who waits.
    void close();
    [[nodiscard]] bool closed() const;
    [[nodiscard]] bool measured() const noexcept { return measured_; }

private:
    [[nodiscard]] bool has_room(std::size_t bytes) const noexcept {
        return records_ == 0 || (records_ < bounds_.records && bytes_ + bytes <= bounds_.bytes);
    }
    void wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes, Deadline deadline);
    Result<Pending*> take(std::unique_lock<std::mutex>& lock, const Record& record, std::size_t bytes);
    TopicSeries& series_of(const std::string& topic);
    void show_depth() noexcept;

    const Runtime& runtime_;
    const Bounds bounds_;
    const bool measured_;
    std::shared_ptr<Gauge> depth_records_;
    std::shared_ptr<Gauge> depth_bytes_;

    mutable std::mutex mutex_;
    std::condition_variable moved_;
    std::size_t waiting_ = 0;
    std::size_t records_ = 0;
    std::size_t bytes_ = 0;
    std::atomic<std::uint64_t> progress_{0};
    bool closed_ = false;
    std::deque<Pending> places_;  // addresses stay
    Pending* free_ = nullptr;
    std::unordered_map<std::string, std::unique_ptr<TopicSeries>> topics_;
    TopicSeries* last_topic_ = nullptr;
};

}  // namespace produce
EVENTSDK_END_NAMESPACE
