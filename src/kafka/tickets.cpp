#include "kafka/tickets.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

Tickets::Number Tickets::take(std::uint64_t tag) {
    const std::lock_guard lock{mutex_};
    if (free_.empty()) {
        slots_.emplace_back();
        free_.reserve(slots_.size());
        free_.push_back(slots_.size() - 1);
    }
    const Number number = free_.back();
    free_.pop_back();
    slots_[number] = {.tag = tag, .generation = first_generation_ + open_.size() - 1, .taken = true};
    ++open_.back();
    ++pending_;
    return number;
}

void Tickets::release(Number number) noexcept {
    Slot& slot = slots_[number];
    slot.taken = false;
    --open_[slot.generation - first_generation_];
    --pending_;
    free_.push_back(number);  // never allocates: reserved for all slots
    while (open_.size() > 1 && open_.front() == 0) {
        open_.pop_front();
        ++first_generation_;
    }
}

void Tickets::give_back(Number number) noexcept {
    const std::lock_guard lock{mutex_};
    release(number);
    changed_.notify_all();
}

void Tickets::resolve(std::span<WriteOutcome> outcomes) const noexcept {
    const std::lock_guard lock{mutex_};
    for (WriteOutcome& outcome : outcomes) outcome.tag = slots_[outcome.tag].tag;
}

void Tickets::finish(std::span<const Number> numbers) noexcept {
    const std::lock_guard lock{mutex_};
    for (const Number number : numbers) release(number);
    changed_.notify_all();
}

std::size_t Tickets::pending() const noexcept {
    const std::lock_guard lock{mutex_};
    return pending_;
}

std::uint64_t Tickets::mark() {
    const std::lock_guard lock{mutex_};
    if (open_.back() != 0) open_.push_back(0);
    return first_generation_ + open_.size() - 1;
}

bool Tickets::wait(std::uint64_t mark, Duration timeout) const {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, timeout, [&] { return first_generation_ >= mark; });
}

std::vector<Tickets::Number> Tickets::outstanding() const {
    const std::lock_guard lock{mutex_};
    std::vector<Number> numbers;
    for (Number number = 0; number < slots_.size(); ++number) {
        if (slots_[number].taken) numbers.push_back(number);
    }
    return numbers;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
