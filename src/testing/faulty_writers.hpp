#pragma once

#include "testing/fault_state.hpp"
#include "testing/faulty_outcomes.hpp"

#include <atomic>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// A writer whose records may be spoiled, held back or left without an answer. One queue keeps their order.
class FaultyWriter final : public Writer, private Held {
public:
    [[nodiscard]] static Result<std::unique_ptr<Writer>> make(std::shared_ptr<FaultState> state,
                                                              const WriterOptions& options, WriteSink& sink);
    ~FaultyWriter() override;

    [[nodiscard]] Result<void> write(const Record& record, std::uint64_t tag) override;
    void hurry() noexcept override { inner_->hurry(); }
    [[nodiscard]] Result<void> flush(Duration timeout) override;
    [[nodiscard]] std::size_t pending() const noexcept override { return outcomes_.pending(); }
    void close(Duration timeout) noexcept override;

private:
    struct Waiting {
        Record record;
        std::uint64_t tag = 0;
        std::optional<MonotonicTime> due{};
        MonotonicTime expires{};
        bool unacknowledged = false;
    };

    FaultyWriter(std::shared_ptr<FaultState> state, const WriterOptions& options, WriteSink& sink);
    void settle(bool all) override;
    [[nodiscard]] Result<void> enqueue(Waiting waiting);
    void drain();
    [[nodiscard]] bool everything_passed(std::chrono::steady_clock::time_point deadline);

    const std::shared_ptr<FaultState> state_;
    const WriterOptions options_;
    FaultyOutcomes outcomes_;
    std::mutex mutex_;
    std::deque<Waiting> waiting_;
    std::size_t waiting_bytes_ = 0;
    bool draining_ = false;
    std::atomic<bool> closed_{false};
    std::unique_ptr<Writer> inner_;  ///< last: its destructor still reports outcomes
};

/// The same for transactions; nothing is held back here.
class FaultyTransactionalWriter final : public TransactionalWriter {
public:
    [[nodiscard]] static Result<std::unique_ptr<TransactionalWriter>> make(std::shared_ptr<FaultState> state,
                                                                           const TransactionalWriterOptions& options,
                                                                           WriteSink& sink);

    [[nodiscard]] Result<void> begin() override;
    [[nodiscard]] Result<void> write(const Record& record, std::uint64_t tag) override;
    [[nodiscard]] Result<void> add_offsets(const GroupMetadata& group, std::span<const PartitionOffset> offsets,
                                           Duration timeout) override;
    [[nodiscard]] Result<void> commit(Duration timeout) override;
    [[nodiscard]] Result<void> abort(Duration timeout) override;
    void close(Duration timeout) noexcept override { inner_->close(timeout); }

private:
    FaultyTransactionalWriter(std::shared_ptr<FaultState> state, WriteSink& sink)
        : state_{std::move(state)}, outcomes_{sink} {}

    const std::shared_ptr<FaultState> state_;
    FaultyOutcomes outcomes_;
    std::atomic<bool> open_{false};
    std::atomic<bool> spoiled_{false};
    std::unique_ptr<TransactionalWriter> inner_;
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
