#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/snapshot/restored.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

/// What is read of a partition: the offsets from `from` up to, not including, `to`.
struct Stretch {
    TopicPartition partition{};
    std::int64_t from = 0;
    std::int64_t to = 0;
    std::string_view key{};  ///< whose records are wanted
};

struct ReadCost {
    std::int64_t records = 0;
    std::int64_t fetches = 0;
    std::int64_t bytes = 0;
    const std::function<void(std::int64_t)>* progress = nullptr;  ///< told how many records each fetch brought
};

/// Reads stretches of partitions, with readers that are kept for the next call.
///
/// **Thread safety**: all members may be called from any thread.
class LogReader {
public:
    /// Takes a record; false: enough; an error ends the reading and is returned.
    using Take = std::function<Result<bool>(const ReceivedRecord&)>;

    LogReader(Broker broker, Duration timeout) : broker_{std::move(broker)}, timeout_{timeout} {}

    [[nodiscard]] Result<TopicDescription> describe(const std::string& topic);
    /// Where the committed records of the partition begin and end.
    [[nodiscard]] Result<Watermarks> bounds(const TopicPartition& partition);
    [[nodiscard]] Result<void> read(const Stretch& stretch, ReadCost& cost, const Take& take);
    /// Ends calls that are under way, soon, and refuses others.
    void stop() noexcept { stopped_ = true; }

private:
    [[nodiscard]] Result<std::shared_ptr<Admin>> admin();
    using Readers = std::vector<std::unique_ptr<Reader>>;
    [[nodiscard]] Result<std::unique_ptr<Reader>> borrow(Readers& idle);
    void give_back(Readers& idle, std::unique_ptr<Reader> reader);
    [[nodiscard]] Result<void> read_with(Reader& reader, const Stretch& stretch, ReadCost& cost, const Take& take);

    [[nodiscard]] static Result<bool> hand_over(const Stretch& stretch, const std::vector<ReceivedRecord>& records,
                                                ReadCost& cost, const Take& take);

    Broker broker_;
    Duration timeout_;
    std::atomic<bool> stopped_{false};
    std::mutex mutex_;
    std::shared_ptr<Admin> admin_;
    Readers idle_;
    Readers idle_for_few_;  // those that fetch little at once
};

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
