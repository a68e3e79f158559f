#include "consume/redriver.hpp"

#include "consume/dead_letter.hpp"

#include <eventsdk/event/topic_name.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <condition_variable>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr std::size_t most_batch_bytes = std::size_t{16} * 1024 * 1024;
constexpr int most_tries = 3;
constexpr Duration pace_slice{10};

std::string place_of(const Record& marker) {
    return fmt::format("[{}]@{}", marker.partition.value_or(-1), marker.headers.front().value.value_or(""));
}

}  // namespace

Redriver::Redriver(const Broker& broker, std::string topic, const RedriveOptions& options, DeadLetterState end,
                   std::stop_token stop)
    : broker_{broker},
      topic_{std::move(topic)},
      options_{options},
      end_{end},
      stop_{std::move(stop)},
      filter_{options.filter},
      batch_limit_{static_cast<std::size_t>(options.batch_letters)} {
    // One second's worth: a transaction must not wait for its pace.
    if (options.letters_per_second)
        batch_limit_ = static_cast<std::size_t>(
            std::clamp(*options.letters_per_second, 1.0, static_cast<double>(options.batch_letters)));
}

Redriver::~Redriver() {
    if (writer_) writer_->close(Duration{0});
}

Result<void> Redriver::open() {
    auto admin = broker_.port().admin();
    if (!admin) return std::move(admin).error();
    admin_ = std::move(*admin);
    if (!options_.dry_run) {
        TransactionalWriterOptions options;
        options.transactional_id = "eventsdk-redrive." + topic_;
        options.transactional_id.resize(std::min<std::size_t>(options.transactional_id.size(), 249));
        options.init_timeout = options_.timeout;
        options.writer.queue_records = 4 * options_.batch_letters + 1'000;
        auto writer = broker_.port().transactional_writer(options, *this);
        if (!writer) return std::move(writer).error();
        writer_ = std::move(*writer);
    }
    // After the writer: what an older run left open is over now, and it can add nothing more.
    auto extent = TopicExtent::measure(broker_, *admin_, topic_, options_.timeout);
    if (!extent) return std::move(extent).error();
    extent_ = std::move(*extent);
    return {};
}

Result<RedriveReport> Redriver::run() {
    auto report = work();
    const std::uint64_t settled = report_.redriven + report_.parked + report_.purged + report_.repeated;
    if (!report && !options_.dry_run && settled > 0)
        report.error().message.append("; before that ").append(std::to_string(settled)).append(" were settled");
    return report;
}

Result<RedriveReport> Redriver::work() {
    if (auto opened = open(); !opened) return std::move(opened).error();
    const auto note = [this](const ReceivedRecord& record) -> Result<bool> {
        states_.note(record);
        return true;
    };
    if (auto read = extent_->read(note, stop_); !read) return std::move(read).error();
    const auto act = [this](const ReceivedRecord& record) { return visit(record); };
    if (auto read = extent_->read(act, stop_); !read) return std::move(read).error();
    if (auto committed = commit_batch(); !committed) return std::move(committed).error();
    report_.interrupted = stop_.stop_requested();
    // Of an interrupted run not every record is known.
    if (end_ == DeadLetterState::purged && !options_.dry_run && !report_.interrupted) {
        if (auto deleted = delete_settled(); !deleted) return std::move(deleted).error();
    }
    return report_;
}

Result<bool> Redriver::visit(const ReceivedRecord& record) {
    LetterStates::Entry* entry = states_.find(record.partition, record.offset);
    if (entry == nullptr || entry->marked || !filter_.wants(record)) return true;
    const auto letter = read_letter(record);
    if (!letter) {
        ++report_.foreign;
        return true;
    }
    if (entry->state == DeadLetterState::repeated) return settle(record, *entry, DeadLetterState::repeated, {});
    ++report_.chosen;
    switch (end_) {
        case DeadLetterState::purged: return settle(record, *entry, end_, {});
        case DeadLetterState::parked: return settle(record, *entry, end_, parked(record, *letter));
        default: return send_back(record, *letter, *entry);
    }
}

Result<bool> Redriver::send_back(const ReceivedRecord& record, const Letter& letter, LetterStates::Entry& entry) {
    if (record.key && held_keys_.contains(*record.key)) {
        ++report_.held;
        return true;
    }
    if (letter.redrives >= options_.max_redrives)
        return settle(record, entry, DeadLetterState::parked, parked(record, letter));
    auto original = original_of(record, letter);
    if (!original) return std::move(original).error();
    if (!*original) {
        ++report_.missing;
        if (record.key) held_keys_.emplace(*record.key);
        return true;
    }
    Record sent = make_redriven(std::move(**original), record);
    if (options_.repair) {
        const auto [topic, key] = std::pair{sent.topic, sent.key};
        options_.repair(sent);
        if (sent.topic != topic || sent.key != key)
            return Error{.kind = ErrorKind::invalid_argument,
                         .code = "redrive.repair_moved",
                         .message = "RedriveOptions::repair changed the topic or key of a dead letter of " + topic,
                         .hint = "change the value or headers only: another key would break the order"};
    }
    if (auto placed = place(sent); !placed) return std::move(placed).error();
    return settle(record, entry, DeadLetterState::redriven, std::move(sent));
}

/// By reference, the record is where it failed first, unless retention has taken it.
Result<std::optional<Record>> Redriver::original_of(const ReceivedRecord& record, const Letter& letter) {
    if (!letter.by_reference) return std::optional{record.to_record()};
    auto original = read_one(broker_, *admin_, {letter.topic, letter.partition, letter.offset, {}}, options_.timeout);
    if (!original || !*original) return original;
    const std::string digest = sha256((**original).value.value_or(""));
    if (record.header(dead_letter_headers::value_sha256) != digest) return std::optional<Record>{};
    return original;
}

/// Back to its own partition, as long as the topic has it.
Result<void> Redriver::place(Record& record) {
    auto known = partitions_.find(record.topic);
    if (known == partitions_.end()) {
        const auto described = admin_->describe_topic(record.topic, options_.timeout);
        if (!described) return described.error();
        known = partitions_.emplace(record.topic, described->partitions).first;
    }
    if (record.partition && *record.partition >= known->second) record.partition.reset();
    return {};
}

Record Redriver::parked(const ReceivedRecord& record, const Letter& letter) const {
    Record moved = record.to_record();
    moved.topic = options_.parked_topic.empty() ? parked_topic(letter.topic) : options_.parked_topic;
    moved.timestamp.reset();
    return moved;
}

Result<bool> Redriver::settle(const ReceivedRecord& record, LetterStates::Entry& entry, DeadLetterState state,
                              std::optional<Record> sent) {
    if (options_.dry_run) {
        count(state);
        return true;
    }
    batch_bytes_ += sent ? sent->size_bytes() : 0;
    batch_.push_back({std::move(sent), make_marker(record, state), &entry, state});
    if (batch_.size() < batch_limit_ && batch_bytes_ < most_batch_bytes) return true;
    if (auto committed = commit_batch(); !committed) return std::move(committed).error();
    return true;
}

void Redriver::count(DeadLetterState state) {
    switch (state) {
        case DeadLetterState::redriven: ++report_.redriven; break;
        case DeadLetterState::parked: ++report_.parked; break;
        case DeadLetterState::purged: ++report_.purged; break;
        case DeadLetterState::repeated: ++report_.repeated; break;
        case DeadLetterState::open: break;
    }
}

Result<void> Redriver::commit_batch() {
    if (batch_.empty()) return {};
    keep_pace();
    Result<void> written;
    for (int attempt = 0; attempt < most_tries; ++attempt) {
        written = write_batch();
        if (written || written.error().kind != ErrorKind::abortable) break;
    }
    if (!written) {
        if (written.error().kind == ErrorKind::abortable) written.error().kind = ErrorKind::retriable;
        return written;
    }
    for (Item& item : batch_) {
        count(item.state);
        item.entry->state = item.state;
        item.entry->marked = true;
    }
    batch_.clear();
    batch_bytes_ = 0;
    return {};
}

Result<void> Redriver::write_batch() {
    if (auto begun = writer_->begin(); !begun) return begun;
    {
        const std::lock_guard lock{mutex_};
        sent_offsets_.assign(batch_.size(), -1);
        unanswered_ = 0;
    }
    for (std::size_t at = 0; at < batch_.size(); ++at) {
        if (!batch_[at].sent) continue;
        if (auto written = write(*batch_[at].sent, at); !written) return written;
    }
    const std::vector<std::int64_t> sent = await_sent();
    for (std::size_t at = 0; at < batch_.size(); ++at) {
        if (sent[at] >= 0) note_sent(batch_[at].marker, sent[at]);
        if (auto written = write(batch_[at].marker, at + batch_.size()); !written) return written;
    }
    auto committed = writer_->commit(options_.timeout);
    if (committed || committed.error().kind != ErrorKind::abortable) return committed;
    return abort(std::move(committed).error());
}

Result<void> Redriver::write(const Record& record, std::size_t tag) {
    {
        const std::lock_guard lock{mutex_};
        ++unanswered_;
    }
    auto written = writer_->write(record, tag);
    if (written) return written;
    Error error = std::move(written).error();
    error.message =
        "dead letter " + place_of(batch_[tag % batch_.size()].marker) + " of " + topic_ + ": " + error.message;
    return abort(std::move(error));
}

/// A marker says where its record went. What is not known in time the commit waits for.
std::vector<std::int64_t> Redriver::await_sent() {
    std::unique_lock lock{mutex_};
    told_.wait_for(lock, options_.timeout, [&] { return unanswered_ == 0 || refused_; });
    return sent_offsets_;
}

Result<void> Redriver::abort(Error error) {
    if (auto aborted = writer_->abort(options_.timeout); !aborted) return aborted;
    const std::lock_guard lock{mutex_};
    if (!refused_) return error;
    Error cause = std::move(*refused_);
    refused_.reset();
    if (cause.kind == ErrorKind::retriable) cause.kind = ErrorKind::abortable;
    cause.message =
        "dead letter " + place_of(batch_[refused_tag_ % batch_.size()].marker) + " of " + topic_ + ": " + cause.message;
    return cause;
}

void Redriver::written(std::span<const WriteOutcome> outcomes) noexcept {
    const std::lock_guard lock{mutex_};
    for (const WriteOutcome& outcome : outcomes) {
        --unanswered_;
        if (outcome.error == nullptr && outcome.tag < sent_offsets_.size()) sent_offsets_[outcome.tag] = outcome.offset;
        if (outcome.error == nullptr || refused_) continue;
        refused_ = *outcome.error;
        refused_tag_ = outcome.tag;
    }
    told_.notify_all();
}

void Redriver::keep_pace() {
    if (!options_.letters_per_second) return;
    const Clock& clock = *broker_.runtime().clock;
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock{mutex};
    while (clock.monotonic() < next_batch_ && !stop_.stop_requested()) {
        const auto left = std::chrono::ceil<Duration>(next_batch_ - clock.monotonic());
        woken.wait_for(lock, stop_, std::clamp(left, Duration{1}, pace_slice), [] { return false; });
    }
    const std::chrono::duration<double> turn{static_cast<double>(batch_.size()) / *options_.letters_per_second};
    next_batch_ = std::max(next_batch_, clock.monotonic()) + std::chrono::duration_cast<MonotonicTime::duration>(turn);
}

Result<void> Redriver::delete_settled() {
    for (const auto& [partition, marks] : extent_->bounds()) {
        const std::int64_t end = states_.first_open(partition, marks.last_stable);
        if (end <= marks.low) continue;
        if (auto deleted = admin_->delete_records_before({topic_, partition}, end, options_.timeout); !deleted)
            return deleted;
    }
    return {};
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
