#include "produce/pending_table.hpp"

#include "produce/errors.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace produce {
namespace {

// Where a writer of its own is full although the table is not, the time after which it is asked again.
constexpr auto ask_again = std::chrono::milliseconds{10};

/// The delivery thread had it last: it is on its way by the time of the next record.
void prefetch(const Pending* pending) noexcept {
    if (pending == nullptr) return;
    const auto* at = reinterpret_cast<const char*>(pending);
    for (std::size_t line = 0; line < sizeof(Pending); line += 64) __builtin_prefetch(at + line, 1);
}

}  // namespace

PendingTable::PendingTable(const Runtime& runtime, Bounds bounds)
    : runtime_{runtime}, bounds_{bounds}, measured_{runtime.metrics != no_metrics()} {
    if (!measured_) return;
    depth_records_ = runtime.metrics->gauge("eventsdk_producer_queue_records", "Records without an outcome yet", {});
    depth_bytes_ =
        runtime.metrics->gauge("eventsdk_producer_queue_bytes", "Bytes of records without an outcome yet", {});
}

void PendingTable::wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes, Deadline deadline) {
    ++waiting_;
    moved_.wait_until(lock, deadline, [&] { return closed_ || has_room(bytes); });
    --waiting_;
}

Result<Pending*> PendingTable::take(std::unique_lock<std::mutex>& lock, const Record& record, std::size_t bytes) {
    if (closed_) return closed_error();
    if (!has_room(bytes)) return queue_full_error(records_, bytes_);
    if (free_ == nullptr) free_ = &places_.emplace_back();
    Pending* pending = free_;
    free_ = pending->next_free;
    prefetch(free_);
    ++records_;
    bytes_ += bytes;
    pending->topic = &series_of(record.topic);
    lock.unlock();
    pending->next_free = nullptr;
    pending->bytes = bytes;
    pending->event_id = record.event_id;
    if (measured_) pending->started = runtime_.clock->monotonic();
    return pending;
}

TopicSeries& PendingTable::series_of(const std::string& topic) {
    if (last_topic_ != nullptr && last_topic_->name() == topic) return *last_topic_;
    auto& series = topics_[topic];
    if (series == nullptr) series = std::make_unique<TopicSeries>(topic, runtime_, measured_);
    last_topic_ = series.get();
    return *series;
}

void PendingTable::settle(std::size_t records, std::size_t bytes) {
    const std::lock_guard lock{mutex_};
    records_ -= records;
    bytes_ -= bytes;
    ++progress_;
    show_depth();
    if (waiting_ > 0) moved_.notify_all();
}

void PendingTable::recycle(Pending* first, Pending* last) {
    const std::lock_guard lock{mutex_};
    last->next_free = free_;
    free_ = first;
}

void PendingTable::give_up(Pending* pending, const Error& error) {
    const std::lock_guard lock{mutex_};
    pending->topic->failed(runtime_, error, pending->event_id);
    pending->completion = nullptr;
    pending->ticket.reset();
    --records_;
    bytes_ -= pending->bytes;
    pending->next_free = free_;
    free_ = pending;
    if (waiting_ > 0) moved_.notify_all();
}

void PendingTable::failed(Pending* pending, const Error& error) {
    const std::lock_guard lock{mutex_};
    pending->topic->failed(runtime_, error, pending->event_id);
}

void PendingTable::wait_progress(std::uint64_t seen, Deadline deadline) {
    std::unique_lock lock{mutex_};
    ++waiting_;
    const Deadline until = std::min(deadline, std::chrono::steady_clock::now() + ask_again);
    moved_.wait_until(lock, until, [&] { return closed_ || progress() != seen; });
    --waiting_;
}

void PendingTable::close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    moved_.notify_all();
}

bool PendingTable::closed() const {
    const std::lock_guard lock{mutex_};
    return closed_;
}

void PendingTable::show_depth() noexcept {
    if (!measured_) return;
    depth_records_->set(static_cast<double>(records_));
    depth_bytes_->set(static_cast<double>(bytes_));
}

}  // namespace produce
EVENTSDK_END_NAMESPACE
