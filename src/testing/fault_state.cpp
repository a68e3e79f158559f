#include "testing/fault_state.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {
namespace {

std::size_t index_of(Operation operation) { return static_cast<std::size_t>(operation); }

}  // namespace

Verdict FaultState::judge(Operation operation, const Record* record, std::span<const PartitionOffset> positions) {
    const std::lock_guard lock{mutex_};
    const std::uint64_t number = ++calls_[index_of(operation)];
    std::deque<Rule>& rules = rules_[index_of(operation)];
    if (!rules.empty()) {
        Rule& rule = rules.front();
        Verdict verdict = rule.verdict;
        verdict.down = down_;
        if (rule.delay > Duration{0}) verdict.due = now() + rule.delay;
        if (--rule.left == 0) rules.pop_front();
        return verdict;
    }
    for (const Condition& condition : conditions_) {
        if (condition.predicate({operation, record, positions, number})) return {.error = condition.error};
    }
    return {.down = down_};
}

bool FaultState::down() const {
    const std::lock_guard lock{mutex_};
    return down_;
}

bool FaultState::wait_until_due(std::optional<MonotonicTime> due, std::chrono::steady_clock::time_point deadline) {
    // A manual clock tells nobody that it was moved, so it is looked at again and again.
    constexpr std::chrono::milliseconds look_again{1};
    std::unique_lock lock{mutex_};
    while (down_ || (due && now() < *due)) {
        const auto real = std::chrono::steady_clock::now();
        if (real >= deadline) return false;
        changed_.wait_until(lock, std::min(deadline, real + look_again));
    }
    return true;
}

std::vector<Loss> FaultState::losses(std::uint64_t after) const {
    const std::lock_guard lock{mutex_};
    std::vector<Loss> newer;
    std::copy_if(losses_.begin(), losses_.end(), std::back_inserter(newer),
                 [&](const Loss& loss) { return loss.number > after; });
    return newer;
}

std::uint64_t FaultState::last_loss() const {
    const std::lock_guard lock{mutex_};
    return last_loss_;
}

void FaultState::add_rule(Operation operation, int count, const Verdict& verdict, Duration delay) {
    const std::lock_guard lock{mutex_};
    if (count > 0) rules_[index_of(operation)].push_back({count, verdict, delay});
}

void FaultState::add_predicate(FaultPlan::Predicate predicate, Error error) {
    const std::lock_guard lock{mutex_};
    conditions_.push_back({std::move(predicate), std::move(error)});
}

void FaultState::add_loss(bool noticed, std::vector<TopicPartition> partitions) {
    const std::lock_guard lock{mutex_};
    losses_.push_back({++last_loss_, noticed, std::move(partitions)});
}

void FaultState::set_down(bool down) {
    {
        const std::lock_guard lock{mutex_};
        down_ = down;
        changed_.notify_all();
    }
    if (!down) settle(false);
}

void FaultState::heal() {
    {
        const std::lock_guard lock{mutex_};
        for (auto& rules : rules_) rules.clear();
        conditions_.clear();
        losses_.clear();
    }
    set_down(false);
    settle(true);
}

void FaultState::settle(bool all) {
    const std::lock_guard lock{held_mutex_};
    for (Held* held : held_) held->settle(all);
}

std::uint64_t FaultState::calls(Operation operation) const {
    const std::lock_guard lock{mutex_};
    return calls_[index_of(operation)];
}

void FaultState::enlist(Held& held) {
    const std::lock_guard lock{held_mutex_};
    held_.push_back(&held);
}

void FaultState::dismiss(Held& held) {
    const std::lock_guard lock{held_mutex_};
    std::erase(held_, &held);
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
