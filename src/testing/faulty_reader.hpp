#pragma once

#include "testing/fault_state.hpp"

#include <map>
#include <set>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// A reader whose calls may fail and whose partitions may be taken away. It counts assignments itself, since it makes
/// some of its own.
class FaultyReader final : public Reader, private RebalanceListener {
public:
    [[nodiscard]] static Result<std::unique_ptr<Reader>> make(std::shared_ptr<FaultState> state,
                                                              const ReaderOptions& options,
                                                              RebalanceListener* listener);

    [[nodiscard]] Result<std::size_t> poll(std::vector<ReceivedRecord>& out, std::size_t max_records,
                                           Duration timeout) override;
    [[nodiscard]] Result<void> assign(std::span<const PartitionOffset> positions) override;
    void pause(std::span<const TopicPartition> partitions) override;
    void resume(std::span<const TopicPartition> partitions) override;
    [[nodiscard]] Result<void> seek(const TopicPartition& partition, std::int64_t offset) override;
    [[nodiscard]] std::int64_t position(const TopicPartition& partition) const override;
    [[nodiscard]] std::vector<TopicPartition> assignment() const override;
    [[nodiscard]] Watermarks known_bounds(const TopicPartition& partition) const override;
    [[nodiscard]] Result<void> commit(std::span<const PartitionOffset> positions, Duration timeout) override;
    void commit_async(std::span<const PartitionOffset> positions) override;
    [[nodiscard]] Result<std::vector<PartitionOffset>> committed(std::span<const TopicPartition> partitions,
                                                                 Duration timeout) override;
    [[nodiscard]] Result<GroupMetadata> group_metadata() override { return inner_->group_metadata(); }
    void close(Duration timeout) noexcept override { inner_->close(timeout); }

private:
    FaultyReader(std::shared_ptr<FaultState> state, RebalanceListener* listener)
        : state_{std::move(state)}, listener_{listener}, seen_losses_{state_->last_loss()} {}

    // What the real reader tells.
    void assigned(std::span<AssignedPartition> partitions) noexcept override;
    void revoked(std::span<const TopicPartition> partitions) noexcept override;
    void lost(std::span<const TopicPartition> partitions) noexcept override;

    void take_away();
    void give_back();
    [[nodiscard]] std::vector<TopicPartition> forget(std::span<const TopicPartition> partitions);
    [[nodiscard]] Result<void> check_owned(std::span<const PartitionOffset> positions) const;
    [[nodiscard]] std::vector<TopicPartition> here(std::span<const TopicPartition> partitions) const;

    const std::shared_ptr<FaultState> state_;
    RebalanceListener* const listener_;
    mutable std::mutex mutex_;  ///< guards what follows; never held while the listener or the real reader is called
    std::map<TopicPartition, AssignedPartition> owned_;  ///< by the real reader, as it was assigned
    std::set<TopicPartition> away_;                      ///< of these, what the plan has taken away
    std::uint64_t assignments_ = 0;
    std::uint64_t seen_losses_ = 0;
    std::optional<MonotonicTime> delayed_until_{};
    std::unique_ptr<Reader> inner_;  ///< last: its destructor still calls the listener
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
