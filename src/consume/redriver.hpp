#pragma once

#include "consume/dead_letter_log.hpp"
#include "consume/letter.hpp"

#include <condition_variable>
#include <mutex>
#include <set>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// One run over the dead letters of a topic: settles those that are wanted, a batch in each transaction.
class Redriver final : private WriteSink {
public:
    Redriver(const Broker& broker, std::string topic, const RedriveOptions& options, DeadLetterState end,
             std::stop_token stop);
    ~Redriver() override;

    [[nodiscard]] Result<RedriveReport> run();

private:
    /// Records of one dead letter that wait for their transaction.
    struct Item {
        std::optional<Record> sent{};
        Record marker{};
        LetterStates::Entry* entry = nullptr;
        DeadLetterState state = DeadLetterState::open;
    };

    Result<RedriveReport> work();
    Result<void> open();
    Result<bool> visit(const ReceivedRecord& record);
    Result<bool> settle(const ReceivedRecord& record, LetterStates::Entry& entry, DeadLetterState state,
                        std::optional<Record> sent);
    Result<bool> send_back(const ReceivedRecord& record, const Letter& letter, LetterStates::Entry& entry);
    Result<std::optional<Record>> original_of(const ReceivedRecord& record, const Letter& letter);
    Result<void> place(Record& record);
    Record parked(const ReceivedRecord& record, const Letter& letter) const;
    void count(DeadLetterState state);
    Result<void> commit_batch();
    Result<void> write_batch();
    Result<void> write(const Record& record, std::size_t tag);
    std::vector<std::int64_t> await_sent();
    Result<void> abort(Error error);
    void keep_pace();
    Result<void> delete_settled();
    void written(std::span<const WriteOutcome> outcomes) noexcept override;

    Broker broker_;
    std::string topic_;
    const RedriveOptions& options_;
    DeadLetterState end_;
    std::stop_token stop_;
    LetterFilter filter_;
    LetterStates states_;
    RedriveReport report_;
    std::set<std::string, std::less<>> held_keys_;
    std::map<std::string, std::int32_t> partitions_;  // of the topics that records go back to
    std::vector<Item> batch_;
    std::size_t batch_bytes_ = 0;
    std::size_t batch_limit_ = 1;
    MonotonicTime next_batch_{};
    std::unique_ptr<Admin> admin_;
    std::optional<TopicExtent> extent_;

    std::mutex mutex_;
    std::optional<Error> refused_;  // the first outcome of a batch that is no acknowledgement
    std::uint64_t refused_tag_ = 0;
    std::vector<std::int64_t> sent_offsets_;  // by place in the batch
    std::size_t unanswered_ = 0;
    std::condition_variable told_;
    std::unique_ptr<TransactionalWriter> writer_;  // last: its sink uses the above
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
