#include "snapshot/core_impl.hpp"

#include "broker/deadline.hpp"
#include "snapshot/errors.hpp"

#include <memory>
#include <new>

EVENTSDK_BEGIN_NAMESPACE
namespace detail {
namespace {

using snapshot::check_id;
using snapshot::check_revision;
using snapshot::failure;
using snapshot::Walked;

constexpr std::array seconds_buckets{0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0};

/// A state that is restored only to be written again.
class StateBox {
public:
    explicit StateBox(const AggregateDescriptor& aggregate)
        : aggregate_{aggregate}, state_{::operator new (aggregate.size_bytes, std::align_val_t{aggregate.alignment})} {
        aggregate_.construct(state_);
    }
    StateBox(const StateBox&) = delete;
    StateBox& operator=(const StateBox&) = delete;
    ~StateBox() {
        aggregate_.destroy(state_);
        ::operator delete (state_, std::align_val_t{aggregate_.alignment});
    }
    [[nodiscard]] void* get() const noexcept { return state_; }

private:
    const AggregateDescriptor& aggregate_;
    void* state_;
};

Error closed() { return failure(ErrorKind::closed, "snapshot.closed", "the snapshots are closed"); }

}  // namespace

SnapshotCore::Impl::Impl(Broker broker, Catalogue catalogue, const AggregateDescriptor& aggregate,
                         SnapshotOptions options, std::string topic)
    : broker_{std::move(broker)},
      catalogue_{std::move(catalogue)},
      aggregate_{aggregate},
      options_{std::move(options)},
      topic_{std::move(topic)},
      log_{broker_, options_.timeout},
      restorer_{log_, catalogue_, broker_.runtime(), options_, topic_, std::string{aggregate.type.aggregate}},
      publication_{std::string{aggregate.type.aggregate}, topic_, options_},
      offers_{options_.queued_offers} {
    Metrics& metrics = *broker_.runtime().metrics;
    constexpr std::array outcomes{"written", "not_needed", "failed", "dropped"};
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        ends_[i] = metrics.counter("eventsdk_snapshots_total", "snapshots offered or published, by how it ended",
                                   {{"topic", topic_}, {"outcome", outcomes[i]}});
    seconds_ =
        metrics.histogram("eventsdk_restore_seconds", "restoring an aggregate", {{"topic", topic_}}, seconds_buckets);
    behind_ = metrics.gauge("eventsdk_snapshot_revision_lag", "events after the snapshot that the last restore folded",
                            {{"topic", topic_}});
}

Result<RestoredState> SnapshotCore::Impl::restore(std::string_view id, const RestoreTarget& target, void* state) {
    if (auto checked = check_id(id); !checked) return std::move(checked).error();
    if (auto checked = check_revision(target.revision.value_or(0)); !checked) return std::move(checked).error();
    RestoredState made;
    snapshot::StateSink sink{aggregate_, options_.upcasters, state, made.report};
    const snapshot::Wanted wanted{.revision = target.revision, .time = target.time};
    auto walked = restorer_.walk(id, wanted, sink, made.report);
    if (!walked) return std::move(walked).error();
    if (target.revision && sink.revision() < *target.revision)
        return snapshot::not_yet(id, sink.revision(), *target.revision);
    made.revision = sink.revision();
    made.occurred_at = sink.occurred_at();
    observe(made.report);
    if (!target.revision && !target.time) remember(id, made.report);
    return made;
}

Result<ReadReport> SnapshotCore::Impl::history(std::string_view id, std::int64_t from, std::int64_t to,
                                               const std::function<bool(const HistoryEvent&)>& take) {
    if (auto checked = check_id(id); !checked) return std::move(checked).error();
    if (auto checked = check_revision(from); !checked) return std::move(checked).error();
    ReadReport report;
    if (to < from) return report;
    snapshot::HistorySink sink{from, take, report};
    const snapshot::Wanted wanted{.revision = to, .time = {}, .greatest_snapshot = from - 1};
    auto walked = restorer_.walk(id, wanted, sink, report);
    if (!walked) return std::move(walked).error();
    return report;
}

bool SnapshotCore::Impl::due(const SnapshotOffer& offer) const {
    bool any = false;
    bool all = true;
    const auto ask = [&](bool says) {
        any = any || says;
        all = all && says;
    };
    const std::int64_t since = offer.revision - offer.snapshot_revision.value_or(0);
    if (options_.every_revisions) ask(since >= *options_.every_revisions);
    if (options_.after_load_time) ask(since > 0 && offer.load_time > *options_.after_load_time);
    if (options_.when) ask(options_.when(offer));
    return any && (all || !options_.all_policies);
}

bool SnapshotCore::Impl::offer(std::string_view id, std::int64_t revision, const void* state) {
    if (!check_id(id) || revision < 1) return false;
    const Known before = known(id);
    if (!due({id, revision, before.snapshot_revision, before.load_time, state})) return false;
    if (!offers_.push(id, revision)) {
        count(End::dropped);
        return false;
    }
    const std::lock_guard lock{mutex_};
    if (!worker_.joinable() && !closed_) worker_ = std::thread{[this] { work(); }};
    return true;
}

void SnapshotCore::Impl::work() noexcept {
    snapshot::OfferQueue::Offer offer;
    while (offers_.pop(offer)) {
        Result<PublishedSnapshot> done = closed();
        try {
            done = take_snapshot(offer.id, true);
        } catch (const std::exception& thrown) {
            done = failure(ErrorKind::fatal, "snapshot.failed", thrown.what());
        }
        if (!done && done.error().kind != ErrorKind::closed)
            broker_.runtime().logger->log(LogLevel::warning, "a snapshot could not be taken; a later offer tries again",
                                          {{"topic", std::string_view{topic_}},
                                           {"aggregate", std::string_view{offer.id}},
                                           {"reason", std::string_view{done.error().message}}});
        offers_.done();
    }
}

Result<PublishedSnapshot> SnapshotCore::Impl::take_snapshot(std::string_view id, bool when_due) {
    if (auto checked = check_id(id); !checked) return std::move(checked).error();
    const StateBox state{aggregate_};
    ReadReport report;
    snapshot::StateSink sink{aggregate_, options_.upcasters, state.get(), report};
    const snapshot::Wanted wanted;
    auto walked = restorer_.walk(id, wanted, sink, report);
    if (!walked) {
        count(End::failed);
        return std::move(walked).error();
    }
    const std::int64_t revision = walked->cursor.revision();
    observe(report);
    remember(id, report);
    const auto took = std::chrono::duration_cast<Duration>(report.took);
    const bool wanted_now = !when_due || due({id, revision, report.snapshot_revision, took, state.get()});
    if (!wanted_now || !snapshot::worth_keeping(*walked, report)) {
        count(End::not_needed);
        return PublishedSnapshot{revision, false};
    }
    auto written = write(id, *walked, state.get());
    count(!written ? End::failed : End::written);
    if (!written) return std::move(written).error();
    report.snapshot_revision = revision;
    remember(id, report);
    return PublishedSnapshot{revision, true};
}

Result<void> SnapshotCore::Impl::write(std::string_view id, const Walked& walked, const void* state) {
    auto text = snapshot::encode_state(aggregate_, state);
    if (!text) return std::move(text).error();
    auto made = producer();
    if (!made) return std::move(made).error();
    return publication_.write(**made, id, walked, aggregate_.state_version, std::move(*text));
}

Result<void> SnapshotCore::Impl::remove(std::string_view id) {
    auto made = producer();
    if (!made) return std::move(made).error();
    auto record = catalogue_.prepare_tombstone(snapshot_topic(topic_), id);
    if (!record) return std::move(record).error();
    auto written = (*made)->publish(*record);
    if (!written) return std::move(written).error();
    const std::lock_guard lock{mutex_};
    known_.erase(std::string{id});
    return {};
}

Result<Producer*> SnapshotCore::Impl::producer() {
    const std::lock_guard lock{mutex_};
    if (closed_) return closed();
    if (!producer_) {
        auto made = publication_.producer(broker_, catalogue_);
        if (!made) return std::move(made).error();
        producer_.emplace(std::move(*made));
    }
    return &*producer_;
}

void SnapshotCore::Impl::observe(const ReadReport& report) noexcept {
    seconds_->observe(std::chrono::duration<double>(report.took).count());
    behind_->set(static_cast<double>(report.events));
}

void SnapshotCore::Impl::remember(std::string_view id, const ReadReport& report) {
    const std::lock_guard lock{mutex_};
    if (options_.remembered_aggregates == 0) return;
    if (known_.size() >= options_.remembered_aggregates) known_.clear();
    known_[std::string{id}] = {report.snapshot_revision, std::chrono::duration_cast<Duration>(report.took)};
}

SnapshotCore::Impl::Known SnapshotCore::Impl::known(std::string_view id) {
    const std::lock_guard lock{mutex_};
    const auto found = known_.find(std::string{id});
    return found == known_.end() ? Known{} : found->second;
}

Result<void> SnapshotCore::Impl::flush(Duration timeout) {
    if (offers_.drain(deadline_after(timeout))) return {};
    return failure(ErrorKind::retriable, "snapshot.flush_timeout",
                   "snapshots offered were not all taken in " + std::to_string(timeout.count()) + " ms");
}

void SnapshotCore::Impl::close(Duration timeout) noexcept {
    std::thread worker;
    Producer* open = nullptr;
    {
        const std::lock_guard lock{mutex_};
        closed_ = true;
        worker.swap(worker_);
        if (producer_) open = &*producer_;
    }
    offers_.close();
    log_.stop();
    if (open != nullptr) static_cast<void>(open->close(timeout));
    if (worker.joinable()) worker.join();
}

}  // namespace detail
EVENTSDK_END_NAMESPACE
