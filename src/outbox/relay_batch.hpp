#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/outbox/outbox_store.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {

/// The largest record by topic.
using RecordLimits = std::map<std::string, std::size_t>;

/// One batch of rows on its way to the broker: writes them, waits for the outcomes, says what became of each.
///
/// After a row that was not accepted, later rows of its aggregate are not written.
class RelayBatch final : public WriteSink {
public:
    /// What became of the rows, by index.
    struct Ended {
        std::vector<const OutboxRow*> published{};
        std::vector<std::pair<const OutboxRow*, Error>> rejected{};  ///< for good
        std::optional<Error> failed{};  ///< the first outcome that was neither: the writer is to be replaced
    };

    /// @param limits a larger row is rejected without being sent
    [[nodiscard]] Ended send(Writer& writer, std::span<const OutboxRow* const> rows, const RecordLimits& limits,
                             MonotonicTime deadline);

    void written(std::span<const WriteOutcome> outcomes) noexcept override;

private:
    struct State {
        bool done = false;
        std::optional<Error> error{};
    };

    [[nodiscard]] std::optional<Error> write(Writer& writer, const OutboxRow& row, std::size_t index,
                                             const RecordLimits& limits, MonotonicTime deadline);
    void wait(std::size_t most_open, MonotonicTime deadline);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<State> states_;
    std::uint64_t first_tag_ = 0;
    std::size_t open_ = 0;
};

}  // namespace outbox
EVENTSDK_END_NAMESPACE
