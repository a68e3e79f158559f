#include "outbox/transaction_lane.hpp"

#include "core/mutation.hpp"
#include "outbox/relay_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {
namespace {

constexpr std::uint64_t state_tag = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t fence_tag = state_tag - 1;

Duration left(MonotonicTime deadline) {
    const auto time = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    return std::max(time, Duration{1});
}

/// What RelayBatch needs of a Writer, of an open transaction.
class OpenTransaction final : public Writer {
public:
    explicit OpenTransaction(TransactionalWriter& writer) : writer_{writer} {}
    Result<void> write(const Record& record, std::uint64_t tag) override { return writer_.write(record, tag); }
    void hurry() noexcept override {}
    Result<void> flush(Duration) override { return {}; }
    [[nodiscard]] std::size_t pending() const noexcept override { return 0; }
    void close(Duration) noexcept override {}

private:
    TransactionalWriter& writer_;
};

}  // namespace

void TransactionLane::written(std::span<const WriteOutcome> outcomes) noexcept {
    for (const WriteOutcome& outcome : outcomes) {
        if (outcome.tag == fence_tag && outcome.error == nullptr) fence_offset_ = outcome.offset;
    }
    batch_.written(outcomes);
}

Record TransactionLane::state_record(std::string key, std::string value) const {
    Record record;
    record.topic = settings_.state_topic;
    record.key = std::move(key);
    record.value = std::move(value);
    record.partition = group_;
    return record;
}

Result<void> TransactionLane::open(BrokerPort& broker, MonotonicTime deadline) {
    fence_offset_ = -1;
    TransactionalWriterOptions options;
    options.writer = settings_.writer;
    options.transactional_id = fmt::format("{}-{}", settings_.id, group_);
    if (EVENTSDK_MUTATED(3)) options.transactional_id += broker.runtime().ids->next().to_string();
    options.transaction_timeout = settings_.transaction_timeout;
    options.init_timeout = left(deadline);
    auto made = broker.transactional_writer(options, *this);
    if (!made) return std::move(made).error();
    writer_ = std::move(*made);
    auto done = writer_->begin();
    if (done) done = writer_->write(state_record(fence_key(group_), "{}"), fence_tag);
    if (done) done = writer_->commit(left(deadline));
    if (!done) close();
    return done;
}

Result<void> TransactionLane::commit(std::span<const OutboxRow* const> rows, MonotonicTime deadline) {
    if (!EVENTSDK_MUTATED(2)) {
        const Record state = state_record(state_key(group_), format_state(rows));
        if (auto taken = writer_->write(state, state_tag); !taken) return taken;
    }
    return writer_->commit(left(deadline));
}

void TransactionLane::abort(RelayBatch::Ended& ended, MonotonicTime deadline) {
    ended.published.clear();
    if (writer_ == nullptr) return;
    if (auto aborted = writer_->abort(left(deadline)); !aborted && !ended.failed) ended.failed = aborted.error();
}

RelayBatch::Ended TransactionLane::send(std::span<const OutboxRow* const> rows, const RecordLimits& limits,
                                        MonotonicTime deadline) {
    RelayBatch::Ended ended;
    if (auto begun = writer_->begin(); !begun) {
        ended.failed = begun.error();
    } else {
        OpenTransaction transaction{*writer_};
        ended = batch_.send(transaction, rows, limits, deadline);
        if (ended.failed || ended.published.empty()) {
            abort(ended, deadline);
        } else if (auto committed = commit(ended.published, deadline); !committed) {
            // A rejected record spoils its transaction: the others go into the next one, without it.
            if (ended.rejected.empty() || committed.error().kind != ErrorKind::abortable)
                ended.failed = committed.error();
            abort(ended, deadline);
        }
    }
    if (ended.failed) close();
    return ended;
}

void TransactionLane::close() noexcept {
    ready = false;
    if (writer_ != nullptr) writer_->close(Duration{0});
    writer_.reset();
}

}  // namespace outbox
EVENTSDK_END_NAMESPACE
