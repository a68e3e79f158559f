#include "process/processor_impl.hpp"

#include "consume/dead_letter.hpp"
#include "core/random.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <algorithm>
#include <thread>

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr Duration leave_timeout{2'000};
constexpr Duration unavailable_pause{1'000};
constexpr auto fencing_window = std::chrono::minutes{1};
constexpr std::size_t most_fencings = 5;

}  // namespace

Processor::Impl::Impl(Broker broker, Catalogue catalogue, Projection projection, std::shared_ptr<Transaction*> current,
                      consume::HandlerTable handlers, ProcessorOptions options)
    : broker_{std::move(broker)},
      catalogue_{std::move(catalogue)},
      projection_{std::move(projection)},
      current_{std::move(current)},
      handlers_{std::move(handlers)},
      options_{std::move(options)},
      dispatcher_{catalogue_, handlers_, options_.unknown_types, projection_.name(), {}} {}

Result<void> Processor::Impl::open() {
    if (!producer_) {
        TransactionalProducerOptions options;
        options.transactional_id = options_.transactional_id;
        options.writer = options_.writer;
        options.transaction_timeout = options_.transaction_timeout;
        options.timeout = options_.transaction_timeout;
        auto producer = TransactionalProducer::create(broker_, catalogue_, std::move(options));
        if (!producer) return std::move(producer).error();
        producer_.emplace(std::move(*producer));
    }
    if (reader_ == nullptr) {
        auto reader = make_reader();
        if (!reader) return std::move(reader).error();
        reader_ = std::move(*reader);
    }
    return {};
}

Result<std::unique_ptr<Reader>> Processor::Impl::make_reader() {
    ReaderOptions options;
    options.group = projection_.name();
    options.topics = options_.topics;
    options.start = options_.start;
    options.instance_id = options_.instance_id;
    options.session_timeout = options_.session_timeout;
    options.max_poll_interval = options_.max_poll_interval;
    options.prefetch_records = options_.prefetch_records;
    return broker_.port().reader(options, this);
}

void Processor::Impl::leave() noexcept {
    batch_.clear();
    records_.clear();
    if (reader_ != nullptr) reader_->close(leave_timeout);
    reader_.reset();
    producer_.reset();
}

Result<std::size_t> Processor::Impl::step(Duration patience) {
    if (auto opened = open(); !opened) return std::move(opened).error();
    records_.clear();
    const auto got = reader_->poll(records_, static_cast<std::size_t>(options_.batch_records), patience);
    if (!got) {
        if (!records_.empty()) leave();  // they must be read again
        return got.error();
    }
    disturbed_ = false;
    batch_.clear();
    for (ReceivedRecord& record : records_) batch_.push_back(Item{std::move(record), Fate::handle, {}, false});
    records_.clear();
    return finish_batch();
}

Result<std::size_t> Processor::Impl::finish_batch() {
    std::size_t width = batch_.size();
    for (std::size_t begin = 0; begin < batch_.size();) {
        const Range range{begin, std::min(begin + width, batch_.size())};
        auto ended = finish(range);
        if (!ended) {
            leave();
            return std::move(ended).error();
        }
        switch (*ended) {
            case Ended::committed: begin = range.end; break;
            case Ended::one_by_one: width = 1; break;
            case Ended::again: break;
            case Ended::given_up:
            case Ended::stopped: leave(); return std::size_t{0};
        }
    }
    return batch_.size();
}

Result<Processor::Impl::Ended> Processor::Impl::finish(Range range) {
    judged_.reset();
    Result<void> ended = producer_->transact([&](Transaction& transaction) { return work(range, transaction); });
    if (ended) return Ended::committed;
    return judged_ ? after_verdict() : after_failure(range, std::move(ended).error());
}

Result<void> Processor::Impl::work(Range range, Transaction& transaction) {
    *current_ = &transaction;
    for (std::size_t i = range.begin; i < range.end; ++i)
        if (auto ran = run_item(i, transaction); !ran) return ran;
    return transaction.add_offsets(*reader_, next_offsets(range));
}

Result<void> Processor::Impl::run_item(std::size_t index, Transaction& transaction) {
    Item& item = batch_[index];
    if (item.fate == Fate::skip) return {};
    if (item.fate == Fate::dead_letter) {
        const Record letter = consume::make_dead_letter(item.record, item.failure, projection_.name(),
                                                        options_.dead_letters, item.by_reference);
        return transaction.publish(letter);
    }
    consume::Verdict verdict;
    const bool done = dispatcher_.run(item.record, item.failure.attempts + 1, -1, verdict);
    if (const auto failure = transaction.failure()) {
        // What the handler published cannot be: its own event is to blame, unless it is a matter of trying again.
        const Handled handled = to_handled(*failure);
        if (handled.outcome != Handled::Outcome::dead_letter) return *failure;
        verdict = {Handled::Outcome::dead_letter, {}, "handler", failure->code, failure->message, failure->hint};
    } else if (done) {
        return {};
    }
    judged_ = index;
    verdict_ = std::move(verdict);
    return Error{ErrorKind::conflict, "processor.judged", "the handler did not finish"};
}

/// The batch runs again without what its item published, after what the handler asked for.
Result<Processor::Impl::Ended> Processor::Impl::after_verdict() {
    Item& item = batch_[*judged_];
    const Error why{ErrorKind::permanent, verdict_.code, verdict_.message, verdict_.detail};
    switch (verdict_.outcome) {
        case Handled::Outcome::stop: stopped_ = true; return Ended::stopped;
        case Handled::Outcome::skip: item.fate = Fate::skip; return Ended::again;
        case Handled::Outcome::unavailable:
            return wait(verdict_.delay.value_or(unavailable_pause)) ? Ended::again : Ended::given_up;
        case Handled::Outcome::retry: {
            const Timestamp now = broker_.runtime().clock->now();
            if (item.failure.attempts++ == 0) item.failure.first = now;
            const auto delay = options_.retry.delay_before(item.failure.attempts, random_bits());
            if (!delay) return condemn(item, verdict_.stage, why);
            return wait(verdict_.delay.value_or(*delay)) ? Ended::again : Ended::given_up;
        }
        default: ++item.failure.attempts; return condemn(item, verdict_.stage, why);
    }
}

Result<Processor::Impl::Ended> Processor::Impl::condemn(Item& item, std::string_view stage, const Error& error) {
    item.fate = Fate::dead_letter;
    item.failure.stage = stage;
    item.failure.code = error.code;
    item.failure.message = error.message;
    item.failure.detail = error.hint;
    item.failure.last = broker_.runtime().clock->now();
    if (item.failure.first == Timestamp{}) item.failure.first = item.failure.last;
    return Ended::again;
}

Result<Processor::Impl::Ended> Processor::Impl::after_failure(Range range, Error error) {
    switch (error.kind) {
        case ErrorKind::fenced:
            if (auto endured = fenced(error); !endured) return std::move(endured).error();
            [[fallthrough]];
        case ErrorKind::indeterminate:
        case ErrorKind::fatal: log_failure(error); return Ended::given_up;
        case ErrorKind::permanent: break;
        case ErrorKind::invalid_argument:
        case ErrorKind::closed: return error;
        default: log_failure(error); return wait(unavailable_pause) ? Ended::again : Ended::given_up;
    }
    // The broker refused a record: find out whose it was.
    if (range.end - range.begin > 1) return Ended::one_by_one;
    Item& item = batch_[range.begin];
    if (item.fate != Fate::dead_letter) return condemn(item, "handler", error);
    if (item.by_reference) return error;
    item.by_reference = true;
    return Ended::again;
}

/// Being fenced once is the group's way to say that this instance was too slow; again and again, another instance has
/// the same transactional id.
Result<void> Processor::Impl::fenced(const Error& error) {
    const MonotonicTime now = broker_.runtime().clock->monotonic();
    fencings_.push_back(now);
    while (now - fencings_.front() > fencing_window) fencings_.pop_front();
    if (fencings_.size() < most_fencings) return {};
    return Error{ErrorKind::fenced, "processor.fenced",
                 "transactional id '" + options_.transactional_id + "' was taken over " +
                     std::to_string(fencings_.size()) + " times within a minute: " + error.message,
                 "give every instance a transactional id of its own"};
}

/// Keeps the membership alive meanwhile. @return false when the batch is no longer ours, or stop was requested
bool Processor::Impl::wait(Duration delay) {
    const auto deadline = std::chrono::steady_clock::now() + delay;
    const auto assignment = reader_ != nullptr ? reader_->assignment() : std::vector<TopicPartition>{};
    if (reader_ != nullptr) reader_->pause(assignment);
    while (!stop_.stop_requested() && !disturbed_) {
        const auto left = std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now());
        if (left <= Duration{0}) break;
        const Duration slice = std::min(left, Duration{100});
        if (reader_ == nullptr) {
            std::this_thread::sleep_for(slice);
            continue;
        }
        if (!reader_->poll(records_, 1, slice)) disturbed_ = true;
        if (!records_.empty()) disturbed_ = true;
    }
    if (reader_ != nullptr) reader_->resume(assignment);
    return !disturbed_ && !stop_.stop_requested();
}

std::vector<PartitionOffset> Processor::Impl::next_offsets(Range range) const {
    std::vector<PartitionOffset> offsets;
    for (std::size_t i = range.begin; i < range.end; ++i) {
        const ReceivedRecord& record = batch_[i].record;
        const auto found = std::find_if(offsets.begin(), offsets.end(), [&](const PartitionOffset& offset) {
            return offset.partition == record.partition && offset.topic == record.topic;
        });
        if (found != offsets.end()) {
            found->offset = record.offset + 1;
        } else {
            offsets.push_back({std::string{record.topic}, record.partition, record.offset + 1, {}});
        }
    }
    return offsets;
}

void Processor::Impl::log_failure(const Error& error) const {
    const std::string text = error.to_string();
    broker_.runtime().logger->log(LogLevel::warning, "a transaction of a processor did not end well",
                                  {{"group", std::string_view{projection_.name()}},
                                   {"transactional_id", std::string_view{options_.transactional_id}},
                                   {"error", std::string_view{text}}});
}

EVENTSDK_END_NAMESPACE
