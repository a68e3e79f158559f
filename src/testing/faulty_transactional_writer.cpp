#include "broker/deadline.hpp"
#include "testing/faulty_writers.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace testing {
Result<std::unique_ptr<TransactionalWriter>> FaultyTransactionalWriter::make(std::shared_ptr<FaultState> state,
                                                                             const TransactionalWriterOptions& options,
                                                                             WriteSink& sink) {
    const auto deadline = deadline_after(options.init_timeout);
    const Verdict verdict = state->judge(Operation::initialise);
    if (verdict.error) return *verdict.error;
    if (verdict.due && !state->wait_until_due(verdict.due, deadline)) return late();
    if (state->down() && !state->wait_until_due({}, deadline)) return nobody();
    std::unique_ptr<FaultyTransactionalWriter> made{new FaultyTransactionalWriter{std::move(state), sink}};
    auto inner = made->state_->port().transactional_writer(options, made->outcomes_);
    if (!inner) return inner.error();
    made->inner_ = std::move(*inner);
    return std::unique_ptr<TransactionalWriter>{std::move(made)};
}

Result<void> FaultyTransactionalWriter::begin() {
    const Verdict verdict = state_->judge(Operation::begin);
    if (verdict.error) return *verdict.error;
    auto begun = inner_->begin();
    if (begun) {
        open_ = true;
        spoiled_ = false;
    }
    return begun;
}

Result<void> FaultyTransactionalWriter::write(const Record& record, std::uint64_t tag) {
    const Verdict verdict = state_->judge(Operation::write, &record);
    if (open_ && (verdict.error || verdict.down)) {
        spoiled_ = true;
        outcomes_.accept();
        outcomes_.fail(
            tag, verdict.error ? *verdict.error : fault(ErrorKind::retriable, codes::not_stored, "the broker is down"));
        return {};
    }
    spoiled_ = spoiled_ || verdict.unacknowledged;
    return outcomes_.pass(*inner_, record, tag, verdict.unacknowledged);
}

Result<void> FaultyTransactionalWriter::add_offsets(const GroupMetadata& group,
                                                    std::span<const PartitionOffset> offsets, Duration timeout) {
    const auto deadline = deadline_after(timeout);
    const Verdict verdict = state_->judge(Operation::add_offsets, nullptr, offsets);
    if (verdict.error) {
        spoiled_ = open_.load();
        return *verdict.error;
    }
    if (!state_->wait_until_due(verdict.due, deadline)) return late();
    auto added = inner_->add_offsets(group, offsets, timeout);
    if (added && verdict.unacknowledged) return late();
    return added;
}

Result<void> FaultyTransactionalWriter::commit(Duration timeout) {
    const auto deadline = deadline_after(timeout);
    const Verdict verdict = state_->judge(Operation::commit_transaction);
    if (verdict.error) return *verdict.error;
    if (spoiled_) {
        return fault(ErrorKind::abortable, codes::transaction_spoiled, "a record of the transaction failed");
    }
    if (verdict.due && !verdict.down && !state_->wait_until_due(verdict.due, deadline)) return late();
    const Error unknown = fault(ErrorKind::indeterminate, codes::transaction_unknown, "no broker answered the commit");
    if (open_ && verdict.down) return unknown;
    auto committed = inner_->commit(timeout);
    if (committed) open_ = false;
    if (committed && verdict.unacknowledged) return unknown;
    return committed;
}

Result<void> FaultyTransactionalWriter::abort(Duration timeout) {
    const auto deadline = deadline_after(timeout);
    const Verdict verdict = state_->judge(Operation::abort_transaction);
    if (verdict.error) return *verdict.error;
    if (!state_->wait_until_due(verdict.due, deadline)) return verdict.down ? nobody() : late();
    auto aborted = inner_->abort(timeout);
    if (aborted) {
        open_ = false;
        spoiled_ = false;
    }
    if (aborted && verdict.unacknowledged) return late();
    return aborted;
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
