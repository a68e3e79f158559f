#include "memory/outcomes.hpp"

#include "memory/mutation.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

void Outcomes::add(std::uint64_t tag, const Result<Receipt>& result) {
    std::unique_lock lock{mutex_};
    Item item{.outcome = {.tag = tag}, .error = {}};
    if (result) {
        item.outcome.partition = result->partition;
        item.outcome.offset = result->offset;
    } else {
        item.error = result.error();
    }
    waiting_.push_back(item);
    if (EVENTSDK_MUTATED(15)) waiting_.push_back(item);
    ++added_;
    if (!delivering_) deliver(lock);
}

void Outcomes::deliver(std::unique_lock<std::mutex>& lock) {
    delivering_ = true;
    std::vector<Item> items;
    std::vector<WriteOutcome> outcomes;
    while (!waiting_.empty()) {
        items.swap(waiting_);
        lock.unlock();
        outcomes.clear();
        for (Item& item : items) {
            item.outcome.error = item.error ? &*item.error : nullptr;
            outcomes.push_back(item.outcome);
        }
        sink_.written(outcomes);
        lock.lock();
        delivered_ += items.size();
        items.clear();
        delivered_changed_.notify_all();
    }
    delivering_ = false;
}

bool Outcomes::flush(Duration timeout) {
    std::unique_lock lock{mutex_};
    return delivered_changed_.wait_until(lock, deadline_after(timeout),
                                         [&, wanted = added_] { return delivered_ >= wanted; });
}

std::size_t Outcomes::pending() const {
    const std::lock_guard lock{mutex_};
    return added_ - delivered_;
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
