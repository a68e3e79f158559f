#pragma once

#include "broker/outcome_queue.hpp"

#include <atomic>
#include <map>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// Stands between the real writer and the test's sink: knows records by tags of its own, loses acknowledgements, and
/// puts the outcomes of spoiled records in line with the real ones.
class FaultyOutcomes final : public WriteSink {
public:
    explicit FaultyOutcomes(WriteSink& sink) : queue_{sink} {}

    /// A record is accepted; it will have an outcome.
    void accept() { ++accepted_; }
    /// Takes accept() back: the record was refused after all.
    void refuse() { --accepted_; }
    /// Hands a record to the real writer; on success its outcome arrives here.
    [[nodiscard]] Result<void> pass(Writer& writer, const Record& record, std::uint64_t tag, bool unacknowledged) {
        return forward(tag, unacknowledged, [&](std::uint64_t inner) { return writer.write(record, inner); });
    }
    [[nodiscard]] Result<void> pass(TransactionalWriter& writer, const Record& record, std::uint64_t tag,
                                    bool unacknowledged) {
        return forward(tag, unacknowledged, [&](std::uint64_t inner) { return writer.write(record, inner); });
    }
    void fail(std::uint64_t tag, const Error& error) { queue_.add(tag, error); }

    void written(std::span<const WriteOutcome> outcomes) noexcept override;
    [[nodiscard]] std::size_t pending() const { return accepted_ - queue_.delivered(); }
    [[nodiscard]] bool flush(Duration timeout) { return queue_.flush(timeout); }

private:
    struct Passed {
        std::uint64_t tag = 0;
        bool unacknowledged = false;
    };

    template <class Write>
    [[nodiscard]] Result<void> forward(std::uint64_t tag, bool unacknowledged, Write&& write) {
        std::uint64_t inner = 0;
        {
            const std::lock_guard lock{mutex_};
            inner = ++last_inner_;
            passed_[inner] = {tag, unacknowledged};
        }
        auto result = write(inner);
        if (!result) {
            const std::lock_guard lock{mutex_};
            passed_.erase(inner);
        }
        return result;
    }

    OutcomeQueue queue_;
    std::atomic<std::uint64_t> accepted_{0};
    std::mutex mutex_;
    std::uint64_t last_inner_ = 0;
    std::map<std::uint64_t, Passed> passed_;
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
