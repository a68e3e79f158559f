#pragma once

#include <eventsdk/broker/reader.hpp>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

/// What one poll brought.
struct ReadBatch {
    std::vector<ReceivedRecord> records{};
    std::int64_t position = -1;  ///< of the reader after it
    std::optional<Error> error{};
};

/// Polls once; waits a little for records.
[[nodiscard]] ReadBatch poll_batch(Reader& reader, const TopicPartition& partition, Duration most_wait);

/// Polls on a thread of its own while the caller works on what came before: a replay then takes as long as the slower of
/// the two. The reader is left alone until this is destroyed.
class ReadAhead {
public:
    /// @param end where reading stops
    /// @param key whose records are made ready: their headers are decoded here
    ReadAhead(Reader& reader, const TopicPartition& partition, std::int64_t end, std::string_view key);
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;
    ~ReadAhead();

    /// The next batch; without records when none came for a while.
    [[nodiscard]] ReadBatch next(Duration most_wait);

private:
    void run();

    Reader& reader_;
    const TopicPartition& partition_;
    std::int64_t end_;
    std::string_view key_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<ReadBatch> batches_;
    std::int64_t position_ = -1;  // of the batch taken last
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
