#pragma once

#include "consume/batch_run.hpp"
#include "consume/dead_letter_writer.hpp"
#include "consume/health_board.hpp"
#include "consume/meter.hpp"
#include "consume/replay_failures.hpp"
#include "consume/retry_topics.hpp"
#include "consume/stored_positions.hpp"
#include "consume/workload.hpp"

#include <eventsdk/consume/replay.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// A run over partitions of its own choice instead of a group's.
struct ReplayPlan {
    std::vector<PartitionOffset> starts{};
    double records_per_second = 0.0;
    std::string redriven_for{};  ///< the group whose redriven records are this projection's
};

/// What a projector was made of; never changes.
struct Parts {
    Broker broker;
    Catalogue catalogue;
    Projection projection;
    ProjectorOptions options;
    HandlerTable handlers{};
    Stores stores{};
    RetryTopics retry_topics{};
    std::optional<ReplayPlan> replay{};
    std::shared_ptr<HealthBoard> health = std::make_shared<HealthBoard>();
};

/// @return `invalid_argument` naming the option, or the type that the catalogue does not know
[[nodiscard]] Result<std::shared_ptr<Parts>> make_parts(Broker broker, Catalogue catalogue, Projection projection,
                                                        ProjectorOptions options);

/// Records that one poll may bring.
[[nodiscard]] std::size_t poll_batch(const ProjectorOptions& options);

/// What the threads of one run share: the workload under one lock, taken once per batch, never per record.
class Engine final : public RebalanceListener {
public:
    Engine(std::shared_ptr<const Parts> parts, std::stop_token stop);
    ~Engine() override;

    // The polling thread.
    void attach(Reader* reader) { reader_ = reader; }
    /// There are workers: the polling thread waits for nobody's answer.
    void begin_run() {
        has_workers_ = true;
        sequences_.ask_beside();
    }
    void intake(std::vector<ReceivedRecord>& records);
    [[nodiscard]] Result<void> check_logs(std::span<const Checkpoint> stored) { return stored_.check_logs(stored); }
    /// Takes partitions whose stored positions are known by now into work.
    Result<void> place();
    /// Commits, pauses, resumes, wakes retries, reports: what is due now.
    void housekeeping(bool commit_now);
    [[nodiscard]] bool any_paused();
    /// Waits until a paused partition has room, at most `timeout`; not at all when none is paused.
    void wait_for_room(Duration timeout);
    void pause_for(Duration timeout);
    /// Drains every partition within the bound and commits. False when handlers are still running.
    bool shut_down();
    [[nodiscard]] bool caught_up(const TopicPartition& partition, std::int64_t end);
    /// What a replay did so far.
    [[nodiscard]] ReplayReport replayed();
    [[nodiscard]] bool idle();
    /// From now on the projection's stored positions are somebody else's.
    void stop_storing() { storing_ = false; }

    // Any thread.
    /// Takes the results of a batch and fills it anew. False: end.
    bool exchange(Batch& batch, std::size_t max_tasks, bool wait);
    void write_dead_letters();
    /// In a replay dead letters are noted, not written.
    void note_failures(std::span<Task* const> dead);
    void fail(Error error);
    [[nodiscard]] std::optional<Error> failure();
    [[nodiscard]] bool stopped_by_handler();
    void watch(Progress& progress);
    /// Null outside a replay.
    [[nodiscard]] ReplayFailures* replay_failures() { return replay_failures_ ? &*replay_failures_ : nullptr; }
    /// What workers measure goes here.
    [[nodiscard]] Meter& meter() { return meter_; }

    [[nodiscard]] const Parts& parts() const { return *parts_; }
    [[nodiscard]] const std::stop_token& stop_token() const { return stop_; }

    void assigned(std::span<AssignedPartition> partitions) noexcept override;
    void revoked(std::span<const TopicPartition> partitions) noexcept override;
    void lost(std::span<const TopicPartition> partitions) noexcept override;

private:
    using Lock = std::unique_lock<std::mutex>;

    [[nodiscard]] Now now() const;
    [[nodiscard]] std::uint64_t key_of(const ReceivedRecord& record);
    void find_retried(std::span<const ReceivedRecord> records);
    void free_spent();
    void end(Batch& batch);
    [[nodiscard]] std::chrono::steady_clock::time_point next_letters() const;
    [[nodiscard]] bool dead_letters_due() const;
    void end_failed(Task& task, Verdict verdict, const Now& at);
    [[nodiscard]] Record letter_of(const Task& task) const;
    void wait_for_work(Lock& lock);
    void dead_letters_ended(std::span<const WriteOutcome> outcomes);
    void dead_letter_ended(Task& task, const WriteOutcome& outcome);
    void follow_dead_letters(MonotonicTime at);
    [[nodiscard]] bool in_sequence() const { return parts_->options.dead_letters.sequence && !parts_->replay; }
    bool drain(Lock& lock, std::span<const TopicPartition> partitions);
    void commit_and_remove(Lock& lock, std::span<const TopicPartition> partitions);
    void forget(std::span<const TopicPartition> partitions);
    void begin(const AssignedPartition& partition);
    void store(std::span<const PartitionOffset> positions);
    void balance();
    void report(MonotonicTime at);
    void show_health(MonotonicTime at);
    [[nodiscard]] Logger& logger() const { return *parts_->broker.runtime().logger; }

    std::shared_ptr<const Parts> parts_;
    std::stop_token stop_;
    Reader* reader_ = nullptr;

    std::mutex mutex_;
    std::condition_variable work_;   // workers wait for records
    std::condition_variable polls_;  // the polling thread waits for room or for a drain
    Workload workload_;
    // Handled records, by batch. The polling thread gives their memory back: the client's threads took it and take more,
    // and whoever frees it waits for them, a quarter of a busy worker's time.
    std::vector<std::vector<ReceivedRecord>> spent_;
    std::size_t idle_ = 0;
    std::size_t letters_under_way_ = 0;
    std::chrono::steady_clock::time_point letters_written_{};
    std::chrono::milliseconds letters_gap_{0};
    bool has_workers_ = false;
    bool awaits_room_ = false;   // the polling thread; woken as soon as there is
    bool awaits_drain_ = false;  // it looks again after each batch
    bool ending_ = false;
    bool handler_stop_ = false;
    std::optional<Error> failure_;
    std::uint64_t replayed_ = 0;  // records handled in a replay
    std::optional<ReplayFailures> replay_failures_;

    // Of the polling thread alone.
    std::vector<std::uint64_t> keys_;
    std::vector<std::optional<Retried>> retried_;  // of the records of a poll; empty without retry topics
    OpenScratch scratch_;
    Opened opened_;
    MonotonicTime next_commit_{};
    MonotonicTime next_report_{};
    Meter meter_;
    StoredPositions stored_;
    bool storing_ = true;
    SequenceLog sequences_;
    SequenceLog::News news_;

    DeadLetterWriter dead_letters_;  // last: its sink uses all of the above
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
