#pragma once

#include "broker/outcome_queue.hpp"
#include "memory/cluster.hpp"

#include <atomic>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

/// The partitioner that the options name for a topic.
[[nodiscard]] const Partitioner& partitioner_of(const WriterOptions& options, const std::string& topic);
/// What write() refuses before anything is tried.
[[nodiscard]] Result<void> check_record(const Record& record);

/// Stores each record within write() and reports it there.
class MemoryWriter final : public Writer {
public:
    MemoryWriter(std::shared_ptr<Cluster> cluster, const WriterOptions& options, WriteSink& sink)
        : cluster_{std::move(cluster)}, options_{options}, outcomes_{sink} {}
    ~MemoryWriter() override { close(Duration{0}); }

    [[nodiscard]] Result<void> write(const Record& record, std::uint64_t tag) override;
    void hurry() noexcept override {}
    [[nodiscard]] Result<void> flush(Duration timeout) override;
    [[nodiscard]] std::size_t pending() const noexcept override { return outcomes_.pending(); }
    void close(Duration timeout) noexcept override;

private:
    const std::shared_ptr<Cluster> cluster_;
    const WriterOptions options_;
    OutcomeQueue outcomes_;
    std::atomic<bool> closed_{false};
};

/// The same within transactions. Its state is guarded by the cluster's lock.
class MemoryTransactionalWriter final : public TransactionalWriter {
public:
    MemoryTransactionalWriter(std::shared_ptr<Cluster> cluster, const TransactionalWriterOptions& options,
                              WriteSink& sink);
    ~MemoryTransactionalWriter() override { close(Duration{0}); }

    [[nodiscard]] Result<void> begin() override;
    [[nodiscard]] Result<void> write(const Record& record, std::uint64_t tag) override;
    [[nodiscard]] Result<void> add_offsets(const GroupMetadata& group, std::span<const PartitionOffset> offsets,
                                           Duration timeout) override;
    [[nodiscard]] Result<void> commit(Duration timeout) override;
    [[nodiscard]] Result<void> abort(Duration timeout) override;
    void close(Duration timeout) noexcept override;

private:
    enum class State : std::uint8_t { idle, open, spoiled, closed };
    [[nodiscard]] Result<void> check(bool wants_open) const;
    void end(bool commit);

    const std::shared_ptr<Cluster> cluster_;
    const TransactionalWriterOptions options_;
    OutcomeQueue outcomes_;
    ProducerHandle handle_;
    State state_ = State::idle;
};

}  // namespace memory
EVENTSDK_END_NAMESPACE
