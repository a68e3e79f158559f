#include "produce/transactional_impl.hpp"

#include "core/random.hpp"
#include "produce/errors.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using produce::Deadline;

Duration left_until(Deadline deadline) {
    return std::max(std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now()), Duration{1});
}

bool runs_again(ErrorKind kind) { return kind == ErrorKind::abortable || kind == ErrorKind::retriable; }

Error thrown_error(std::string_view what) {
    return {ErrorKind::permanent, "transaction.work_threw", "the work of the transaction threw: " + std::string{what}};
}

}  // namespace

TransactionalProducer::Impl::Impl(Broker broker, Catalogue catalogue, TransactionalProducerOptions options)
    : broker_{std::move(broker)},
      catalogue_{std::move(catalogue)},
      options_{std::move(options)},
      id_{broker_.port().describe(), options_.transactional_id} {
    if (!id_.shared()) return;
    broker_.runtime().logger->log(LogLevel::warning, "lint.transactional_id_shared: this producer fences another one",
                                  {{"transactional_id", std::string_view{options_.transactional_id}},
                                   {"hint", "give each producer an id of its own, see transactional_id()"}});
}

Result<void> TransactionalProducer::Impl::open() {
    TransactionalWriterOptions options;
    options.writer = options_.writer;
    options.transactional_id = options_.transactional_id;
    options.transaction_timeout = options_.transaction_timeout;
    options.init_timeout = std::min(options_.timeout, Duration{std::chrono::minutes{10}});
    auto writer = broker_.port().transactional_writer(options, outcomes_);
    if (!writer) return std::move(writer).error();
    writer_ = std::move(*writer);
    return {};
}

Result<void> TransactionalProducer::Impl::transact(const Work& work) {
    if (holder_.load() == std::this_thread::get_id())
        return Error{ErrorKind::invalid_argument, std::string{codes::transaction_open},
                     "transact() is called within the work of another transact() of this producer",
                     "publish through the Transaction that is open"};
    const Deadline deadline = std::chrono::steady_clock::now() + options_.timeout;
    const std::unique_lock turn{turn_, deadline};
    if (!turn)
        return Error{ErrorKind::retriable, "transaction.busy", "another transaction of this producer is still running"};
    holder_ = std::this_thread::get_id();
    Result<void> ended;
    for (int retry = 0;; ++retry) {
        ended = attempt(work, deadline);
        if (ended || ended.error().kind != ErrorKind::abortable) break;
        if (!pause_before(retry + 1, deadline)) {
            ended.error().kind = ErrorKind::retriable;
            break;
        }
    }
    holder_ = std::thread::id{};
    return ended;
}

/// An error of kind `abortable` says that nothing was committed and the work may run again.
Result<void> TransactionalProducer::Impl::attempt(const Work& work, Deadline deadline) {
    {
        const std::lock_guard lock{close_mutex_};
        if (closed_) return produce::closed_error();
    }
    if (dead_) return *dead_;
    if (writer_ == nullptr)
        if (auto opened = open(); !opened) return after(std::move(opened).error());
    if (auto begun = writer_->begin(); !begun) return after(std::move(begun).error());
    Transaction::Impl state{catalogue_, broker_.runtime(), *writer_, outcomes_, deadline};
    Transaction transaction{state};
    Result<void> done = run(work, transaction);
    if (const auto failure = outcomes_.failure()) {
        Error why = *failure;
        if (runs_again(why.kind) || why.kind == ErrorKind::indeterminate) why.kind = ErrorKind::abortable;
        return abandon(std::move(why), deadline);
    }
    if (!done) return abandon(std::move(done).error(), deadline);
    return commit(state, deadline);
}

Result<void> TransactionalProducer::Impl::run(const Work& work, Transaction& transaction) const {
    try {
        return work(transaction);
    } catch (const std::exception& thrown) {
        return thrown_error(thrown.what());
    } catch (...) {
        return thrown_error("something that is no std::exception");
    }
}

/// Aborts, and gives the reason back; a failing abort leaves it to a new writer to fence what is open.
Result<void> TransactionalProducer::Impl::abandon(Error why, Deadline deadline) {
    count("aborted");
    auto aborted = writer_->abort(left_until(deadline));
    if (aborted) return why.kind == ErrorKind::fenced || why.kind == ErrorKind::fatal ? after(std::move(why)) : why;
    const ErrorKind kind = aborted.error().kind;
    if (kind == ErrorKind::fenced) return after(std::move(aborted).error());
    writer_.reset();
    return why;
}

Result<void> TransactionalProducer::Impl::commit(const Transaction::Impl& transaction, Deadline deadline) {
    auto committed = writer_->commit(left_until(deadline));
    if (committed) {
        count("committed");
        return committed;
    }
    Error error = std::move(committed).error();
    switch (error.kind) {
        case ErrorKind::indeterminate: return resolve(transaction, std::move(error), deadline);
        case ErrorKind::fenced:
        case ErrorKind::fatal:
        case ErrorKind::closed: return after(std::move(error));
        default: break;
    }
    // What the broker says of the record is the better reason than "the transaction is spoiled".
    if (auto failure = outcomes_.failure(); failure && !runs_again(failure->kind)) error = *failure;
    else error.kind = ErrorKind::abortable;
    if (error.kind == ErrorKind::indeterminate) error.kind = ErrorKind::abortable;
    return abandon(std::move(error), deadline);
}

/// The commit was not answered. A new writer of the same id makes the broker end the old transaction, one way or the
/// other; the offsets that it held tell which way.
Result<void> TransactionalProducer::Impl::resolve(const Transaction::Impl& transaction, Error unanswered,
                                                  Deadline deadline) {
    writer_.reset();
    if (transaction.consumed().empty()) {
        count("indeterminate");
        return unanswered;
    }
    if (auto opened = open(); !opened) {
        count("indeterminate");
        return unanswered;
    }
    switch (read_back(transaction, deadline)) {
        case Commit::stored: count("committed"); return {};
        case Commit::not_stored:
            count("aborted");
            unanswered.kind = ErrorKind::abortable;
            return unanswered;
        case Commit::unknown: break;
    }
    count("indeterminate");
    return unanswered;
}

TransactionalProducer::Impl::Commit TransactionalProducer::Impl::read_back(const Transaction::Impl& transaction,
                                                                           Deadline deadline) const {
    for (const auto& [reader, offsets] : transaction.consumed()) {
        std::vector<TopicPartition> partitions;
        for (const PartitionOffset& offset : offsets) partitions.push_back({offset.topic, offset.partition});
        const auto committed = reader->committed(partitions, left_until(deadline));
        if (!committed || committed->size() != offsets.size()) return Commit::unknown;
        for (std::size_t i = 0; i < offsets.size(); ++i)
            if ((*committed)[i].offset < offsets[i].offset) return Commit::not_stored;
    }
    return Commit::stored;
}

/// Remembers what ends this producer for good.
Error TransactionalProducer::Impl::after(Error error) {
    if (error.kind == ErrorKind::fenced || error.kind == ErrorKind::fatal) {
        dead_ = error;
        count(to_string(error.kind));
    }
    return error;
}

bool TransactionalProducer::Impl::pause_before(int retry, Deadline deadline) {
    const auto delay = options_.retry.delay_before(retry, random_bits());
    if (!delay || std::chrono::steady_clock::now() + *delay >= deadline) return false;
    std::unique_lock lock{close_mutex_};
    closing_.wait_for(lock, *delay, [this] { return closed_; });
    return !closed_;
}

void TransactionalProducer::Impl::count(std::string_view outcome) const {
    const Metrics& unmeasured = *no_metrics();
    Metrics& metrics = *broker_.runtime().metrics;
    if (&metrics == &unmeasured) return;
    metrics
        .counter("eventsdk_transactions_total", "Transactions by how they ended", {{"outcome", std::string{outcome}}})
        ->add();
}

void TransactionalProducer::Impl::close(Duration timeout) {
    {
        const std::lock_guard lock{close_mutex_};
        if (closed_) return;
        closed_ = true;
        closing_.notify_all();
    }
    const Deadline deadline = std::chrono::steady_clock::now() + timeout;
    const std::unique_lock turn{turn_, deadline};
    if (turn && writer_ != nullptr) writer_->close(left_until(deadline));
}

EVENTSDK_END_NAMESPACE
