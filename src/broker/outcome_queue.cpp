#include "broker/outcome_queue.hpp"

#include "broker/deadline.hpp"

EVENTSDK_BEGIN_NAMESPACE
void OutcomeQueue::add(std::uint64_t tag, const Result<Receipt>& result) {
    std::unique_lock lock{mutex_};
    Item item{.outcome = {.tag = tag}, .error = {}};
    if (result) {
        item.outcome.partition = result->partition;
        item.outcome.offset = result->offset;
    } else {
        item.error = result.error();
    }
    waiting_.push_back(std::move(item));
    ++added_;
    if (!delivering_) deliver(lock);
}

void OutcomeQueue::deliver(std::unique_lock<std::mutex>& lock) {
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

bool OutcomeQueue::flush(Duration timeout) {
    std::unique_lock lock{mutex_};
    return delivered_changed_.wait_until(lock, deadline_after(timeout),
                                         [&, wanted = added_] { return delivered_ >= wanted; });
}

std::size_t OutcomeQueue::pending() const {
    const std::lock_guard lock{mutex_};
    return added_ - delivered_;
}

std::uint64_t OutcomeQueue::delivered() const {
    const std::lock_guard lock{mutex_};
    return delivered_;
}

EVENTSDK_END_NAMESPACE
