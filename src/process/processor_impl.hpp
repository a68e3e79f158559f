#pragma once

#include "consume/dispatcher.hpp"

#include <eventsdk/process/processor.hpp>

#include <deque>
#include <optional>

EVENTSDK_BEGIN_NAMESPACE

class Processor::Impl final : public RebalanceListener {
public:
    Impl(Broker broker, Catalogue catalogue, Projection projection, std::shared_ptr<Transaction*> current,
         consume::HandlerTable handlers, ProcessorOptions options);
    ~Impl() override { leave(); }

    Result<StopReason> run(const std::stop_token& stop);
    Result<std::size_t> step(Duration patience);

    void assigned(std::span<AssignedPartition>) noexcept override {}
    void revoked(std::span<const TopicPartition>) noexcept override { disturbed_ = true; }
    void lost(std::span<const TopicPartition>) noexcept override { disturbed_ = true; }

private:
    enum class Fate : std::uint8_t { handle, skip, dead_letter };
    /// A record of the batch, and what was decided about it in earlier runs.
    struct Item {
        ReceivedRecord record{};
        Fate fate = Fate::handle;
        consume::Failure failure{};
        bool by_reference = false;
    };
    struct Range {
        std::size_t begin = 0;
        std::size_t end = 0;
    };
    /// What became of a range of the batch.
    enum class Ended : std::uint8_t { committed, one_by_one, again, given_up, stopped };

    Result<void> open();
    Result<std::unique_ptr<Reader>> make_reader();
    void leave() noexcept;
    Result<void> fenced(const Error& error);

    Result<std::size_t> finish_batch();
    Result<Ended> finish(Range range);
    Result<void> work(Range range, Transaction& transaction);
    Result<void> run_item(std::size_t index, Transaction& transaction);
    Result<Ended> after_verdict();
    Result<Ended> after_failure(Range range, Error error);
    Result<Ended> condemn(Item& item, std::string_view stage, const Error& error);
    bool wait(Duration delay);
    [[nodiscard]] std::vector<PartitionOffset> next_offsets(Range range) const;
    void log_failure(const Error& error) const;

    Broker broker_;
    Catalogue catalogue_;
    Projection projection_;
    std::shared_ptr<Transaction*> current_;
    consume::HandlerTable handlers_;
    const ProcessorOptions options_;
    std::stop_token stop_{};
    consume::Dispatcher dispatcher_;

    std::unique_ptr<Reader> reader_;
    std::optional<TransactionalProducer> producer_;
    std::vector<ReceivedRecord> records_;
    std::vector<Item> batch_;
    std::optional<std::size_t> judged_;  // the item whose verdict ended the last run
    consume::Verdict verdict_;
    bool disturbed_ = false;  // partitions went away: the batch is no longer ours
    bool stopped_ = false;    // by a handler
    std::deque<MonotonicTime> fencings_;
};

EVENTSDK_END_NAMESPACE
