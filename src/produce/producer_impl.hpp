#pragma once

#include "produce/pending_table.hpp"

#include <atomic>

EVENTSDK_BEGIN_NAMESPACE

class Producer::Impl final : public WriteSink {
public:
    Impl(Broker broker, Catalogue catalogue, const ProducerOptions& options);
    ~Impl() override { close(Duration{0}); }

    Result<void> open(const WriterOptions& options);

    Result<Receipt> publish(const Record& record);
    Result<void> publish_async(const Record& record, Completion completion);
    std::vector<Result<Receipt>> publish_all(std::span<const Record> records);
    Result<void> flush(Duration timeout);
    CloseReport close(Duration timeout);

    void written(std::span<const WriteOutcome> outcomes) noexcept override;

    [[nodiscard]] const Catalogue& catalogue() const noexcept { return catalogue_; }
    [[nodiscard]] const Runtime& runtime() const noexcept { return broker_.runtime(); }

private:
    /// `fill` says who wants to know; it runs before the record can have its outcome.
    template <class Fill>
    Result<void> send(const Record& record, produce::Until until, Fill&& fill);
    Result<void> write(const Record& record, produce::Pending* pending, produce::Until& until);
    void finish(produce::Pending& pending, const WriteOutcome& outcome, Result<Receipt>& told, MonotonicTime now);

    Broker broker_;
    Catalogue catalogue_;
    const Duration timeout_;
    produce::PendingTable table_;
    std::unique_ptr<Writer> writer_;
    std::atomic<std::size_t> delivered_{0};

    std::mutex close_mutex_;   // one close at a time
    std::mutex report_mutex_;  // of what follows
    bool reporting_ = false;
    bool reported_ = false;
    CloseReport report_;
};

EVENTSDK_END_NAMESPACE
