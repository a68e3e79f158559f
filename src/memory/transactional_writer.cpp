#include "core/mutation.hpp"
#include "memory/errors.hpp"
#include "memory/writer.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

MemoryTransactionalWriter::MemoryTransactionalWriter(std::shared_ptr<Cluster> cluster,
                                                     const TransactionalWriterOptions& options, WriteSink& sink)
    : cluster_{std::move(cluster)}, options_{options}, outcomes_{sink} {
    const Cluster::Lock lock = cluster_->enter();
    handle_ =
        cluster_->transactions().initialise(options.transactional_id, options.transaction_timeout, cluster_->now());
    cluster_->notify();
}

Result<void> MemoryTransactionalWriter::check(bool wants_open) const {
    if (state_ == State::closed) return make_error(ErrorKind::closed, codes::writer_closed, "the writer is closed");
    if (auto checked = cluster_->transactions().check(handle_); !checked) return checked;
    const bool is_open = state_ != State::idle;
    if (is_open == wants_open) return {};
    return is_open ? make_error(ErrorKind::invalid_argument, codes::transaction_open, "a transaction is open already",
                                "commit or abort it before begin()")
                   : make_error(ErrorKind::invalid_argument, codes::transaction_not_open, "no transaction is open",
                                "call begin() first");
}

Result<void> MemoryTransactionalWriter::begin() {
    const Cluster::Lock lock = cluster_->enter();
    if (auto checked = check(false); !checked) return checked;
    state_ = State::open;
    return {};
}

Result<void> MemoryTransactionalWriter::write(const Record& record, std::uint64_t tag) {
    Cluster::Lock lock = cluster_->enter();
    if (auto checked = check(true); !checked) return checked;
    if (auto checked = check_record(record); !checked) {
        state_ = State::spoiled;
        return checked;
    }
    const auto stored = cluster_->append(record, partitioner_of(options_.writer, record.topic), &handle_);
    if (!stored) state_ = State::spoiled;
    lock.unlock();
    outcomes_.add(tag, stored);
    return {};
}

Result<void> MemoryTransactionalWriter::add_offsets(const GroupMetadata& group,
                                                    std::span<const PartitionOffset> offsets, Duration) {
    const Cluster::Lock lock = cluster_->enter();
    if (auto checked = check(true); !checked) return checked;
    for (const PartitionOffset& offset : offsets) {
        if (auto log = cluster_->topics().log({offset.topic, offset.partition}); !log) return log.error();
    }
    auto added = cluster_->groups().add_offsets(group, offsets, handle_.producer);
    if (added) {
        cluster_->transactions().add_offsets(handle_, cluster_->monotonic());
    } else {
        state_ = State::spoiled;
    }
    return added;
}

Result<void> MemoryTransactionalWriter::commit(Duration timeout) {
    const bool all_reported = outcomes_.flush(timeout);
    const Cluster::Lock lock = cluster_->enter();
    if (auto checked = check(true); !checked) return checked;
    if (!all_reported || (state_ == State::spoiled && !EVENTSDK_MUTATED(16))) {
        return make_error(ErrorKind::abortable, codes::transaction_spoiled,
                          "a record or the offsets of the transaction failed", "call abort(), then run it again");
    }
    end(true);
    return {};
}

Result<void> MemoryTransactionalWriter::abort(Duration) {
    const Cluster::Lock lock = cluster_->enter();
    if (auto checked = check(true); !checked) return checked;
    end(false);
    return {};
}

void MemoryTransactionalWriter::end(bool commit) {
    cluster_->transactions().end(handle_, commit, cluster_->now());
    state_ = State::idle;
    cluster_->notify();
}

void MemoryTransactionalWriter::close(Duration timeout) noexcept {
    {
        const Cluster::Lock lock = cluster_->enter();
        if (check(true)) end(false);
        state_ = State::closed;
    }
    (void)outcomes_.flush(timeout);
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
