#pragma once

#include "kafka/admin_client.hpp"
#include "kafka/commit_lane.hpp"
#include "kafka/received.hpp"
#include "kafka/statistics.hpp"
#include "kafka/waker.hpp"

#include <eventsdk/broker/reader.hpp>

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// One partition being read, with a queue of its own: leaving the queue alone is all that a pause takes.
struct ReadPartition {
    TopicPartition id;
    std::uint64_t assignment = 0;
    Queue queue;
    Waker* waker = nullptr;
    std::atomic<bool> ready{true};           // the queue may hold something
    std::atomic<std::int64_t> position{-1};  // next offset to hand out
    std::atomic<std::int64_t> low{-1};
    std::atomic<std::int64_t> high{-1};
    std::atomic<std::int64_t> last_stable{-1};
    bool paused = false;
    std::optional<Error> error;  // stops the partition until it is sought or given anew

    ~ReadPartition();
};

class KafkaReader final : public Reader {
public:
    [[nodiscard]] static Result<std::unique_ptr<Reader>> create(const Options& options, const Runtime& runtime,
                                                                const ReaderOptions& reader,
                                                                RebalanceListener* listener);
    ~KafkaReader() override;

    Result<std::size_t> poll(std::vector<ReceivedRecord>& out, std::size_t max_records, Duration timeout) override;
    Result<void> assign(std::span<const PartitionOffset> positions) override;
    void pause(std::span<const TopicPartition> partitions) override;
    void resume(std::span<const TopicPartition> partitions) override;
    Result<void> seek(const TopicPartition& partition, std::int64_t offset) override;
    [[nodiscard]] std::int64_t position(const TopicPartition& partition) const override;
    [[nodiscard]] std::vector<TopicPartition> assignment() const override;
    [[nodiscard]] Watermarks known_bounds(const TopicPartition& partition) const override;
    Result<void> commit(std::span<const PartitionOffset> positions, Duration timeout) override;
    void commit_async(std::span<const PartitionOffset> positions) override;
    Result<std::vector<PartitionOffset>> committed(std::span<const TopicPartition> partitions,
                                                   Duration timeout) override;
    Result<GroupMetadata> group_metadata() override;
    void close(Duration timeout) noexcept override;

private:
    KafkaReader(ReaderOptions options, Duration request_timeout, RebalanceListener* listener);
    [[nodiscard]] Result<void> start(const Options& options, const Runtime& runtime);
    [[nodiscard]] Result<void> subscribe();
    [[nodiscard]] rd_kafka_t* native() const noexcept { return owner_->handle().get(); }
    [[nodiscard]] Context& context() const noexcept { return owner_->handle().context(); }
    [[nodiscard]] bool subscribed() const noexcept { return !options_.topics.empty(); }

    // Reading.
    [[nodiscard]] std::size_t collect(std::vector<ReceivedRecord>& out, std::size_t max_records);
    [[nodiscard]] std::size_t take_from(ReadPartition& partition, std::vector<ReceivedRecord>& out,
                                        std::size_t max_records);
    [[nodiscard]] std::optional<Error> pending_error();
    [[nodiscard]] std::shared_ptr<ReadPartition> find(const TopicPartition& partition) const;
    [[nodiscard]] Result<void> check_usable() const;

    // Events of the main queue.
    void serve_events();
    void take_event(rd_kafka_event_t* event);
    void take_error(rd_kafka_event_t* event);
    void take_partition_error(ReadPartition& partition, const rd_kafka_message_t& message);
    void take_statistics(std::string_view json);
    void report(Error error);

    // Rebalances.
    void take_rebalance(rd_kafka_event_t* event);
    void complete_assignment();
    [[nodiscard]] Result<std::vector<AssignedPartition>> find_positions();
    [[nodiscard]] Result<void> find_start(std::span<AssignedPartition> partitions);
    [[nodiscard]] Result<std::vector<std::int64_t>> list_offsets(std::span<const OffsetQuestion> questions);
    [[nodiscard]] std::int64_t end_of(const AssignedPartition& partition);
    [[nodiscard]] Result<void> begin_reading(std::span<const AssignedPartition> partitions);
    void give_up(std::span<const TopicPartition> partitions, bool lost);
    void add(const AssignedPartition& partition);
    void remove(std::span<const TopicPartition> partitions);
    [[nodiscard]] Result<void> reassign_at(const TopicPartition& partition, std::int64_t offset);
    [[nodiscard]] bool cooperative() const;

    [[nodiscard]] Result<void> check_commit(std::span<const PartitionOffset> positions) const;
    void leave_group(const Deadline& deadline);

    const ReaderOptions options_;
    const Duration request_timeout_;
    RebalanceListener* const listener_;
    RecordOwner* owner_;
    Queue events_;
    std::unique_ptr<CommitLane> commits_;
    Waker waker_;
    std::atomic<bool> events_ready_{true};
    std::atomic<bool> closed_{false};
    std::chrono::steady_clock::time_point served_{};
    std::optional<std::vector<TopicPartition>> pending_;  // assigned by the group, positions not yet known
    std::chrono::steady_clock::time_point pending_since_{};
    std::uint64_t assignments_ = 0;
    std::deque<Error> errors_;
    std::optional<Error> fatal_;
    bool unreachable_ = false;  // causes hold something
    std::unique_ptr<BrokerMeter> meter_;
    std::vector<rd_kafka_message_t*> messages_;
    std::size_t turn_ = 0;  // whose queue is looked at first

    mutable std::mutex mutex_;  // guards what other threads may ask for: the list below
    std::vector<std::shared_ptr<ReadPartition>> partitions_;
    mutable std::mutex close_mutex_;
};

/// The error with the codes that readers use for unknown topics and missing rights.
[[nodiscard]] Error reader_error(Error error);

}  // namespace kafka
EVENTSDK_END_NAMESPACE
