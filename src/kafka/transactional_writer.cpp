#include "kafka/transactional_writer.hpp"

#include "kafka/errors.hpp"
#include "kafka/positions.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

constexpr Duration event_slice{500};    // between two looks at the error events
constexpr Duration pause{20};           // before a refused request is tried again
constexpr Duration abort_bound{2'000};  // of the abort inside close()

NativeGroupMetadata built_from(const GroupMetadata& group) {
    return NativeGroupMetadata{
        rd_kafka_consumer_group_metadata_new_with_genid(group.group.c_str(), group.generation, group.member.c_str(),
                                                        group.instance.empty() ? nullptr : group.instance.c_str())};
}

void wait_a_little(rd_kafka_t* client, const Deadline& deadline) {
    const Queue nothing{rd_kafka_queue_new(client)};
    const Event none{rd_kafka_queue_poll(nothing.get(), deadline.slice_ms(pause))};
}

}  // namespace

KafkaTransactionalWriter::KafkaTransactionalWriter(const Options& options, const Runtime& runtime,
                                                   const TransactionalWriterOptions& writer, WriteSink& sink)
    : connection_{options}, runtime_{runtime}, options_{writer}, sink_{sink} {}

Result<std::unique_ptr<TransactionalWriter>> KafkaTransactionalWriter::create(const Options& options,
                                                                              const Runtime& runtime,
                                                                              const TransactionalWriterOptions& writer,
                                                                              WriteSink& sink) {
    std::unique_ptr<KafkaTransactionalWriter> made{new KafkaTransactionalWriter{options, runtime, writer, sink}};
    if (auto opened = made->open_handle(writer.init_timeout); !opened) return opened.error();
    return std::unique_ptr<TransactionalWriter>{std::move(made)};
}

Result<void> KafkaTransactionalWriter::open_handle(Duration timeout) {
    auto core = ProducerCore::create(connection_, runtime_, options_.writer, sink_, &options_);
    if (!core) return core.error();
    core_ = std::move(*core);
    core_->on_failure = [this](const Error& error) { spoil(error); };
    return initialise(timeout);
}

Result<void> KafkaTransactionalWriter::initialise(Duration timeout) {
    const Deadline deadline{timeout};
    const std::string subject = fmt::format("transactional id '{}'", id_);
    while (true) {
        const NativeError failed{
            rd_kafka_init_transactions(core_->native(), std::max(1, deadline.slice_ms(event_slice)))};
        if (failed == nullptr) return {};
        if (rd_kafka_error_is_fatal(failed.get()) != 0 || rd_kafka_error_is_retriable(failed.get()) == 0) {
            return make_error(failed.get(), subject);
        }
        if (auto cause = core_->causes().final_cause()) {
            cause->message = fmt::format("{}: {}", subject, cause->message);
            return *cause;
        }
        if (deadline.over()) return core_->causes().explain_timeout(subject, timeout);
        if (rd_kafka_error_code(failed.get()) != RD_KAFKA_RESP_ERR__TIMED_OUT) wait_a_little(core_->native(), deadline);
    }
}

Error KafkaTransactionalWriter::classify(const rd_kafka_error_t* native, std::string_view action) {
    Error error = make_error(native, fmt::format("{} of transactional id '{}'", action, id_));
    if (rd_kafka_error_is_fatal(native) != 0) {
        if (error.kind != ErrorKind::fenced) error.kind = ErrorKind::fatal;
    } else if (rd_kafka_error_txn_requires_abort(native) != 0) {
        error.kind = ErrorKind::abortable;
        spoil(error);
    } else if (rd_kafka_error_is_retriable(native) != 0) {
        error.kind = ErrorKind::retriable;
    } else if (error.kind != ErrorKind::fenced) {
        error.kind = ErrorKind::fatal;
    }
    return error;
}

void KafkaTransactionalWriter::spoil(const Error& reason) {
    const std::lock_guard lock{mutex_};
    if (state_ != State::open) return;
    state_ = State::spoiled;
    refused_ = reason.native_code > 0;
    reason_ = reason;
}

Result<void> KafkaTransactionalWriter::check_open() const {
    const std::lock_guard lock{mutex_};
    if (state_ == State::open || state_ == State::spoiled) {
        if (auto fatal = core_->fatal_error()) return *fatal;
    }
    switch (state_) {
        case State::open: return {};
        case State::spoiled: {
            Error error = *reason_;
            error.kind = ErrorKind::abortable;
            error.code = codes::transaction_spoiled;
            error.message = fmt::format("the transaction of '{}' is spoiled: {}", id_, reason_->message);
            error.hint = "abort the transaction and run it again";
            return error;
        }
        case State::unknown: return *reason_;
        case State::closed: return make_error(ErrorKind::closed, codes::writer_closed, "the writer is closed");
        case State::idle: break;
    }
    return make_error(ErrorKind::invalid_argument, codes::transaction_not_open,
                      fmt::format("no transaction of '{}' is open", id_), "call begin() first");
}

Result<void> KafkaTransactionalWriter::begin() {
    if (state_ != State::closed) {
        if (auto fatal = core_->fatal_error()) return *fatal;
    }
    {
        const std::lock_guard lock{mutex_};
        if (state_ == State::open || state_ == State::spoiled) {
            return make_error(ErrorKind::invalid_argument, codes::transaction_open,
                              fmt::format("a transaction of '{}' is open already", id_), "commit or abort it first");
        }
    }
    if (auto open = check_open(); !open && open.error().code != codes::transaction_not_open) return open;
    const NativeError failed{rd_kafka_begin_transaction(core_->native())};
    if (failed != nullptr) return classify(failed.get(), "begin");
    const std::lock_guard lock{mutex_};
    state_ = State::open;
    reason_.reset();
    return {};
}

Result<void> KafkaTransactionalWriter::write(const Record& record, std::uint64_t tag) {
    if (auto open = check_open(); !open) return open;
    auto written = core_->write(record, tag);
    // A full queue is only a reason to wait; anything else means that the transaction misses a record.
    if (!written && written.error().code != codes::queue_full) spoil(written.error());
    return written;
}

Result<void> KafkaTransactionalWriter::add_offsets(const GroupMetadata& group, std::span<const PartitionOffset> offsets,
                                                   Duration timeout) {
    if (auto open = check_open(); !open) return open;
    const Deadline deadline{timeout};
    const PartitionList list = to_native(offsets);
    const NativeGroupMetadata built = group.native ? nullptr : built_from(group);
    const auto* metadata =
        group.native ? static_cast<const rd_kafka_consumer_group_metadata_t*>(group.native.get()) : built.get();
    while (true) {
        const NativeError failed{rd_kafka_send_offsets_to_transaction(core_->native(), list.get(), metadata,
                                                                      std::max(1, milliseconds(deadline.left())))};
        if (failed == nullptr) return {};
        Error error = classify(failed.get(), "adding offsets");
        if (error.kind != ErrorKind::retriable || deadline.over()) return error;
        wait_a_little(core_->native(), deadline);
    }
}

Result<void> KafkaTransactionalWriter::commit(Duration timeout) {
    if (auto open = check_open(); !open) return open;
    const Deadline deadline{timeout};
    if (auto flushed = core_->flush(timeout); !flushed) {
        Error error = flushed.error();  // the commit has not begun: aborting is safe
        error.kind = ErrorKind::abortable;
        spoil(error);
        return error;
    }
    if (auto open = check_open(); !open) return open;
    return finish_commit(deadline);
}

Result<void> KafkaTransactionalWriter::finish_commit(const Deadline& deadline) {
    while (true) {
        const NativeError failed{
            rd_kafka_commit_transaction(core_->native(), std::max(1, milliseconds(deadline.left())))};
        if (failed == nullptr) {
            const std::lock_guard lock{mutex_};
            state_ = State::idle;
            return {};
        }
        const Error error = classify(failed.get(), "commit");
        if (error.kind != ErrorKind::retriable) return error;
        if (deadline.over()) return commit_unknown(deadline);
        wait_a_little(core_->native(), deadline);
    }
}

Error KafkaTransactionalWriter::commit_unknown(const Deadline& deadline) {
    const std::string subject = fmt::format("commit of transactional id '{}'", id_);
    Error error = core_->causes().explain_timeout(subject, deadline.timeout());
    error.kind = ErrorKind::indeterminate;
    error.code = codes::transaction_unknown;
    error.message += "; the transaction may be committed or not";
    error.hint = "make a new writer with the same transactional id, then read back what was written";
    const std::lock_guard lock{mutex_};
    state_ = State::unknown;
    reason_ = error;
    return error;
}

Result<void> KafkaTransactionalWriter::abort(Duration timeout) {
    if (auto open = check_open(); !open && open.error().kind != ErrorKind::abortable) return open;
    const Deadline deadline{timeout};
    while (true) {
        const NativeError failed{
            rd_kafka_abort_transaction(core_->native(), std::max(1, milliseconds(deadline.left())))};
        if (failed == nullptr) return finish_abort(deadline);
        const Error error = classify(failed.get(), "abort");
        if (error.kind != ErrorKind::retriable || deadline.over()) return error;
        wait_a_little(core_->native(), deadline);
    }
}

Result<void> KafkaTransactionalWriter::finish_abort(const Deadline& deadline) {
    // A late outcome of this transaction must not spoil the next one.
    static_cast<void>(core_->wait_for_outcomes(std::max(deadline.left(), pause)));
    bool refused = false;
    {
        const std::lock_guard lock{mutex_};
        state_ = State::idle;
        reason_.reset();
        refused = std::exchange(refused_, false);
    }
    // librdkafka goes on counting behind a refused batch, and the broker would refuse the next transaction for it.
    if (refused) return open_handle(std::max(deadline.left(), options_.init_timeout));
    return {};
}

void KafkaTransactionalWriter::close(Duration timeout) noexcept {
    bool open = false;
    {
        const std::lock_guard lock{mutex_};
        open = state_ == State::open || state_ == State::spoiled;
        if (state_ == State::closed) return;
    }
    // An open transaction would hide later records from read_committed readers until it times out.
    try {
        if (open) static_cast<void>(abort(std::max(timeout, abort_bound)));
    } catch (const std::exception&) {  // out of memory for an error text: the broker's time-out aborts
    }
    {
        const std::lock_guard lock{mutex_};
        state_ = State::closed;
    }
    if (core_ != nullptr) core_->close(timeout);
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
