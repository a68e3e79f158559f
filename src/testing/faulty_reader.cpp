#include "testing/faulty_reader.hpp"

#include "broker/deadline.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

Result<std::unique_ptr<Reader>> FaultyReader::make(std::shared_ptr<FaultState> state, const ReaderOptions& options,
                                                   RebalanceListener* listener) {
    std::unique_ptr<FaultyReader> made{new FaultyReader{std::move(state), listener}};
    auto inner = made->state_->port().reader(options, made.get());
    if (!inner) return inner.error();
    made->inner_ = std::move(*inner);
    return std::unique_ptr<Reader>{std::move(made)};
}

Result<std::size_t> FaultyReader::poll(std::vector<ReceivedRecord>& out, std::size_t max_records, Duration timeout) {
    const auto deadline = deadline_after(timeout);
    const Verdict verdict = state_->judge(Operation::poll);
    if (verdict.error) return *verdict.error;
    if (verdict.due) delayed_until_ = verdict.due;
    if (!state_->wait_until_due(delayed_until_, deadline)) {
        if (state_->down()) return nobody();
        return std::size_t{0};
    }
    delayed_until_.reset();
    give_back();
    take_away();
    const std::size_t before = out.size();
    const auto left = std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now());
    auto polled = inner_->poll(out, max_records, std::max(Duration{0}, left));
    const std::lock_guard lock{mutex_};
    for (std::size_t i = before; i < out.size(); ++i) {
        const auto owned = owned_.find({std::string{out[i].topic}, out[i].partition});
        if (owned != owned_.end()) out[i].assignment = owned->second.assignment;
    }
    return polled;
}

void FaultyReader::take_away() {
    for (const Loss& loss : state_->losses(seen_losses_)) {
        std::vector<TopicPartition> taken;
        {
            const std::lock_guard lock{mutex_};
            seen_losses_ = loss.number;
            for (const auto& [partition, assigned] : owned_) {
                const bool meant = loss.partitions.empty() ||
                                   std::count(loss.partitions.begin(), loss.partitions.end(), partition) != 0;
                if (meant && away_.count(partition) == 0) taken.push_back(partition);
            }
            if (!loss.noticed) away_.insert(taken.begin(), taken.end());
        }
        if (taken.empty()) continue;
        if (listener_ != nullptr) loss.noticed ? listener_->revoked(taken) : listener_->lost(taken);
        inner_->pause(taken);
        const std::lock_guard lock{mutex_};
        away_.insert(taken.begin(), taken.end());
    }
}

void FaultyReader::give_back() {
    std::vector<AssignedPartition> returning;
    {
        const std::lock_guard lock{mutex_};
        for (const TopicPartition& partition : away_) returning.push_back(owned_.at(partition));
    }
    if (returning.empty()) return;
    for (AssignedPartition& assigned : returning) {
        const std::vector<TopicPartition> partition{{assigned.topic, assigned.partition}};
        const auto committed = inner_->committed(partition, Duration{1'000});
        if (!committed) return;  // asked again by the next poll
        if (!committed->empty() && committed->front().offset >= 0) {
            assigned.offset = committed->front().offset;
            assigned.metadata = committed->front().metadata;
            assigned.committed = true;
        }
    }
    {
        const std::lock_guard lock{mutex_};
        for (AssignedPartition& assigned : returning) {
            assigned.assignment = ++assignments_;
            owned_[{assigned.topic, assigned.partition}] = assigned;
        }
        away_.clear();
    }
    std::vector<TopicPartition> partitions;
    for (const AssignedPartition& assigned : returning) partitions.push_back({assigned.topic, assigned.partition});
    const auto go_to = [&](std::size_t index) {
        if (returning[index].offset >= 0) (void)inner_->seek(partitions[index], returning[index].offset);
    };
    for (std::size_t i = 0; i < returning.size(); ++i) go_to(i);
    inner_->resume(partitions);
    if (listener_ == nullptr) return;
    const std::vector<AssignedPartition> offered = returning;
    listener_->assigned(returning);
    for (std::size_t i = 0; i < returning.size(); ++i) {
        if (returning[i].offset != offered[i].offset) go_to(i);
    }
}

void FaultyReader::assigned(std::span<AssignedPartition> partitions) noexcept {
    {
        const std::lock_guard lock{mutex_};
        for (AssignedPartition& assigned : partitions) {
            assigned.assignment = ++assignments_;
            owned_[{assigned.topic, assigned.partition}] = assigned;
        }
    }
    if (listener_ != nullptr) listener_->assigned(partitions);
}

std::vector<TopicPartition> FaultyReader::forget(std::span<const TopicPartition> partitions) {
    const std::lock_guard lock{mutex_};
    std::vector<TopicPartition> known;
    for (const TopicPartition& partition : partitions) {
        if (away_.erase(partition) == 0) known.push_back(partition);
        owned_.erase(partition);
    }
    return known;
}

void FaultyReader::revoked(std::span<const TopicPartition> partitions) noexcept {
    const std::vector<TopicPartition> told = here(partitions);
    if (listener_ != nullptr && !told.empty()) listener_->revoked(told);
    (void)forget(partitions);
}

void FaultyReader::lost(std::span<const TopicPartition> partitions) noexcept {
    const std::vector<TopicPartition> known = forget(partitions);
    if (listener_ != nullptr && !known.empty()) listener_->lost(known);
}

std::vector<TopicPartition> FaultyReader::here(std::span<const TopicPartition> partitions) const {
    const std::lock_guard lock{mutex_};
    std::vector<TopicPartition> result;
    std::copy_if(partitions.begin(), partitions.end(), std::back_inserter(result),
                 [&](const TopicPartition& partition) { return away_.count(partition) == 0; });
    return result;
}

Result<void> FaultyReader::assign(std::span<const PartitionOffset> positions) { return inner_->assign(positions); }

void FaultyReader::pause(std::span<const TopicPartition> partitions) { inner_->pause(here(partitions)); }
void FaultyReader::resume(std::span<const TopicPartition> partitions) { inner_->resume(here(partitions)); }

Result<void> FaultyReader::seek(const TopicPartition& partition, std::int64_t offset) {
    if (here({&partition, 1}).empty()) {
        return fault(ErrorKind::invalid_argument, codes::not_assigned, "the fault plan has taken the partition away");
    }
    return inner_->seek(partition, offset);
}

std::int64_t FaultyReader::position(const TopicPartition& partition) const {
    return here({&partition, 1}).empty() ? -1 : inner_->position(partition);
}

std::vector<TopicPartition> FaultyReader::assignment() const { return here(inner_->assignment()); }
Watermarks FaultyReader::known_bounds(const TopicPartition& partition) const { return inner_->known_bounds(partition); }

Result<void> FaultyReader::check_owned(std::span<const PartitionOffset> positions) const {
    const std::lock_guard lock{mutex_};
    for (const PartitionOffset& position : positions) {
        if (away_.count({position.topic, position.partition}) != 0) {
            return fault(ErrorKind::fenced, codes::not_owner,
                         position.topic + "/" + std::to_string(position.partition) + " is not assigned to this reader");
        }
    }
    return {};
}

Result<void> FaultyReader::commit(std::span<const PartitionOffset> positions, Duration timeout) {
    const auto deadline = deadline_after(timeout);
    const Verdict verdict = state_->judge(Operation::commit, nullptr, positions);
    if (verdict.error) return *verdict.error;
    if (!state_->wait_until_due(verdict.due, deadline)) return late();
    if (auto owned = check_owned(positions); !owned) return owned;
    auto committed = inner_->commit(positions, timeout);
    if (committed && verdict.unacknowledged) return late();
    return committed;
}

void FaultyReader::commit_async(std::span<const PartitionOffset> positions) {
    const Verdict verdict = state_->judge(Operation::commit, nullptr, positions);
    const auto owned = check_owned(positions);
    if (!verdict.error && !verdict.down && !verdict.due && owned) return inner_->commit_async(positions);
    const std::string code = verdict.error ? verdict.error->code
                             : owned       ? std::string{codes::timeout}
                                           : owned.error().code;
    state_->port().runtime().logger->log(LogLevel::warning, "commit failed", {{"code", std::string_view{code}}});
}

Result<std::vector<PartitionOffset>> FaultyReader::committed(std::span<const TopicPartition> partitions,
                                                             Duration timeout) {
    const auto deadline = deadline_after(timeout);
    const Verdict verdict = state_->judge(Operation::committed);
    if (verdict.error) return *verdict.error;
    if (!state_->wait_until_due(verdict.due, deadline)) return late();
    auto committed = inner_->committed(partitions, timeout);
    if (committed && verdict.unacknowledged) return late();
    return committed;
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
