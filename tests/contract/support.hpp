#pragma once

#include "contract/cases.hpp"

#include "support/catch.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace contract {

using namespace eventsdk;
using namespace std::chrono_literals;

/// The broker that this run is about.
inline conformance::BrokerSubject& backend() { return *subjects().broker; }
/// A new topic of that many partitions.
std::string fresh_topic(std::int32_t partitions = 1);
/// A new topic; `spec.name` is chosen here.
std::string fresh_topic(TopicSpec spec);

/// Keeps the outcome of every tag.
class CollectingSink final : public WriteSink {
public:
    struct Seen {
        int times = 0;
        std::int32_t partition = -1;
        std::int64_t offset = -1;
        std::optional<Error> error{};
    };

    void written(std::span<const WriteOutcome> outcomes) noexcept override;
    [[nodiscard]] std::map<std::uint64_t, Seen> seen() const;
    [[nodiscard]] Seen of(std::uint64_t tag) const;
    /// Waits, within the backend's patience, until `count` tags have an outcome.
    bool wait_for(std::size_t count) const;

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::map<std::uint64_t, Seen> seen_;
};

/// Keeps what it was told; may be given something to do.
class RecordingListener final : public RebalanceListener {
public:
    std::vector<AssignedPartition> was_assigned{};
    std::vector<TopicPartition> was_revoked{};
    std::vector<TopicPartition> was_lost{};
    std::set<TopicPartition> owned{};
    std::function<void(std::span<AssignedPartition>)> on_assigned{};
    std::function<void(std::span<const TopicPartition>)> on_revoked{};

    void assigned(std::span<AssignedPartition> partitions) noexcept override;
    void revoked(std::span<const TopicPartition> partitions) noexcept override;
    void lost(std::span<const TopicPartition> partitions) noexcept override;
};

/// What a received record was, kept after it is gone.
struct Seen {
    std::string topic;
    std::int32_t partition;
    std::int64_t offset;
    Record record;
    std::uint64_t assignment;
};

/// A writer with its sink.
struct WriterUnderTest {
    explicit WriterUnderTest(Broker broker = backend().make_broker(), WriterOptions options = {});
    /// Writes and waits for the outcome; a refusal by write() and a failed outcome read alike.
    Result<Receipt> write(const Record& record);
    /// The same for many, in order; all must be acknowledged.
    std::vector<Receipt> write_all(const std::vector<Record>& records);

    CollectingSink sink{};
    std::unique_ptr<Writer> writer;
    std::uint64_t next_tag = 1;
};

/// A transactional writer with its sink.
struct TransactionUnderTest {
    explicit TransactionUnderTest(const std::string& id = fresh_name("transactional-id"),
                                  Duration timeout = Duration{60'000}, Broker broker = backend().make_broker());
    /// Writes within the open transaction; throws when it is refused.
    void write(const Record& record);

    CollectingSink sink{};
    std::unique_ptr<TransactionalWriter> writer;
    std::uint64_t next_tag = 1;
};

std::unique_ptr<Reader> make_reader(const ReaderOptions& options, RebalanceListener* listener = nullptr);
/// A reader of all partitions of a topic, from the start, without a group.
std::unique_ptr<Reader> read_from_start(const std::string& topic, std::int32_t partitions = 1,
                                        Isolation isolation = Isolation::read_committed);

/// Polls until `count` records are there or patience is at its end.
std::vector<Seen> read(Reader& reader, std::size_t count);
/// Polls for as long as one looks before saying that nothing comes.
std::vector<Seen> read_quietly(Reader& reader);
/// Polls all readers in turn until `reached` or patience is at its end.
bool poll_until(const std::vector<Reader*>& readers, const std::function<bool()>& reached,
                std::vector<Seen>* records = nullptr);
/// Polls until a poll fails, and answers its error; no error when patience is at its end.
std::optional<Error> poll_error(Reader& reader);
/// Calls `reached` until it is true or patience is at its end.
bool eventually(const std::function<bool()>& reached);

std::vector<std::string> values(const std::vector<Seen>& records);
std::vector<std::int64_t> offsets(const std::vector<Seen>& records);
Record text(const std::string& topic, const std::string& value, std::optional<std::int32_t> partition = 0);
/// What the admin port says.
Watermarks watermarks(const std::string& topic, std::int32_t partition = 0);
/// Waits for it: control records may come after the answer to a commit.
bool high_watermark_reaches(const std::string& topic, std::int64_t offset);
std::unique_ptr<Admin> admin();

/// Bound of every single call.
inline Duration bound() { return backend().patience(); }

}  // namespace contract
