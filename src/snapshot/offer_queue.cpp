#include "snapshot/offer_queue.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

bool OfferQueue::push(std::string_view id, std::int64_t revision) {
    const std::lock_guard lock{mutex_};
    if (closed_) return false;
    std::string key{id};
    if (const auto waiting = revisions_.find(key); waiting != revisions_.end()) {
        waiting->second = std::max(waiting->second, revision);
        return true;
    }
    if (order_.size() >= most_) return false;
    order_.push_back(key);
    revisions_.emplace(std::move(key), revision);
    changed_.notify_all();
    return true;
}

bool OfferQueue::pop(Offer& out) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return closed_ || !order_.empty(); });
    if (closed_) return false;
    out.id = std::move(order_.front());
    order_.pop_front();
    const auto offered = revisions_.find(out.id);
    out.revision = offered->second;
    revisions_.erase(offered);
    busy_ = true;
    return true;
}

void OfferQueue::done() {
    const std::lock_guard lock{mutex_};
    busy_ = false;
    changed_.notify_all();
}

bool OfferQueue::drain(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock{mutex_};
    return changed_.wait_until(lock, deadline, [this] { return closed_ || (order_.empty() && !busy_); });
}

void OfferQueue::close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    order_.clear();
    revisions_.clear();
    changed_.notify_all();
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
