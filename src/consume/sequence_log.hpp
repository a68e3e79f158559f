#pragma once

#include "consume/dead_sequences.hpp"

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/consume/dead_letter_options.hpp>

#include <future>
#include <map>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// Follows the dead-letter topics of a projector in sequence mode: finds what is not settled of partitions just
/// assigned, and what operators settle from then on. Belongs to the polling thread; never waits for records, and after
/// ask_beside() not for answers either.
class SequenceLog {
public:
    /// What a reading found, for the workload.
    struct Known {
        TopicPartition partition{};
        DeadSequences sequences{};
    };
    struct Settled {
        TopicPartition partition{};  ///< whose letter it may be
        DeadSequences::Key key = 0;
        std::int32_t letter_partition = -1;
        std::int64_t letter_offset = -1;
        std::int64_t sent_back = -1;
    };
    struct News {
        std::vector<Known> known{};
        std::vector<Settled> settled{};
    };

    SequenceLog(Broker broker, std::string group, const DeadLetterOptions& options)
        : broker_{std::move(broker)}, group_{std::move(group)}, options_{options} {}

    /// From now on a broker is asked on another thread. The destructor waits for its answer, within its time-out.
    void ask_beside() { policy_ = std::launch::async; }
    void wait(const AssignedPartition& partition);
    void forget(const TopicPartition& partition);
    void read(MonotonicTime at, News& news);

private:
    /// A partition of ours; waits until the dead-letter topic was read to the end that it had then.
    struct Source {
        AssignedPartition partition{};
        bool waiting = true;
        DeadSequences found{};
    };
    /// A dead-letter topic as it was when it was asked for.
    struct Extent {
        std::map<std::int32_t, Watermarks> bounds{};
        std::unique_ptr<Reader> reader{};
    };
    using Question = std::future<Result<Extent>>;
    struct Topic {
        std::vector<Source> sources{};
        std::unique_ptr<Reader> reader{};
        std::map<std::int32_t, Watermarks> bounds{};
        Question question{};
        bool outdated = false;  ///< a partition came after the question was asked
        bool scanning = false;
        bool started = false;
        MonotonicTime next_try{};
    };

    void start(const std::string& name, Topic& topic, MonotonicTime at);
    void take(const std::string& name, Topic& topic, Result<Extent> answer);
    [[nodiscard]] Question ask(const std::string& name);
    [[nodiscard]] static Result<Extent> measure(const Broker& broker, const std::string& name);
    void read_on(Topic& topic, MonotonicTime at, News& news);
    void note(Topic& topic, const ReceivedRecord& record, News& news) const;
    [[nodiscard]] static bool at_end(const std::string& name, const Topic& topic);
    static void finish_scan(Topic& topic, News& news);

    Broker broker_;
    std::string group_;
    DeadLetterOptions options_;
    std::launch policy_ = std::launch::deferred;
    std::vector<Question> unwanted_;       // their answers are waited for, not looked at
    std::map<std::string, Topic> topics_;  // by name of the dead-letter topic
    std::vector<ReceivedRecord> records_;
};

/// Where the dead letters of a topic go.
[[nodiscard]] std::string letters_of(const std::string& topic, const DeadLetterOptions& options);

/// The key by which records follow a dead letter; nothing for records without one, which follow nothing.
[[nodiscard]] std::optional<DeadSequences::Key> sequence_key(const ReceivedRecord& record);

/// A record's rank among those of its key: its offset, or where it failed first when it was sent back to `group`.
[[nodiscard]] std::int64_t rank_of(const ReceivedRecord& record, std::string_view group);

}  // namespace consume
EVENTSDK_END_NAMESPACE
