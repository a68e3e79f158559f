#pragma once

#include "memory/cluster.hpp"

#include <eventsdk/broker/reader.hpp>

#include <deque>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

/// Reads straight from the logs, without a buffer of its own; follows its group's rebalances inside poll().
///
/// Its state is guarded by the cluster's lock, which is given up while the listener is called.
class MemoryReader final : public Reader {
public:
    MemoryReader(std::shared_ptr<Cluster> cluster, const ReaderOptions& options, RebalanceListener* listener)
        : cluster_{std::move(cluster)}, options_{options}, listener_{listener} {}
    ~MemoryReader() override { close(Duration{0}); }

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
    [[nodiscard]] Result<GroupMetadata> group_metadata() override;
    void close(Duration timeout) noexcept override;

private:
    /// A partition being read.
    struct Place {
        std::int64_t position = -1;
        std::uint64_t assignment = 0;
        bool paused = false;
        bool stopped = false;                        ///< its problem was reported; waits for seek()
        std::shared_ptr<const std::string> topic{};  ///< tells a topic that was deleted and created again
    };
    using Places = std::map<TopicPartition, Place>;

    [[nodiscard]] bool subscribed() const { return !options_.topics.empty(); }
    // Rebalancing (reader_rebalance.cpp).
    [[nodiscard]] Result<void> follow_group(Cluster::Lock& lock);
    void join();
    void lose_everything(Cluster::Lock& lock);
    void give_back(Cluster::Lock& lock, const std::vector<TopicPartition>& partitions);
    bool take_over(Cluster::Lock& lock, const std::vector<TopicPartition>& owned);
    [[nodiscard]] AssignedPartition start_of(const TopicPartition& partition);
    void install(const AssignedPartition& assigned);
    // Reading.
    std::size_t read(std::vector<ReceivedRecord>& out, std::size_t max_records);
    void read_place(const TopicPartition& partition, Place& place, std::size_t max_records,
                    std::vector<ReceivedRecord>& out);
    void stop(Place& place, Error problem);
    void report_unknown_topics();
    void set_paused(std::span<const TopicPartition> partitions, bool paused);
    void alive(MonotonicTime until);
    [[nodiscard]] Result<void> check_commit(std::span<const PartitionOffset> positions);

    const std::shared_ptr<Cluster> cluster_;
    const ReaderOptions options_;
    RebalanceListener* const listener_;
    std::string member_;
    Places places_;
    TopicPartition next_first_{};  ///< where the next poll begins, so that every partition has its turn
    std::uint64_t assignments_ = 0;
    std::deque<Error> problems_;
    std::set<std::string> reported_topics_;
    bool closed_ = false;
};

}  // namespace memory
EVENTSDK_END_NAMESPACE
