#include "kafka/tickets.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

Ticket* Tickets::take(std::uint64_t tag) {
    const std::lock_guard lock{mutex_};
    if (free_ == nullptr) {
        free_ = &tickets_.emplace_back();
        free_->keeps_headers = tickets_.size() <= most_with_headers;
    }
    Ticket* ticket = free_;
    free_ = ticket->next_free;
    ticket->tag = tag;
    ticket->order = ++order_;
    ticket->generation = first_generation_ + open_.size() - 1;
    ticket->next_free = nullptr;
    ticket->taken = true;
    ++open_.back();
    ++pending_;
    if (free_ != nullptr) __builtin_prefetch(free_, 1);  // the delivery thread had it last
    return ticket;
}

void Tickets::finish(std::span<Ticket* const> tickets) noexcept {
    if (tickets.empty()) return;
    const std::uint64_t generation = tickets.front()->generation;
    bool same = true;
    Ticket* before = nullptr;
    for (Ticket* ticket : tickets) {
        same = same && ticket->generation == generation;
        ticket->taken = false;
        ticket->next_free = before;
        before = ticket;
    }
    const std::lock_guard lock{mutex_};
    if (same) {
        open_[generation - first_generation_] -= tickets.size();
    } else {
        for (const Ticket* ticket : tickets) --open_[ticket->generation - first_generation_];
    }
    pending_ -= tickets.size();
    tickets.front()->next_free = free_;
    free_ = before;
    while (open_.size() > 1 && open_.front() == 0) {
        open_.pop_front();
        ++first_generation_;
    }
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

std::vector<Ticket*> Tickets::outstanding() {
    std::vector<Ticket*> out;
    for (Ticket& ticket : tickets_)
        if (ticket.taken) out.push_back(&ticket);
    return out;
}

void Tickets::clear() noexcept {
    const std::lock_guard lock{mutex_};
    free_ = nullptr;
    tickets_.clear();
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
