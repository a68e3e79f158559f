#include <eventsdk/outbox/outbox_relay.hpp>

#include "outbox/alarm.hpp"
#include "outbox/relay_options.hpp"
#include "outbox/relay_sender.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using std::chrono::steady_clock;

constexpr Duration longest_outage_pause{5'000};
constexpr Duration first_outage_pause{100};
constexpr Duration health_interval{5'000};
constexpr Duration purge_interval{60'000};
constexpr std::size_t default_max_record_bytes = 1'048'588;
constexpr std::size_t record_overhead_bytes = 512;  // of the batch and record headers

std::string own_name(const Runtime& runtime) {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
    return fmt::format("{}-{}-{}", host.data(), ::getpid(), runtime.ids->next().to_string().substr(24));
}

}  // namespace

class OutboxRelay::Impl {
public:
    Impl(std::unique_ptr<OutboxStore> store, Broker broker, RelayOptions options)
        : store_{std::move(store)},
          broker_{std::move(broker)},
          options_{std::move(options)},
          runtime_{broker_.runtime()},
          pending_gauge_{
              runtime_.metrics->gauge("eventsdk_outbox_pending", "Outbox rows waiting to be published.", {})},
          oldest_gauge_{runtime_.metrics->gauge("eventsdk_outbox_oldest_seconds",
                                                "Age of the oldest outbox row waiting to be published.", {})} {
        if (options_.name.empty()) options_.name = own_name(runtime_);
        // A record may not be given up by the writer while later ones of its key go on: the relay replaces the writer.
        options_.writer.delivery_timeout = std::max(options_.writer.delivery_timeout, options_.lease * 10);
        sender_ = options_.transactional ? outbox::make_transactional_sender(broker_, options_)
                                         : outbox::make_plain_sender(broker_, options_.writer);
    }

    Result<void> run(const std::stop_token& stop);
    Result<std::size_t> run_once();
    void wake() noexcept { alarm_.ring(); }
    RelayHealth health() const {
        const std::scoped_lock lock{health_mutex_};
        return health_;
    }
    void hand_over() noexcept;

private:
    Result<void> renew();
    Result<void> learn_limits(std::span<const OutboxRow> rows, MonotonicTime deadline);
    Result<std::size_t> finish(const outbox::RelayBatch::Ended& ended);
    Result<void> mark_rejected(const outbox::RelayBatch::Ended& ended);
    void watch();
    void purge();
    void report(const Error* error);
    [[nodiscard]] MonotonicTime lease_end() const;

    std::unique_ptr<OutboxStore> store_;
    Broker broker_;
    RelayOptions options_;
    const Runtime& runtime_;
    std::shared_ptr<Gauge> pending_gauge_;
    std::shared_ptr<Gauge> oldest_gauge_;
    std::unique_ptr<outbox::RelaySender> sender_;
    std::vector<ShardLease> leases_;
    std::vector<ShardLease> ready_;  ///< those of them whose rows may be claimed
    MonotonicTime renew_at_{};
    MonotonicTime watch_at_{};
    MonotonicTime purge_at_{};
    outbox::RecordLimits limits_;
    outbox::Alarm alarm_;
    mutable std::mutex health_mutex_;
    RelayHealth health_;
    bool failing_ = false;
};

MonotonicTime OutboxRelay::Impl::lease_end() const {
    MonotonicTime end = MonotonicTime::max();
    for (const ShardLease& lease : leases_) end = std::min(end, lease.expires);
    return end;
}

Result<void> OutboxRelay::Impl::renew() {
    if (steady_clock::now() < renew_at_) return {};
    auto leases = store_->lease(options_.name, options_.lease);
    if (!leases) return std::move(leases).error();
    leases_ = std::move(*leases);
    renew_at_ = steady_clock::now() + options_.lease / 3;
    return {};
}

/// A record that only the broker would find too large lets later ones of its key overtake it: ask for the limit first.
Result<void> OutboxRelay::Impl::learn_limits(std::span<const OutboxRow> rows, MonotonicTime deadline) {
    for (const OutboxRow& row : rows) {
        if (limits_.contains(row.record.topic) || steady_clock::now() >= deadline) continue;
        auto admin = broker_.port().admin();
        if (!admin) return std::move(admin).error();
        const auto left = std::chrono::duration_cast<Duration>(deadline - steady_clock::now());
        const auto topic = (*admin)->describe_topic(row.record.topic, std::clamp(left, Duration{1}, Duration{5'000}));
        if (!topic && topic.error().kind != ErrorKind::unavailable && topic.error().kind != ErrorKind::retriable)
            continue;
        if (!topic) return topic.error();
        std::size_t limit = default_max_record_bytes;
        if (const auto set = topic->config.find("max.message.bytes"); set != topic->config.end())
            limit = static_cast<std::size_t>(std::strtoull(set->second.c_str(), nullptr, 10));
        limits_[row.record.topic] = limit > record_overhead_bytes ? limit - record_overhead_bytes : limit;
    }
    return {};
}

Result<void> OutboxRelay::Impl::mark_rejected(const outbox::RelayBatch::Ended& ended) {
    std::vector<RowFailure> failures;
    for (const auto& [row, error] : ended.rejected) {
        failures.push_back({row->seq, row->shard, error, true, Duration{0}});
        runtime_.logger->log(LogLevel::error, "an outbox row was rejected and holds back its aggregate",
                             {{"seq", row->seq},
                              {"event_id", std::string_view{row->record.event_id}},
                              {"topic", std::string_view{row->record.topic}},
                              {"error", std::string_view{error.message}}});
        limits_.erase(row->record.topic);
    }
    if (failures.empty()) return {};
    if (auto marked = store_->mark_failed(ready_, failures); !marked || !options_.dead_letter_rejected) return marked;
    for (const RowFailure& failure : failures) {
        if (auto done = store_->resolve(failure.seq, Resolution::dead_letter); !done) return done;
    }
    return {};
}

Result<std::size_t> OutboxRelay::Impl::finish(const outbox::RelayBatch::Ended& ended) {
    Result<void> marked{};
    if (!ended.published.empty()) marked = store_->mark_published(ready_, ended.published);
    if (!marked) sender_->not_marked();
    else marked = mark_rejected(ended);
    if (!marked) {
        store_->rewind();
        renew_at_ = {};
        return std::move(marked).error();
    }
    if (ended.failed || !ended.rejected.empty()) store_->rewind();
    if (ended.failed) return *ended.failed;
    return ended.published.size();
}

Result<std::size_t> OutboxRelay::Impl::run_once() {
    if (auto done = renew(); !done) return std::move(done).error();
    watch();
    purge();
    if (leases_.empty()) {
        ready_.clear();
        sender_->close();
        return std::size_t{0};
    }
    // What is not acknowledged well before the lease ends is given up, so that a successor does not overtake it.
    const MonotonicTime deadline = lease_end() - options_.lease / 4;
    auto ready = sender_->prepare(*store_, leases_, deadline);
    if (!ready) return renew_at_ = {}, std::move(ready).error();
    ready_ = std::move(*ready);
    if (ready_.empty()) return std::size_t{0};
    auto rows = store_->pending(ready_, static_cast<std::size_t>(options_.batch));
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return std::size_t{0};
    if (auto known = learn_limits(*rows, deadline); !known) {
        store_->rewind();
        return std::move(known).error();
    }
    if (steady_clock::now() >= deadline) {
        store_->rewind();
        renew_at_ = {};
        return std::size_t{0};
    }
    return finish(sender_->send(*rows, limits_, deadline));
}

void OutboxRelay::Impl::purge() {
    const auto now = steady_clock::now();
    if (!options_.archive_retention || now < purge_at_) return;
    purge_at_ = now + purge_interval;
    if (auto purged = store_->purge_archive(*options_.archive_retention); !purged) report(&purged.error());
}

void OutboxRelay::Impl::watch() {
    const auto started = steady_clock::now();
    if (started < watch_at_) return;
    auto status = store_->status(100);
    const auto ended = steady_clock::now();
    watch_at_ = ended + std::max<MonotonicTime::duration>(health_interval, (ended - started) * 20);
    if (!status) return;
    pending_gauge_->set(static_cast<double>(status->pending));
    oldest_gauge_->set(status->oldest ? static_cast<double>(status->oldest->count()) / 1000.0 : 0.0);
    const std::scoped_lock lock{health_mutex_};
    health_.status = std::move(*status);
    const bool old = health_.status.oldest && *health_.status.oldest > options_.unhealthy_after;
    health_.healthy = !old && !failing_;
    if (old) health_.reason = fmt::format("the oldest row has waited for {} s", health_.status.oldest->count() / 1000);
    else if (!failing_) health_.reason.clear();
}

/// Says so once, in both directions.
void OutboxRelay::Impl::report(const Error* error) {
    if (error != nullptr && !failing_) {
        runtime_.logger->log(LogLevel::warning, "the outbox relay waits",
                             {{"code", std::string_view{error->code}}, {"reason", std::string_view{error->message}}});
    } else if (error == nullptr && failing_) {
        runtime_.logger->log(LogLevel::info, "the outbox relay goes on");
    }
    failing_ = error != nullptr;
    const std::scoped_lock lock{health_mutex_};
    if (error != nullptr) {
        health_.healthy = false;
        health_.reason = error->message;
    } else if (health_.status.oldest.value_or(Duration{0}) <= options_.unhealthy_after) {
        health_.healthy = true;
        health_.reason.clear();
    }
}

void OutboxRelay::Impl::hand_over() noexcept {
    sender_->close();
    if (auto released = store_->release(options_.name); !released) {
        runtime_.logger->log(LogLevel::warning,
                             "the shards could not be handed over; they are free when the lease ends",
                             {{"reason", std::string_view{released.error().message}}});
    }
    leases_.clear();
    renew_at_ = {};
}

Result<void> OutboxRelay::Impl::run(const std::stop_token& stop) {
    Duration outage_pause = first_outage_pause;
    Duration idle_pause = options_.poll_interval / 8;
    while (!stop.stop_requested()) {
        auto done = run_once();
        if (!done) {
            if (done.error().kind == ErrorKind::fatal || done.error().kind == ErrorKind::invalid_argument) {
                hand_over();
                return std::move(done).error();
            }
            report(&done.error());
            alarm_.wait(outage_pause, stop, -1);
            outage_pause = std::min(outage_pause * 2, longest_outage_pause);
            continue;
        }
        report(nullptr);
        outage_pause = first_outage_pause;
        if (*done > 0) {
            idle_pause = options_.poll_interval / 8;
            continue;
        }
        // News are taken by pending() only: a relay that did not ask would be woken by the same ones for ever.
        alarm_.wait(std::max(idle_pause, Duration{1}), stop, ready_.empty() ? -1 : store_->wake_descriptor());
        idle_pause = std::min(idle_pause * 2 + Duration{1}, options_.poll_interval);
    }
    hand_over();
    return {};
}

Result<OutboxRelay> OutboxRelay::create(std::unique_ptr<OutboxStore> store, Broker broker, RelayOptions options) {
    if (auto right = outbox::check(options); !right) return std::move(right).error();
    return OutboxRelay{std::make_unique<Impl>(std::move(store), std::move(broker), std::move(options))};
}

OutboxRelay::OutboxRelay(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
OutboxRelay::OutboxRelay(OutboxRelay&&) noexcept = default;
OutboxRelay& OutboxRelay::operator=(OutboxRelay&&) noexcept = default;
OutboxRelay::~OutboxRelay() = default;

Result<void> OutboxRelay::run(std::stop_token stop) { return impl_->run(stop); }
Result<std::size_t> OutboxRelay::run_once() { return impl_->run_once(); }
void OutboxRelay::wake() noexcept { impl_->wake(); }
RelayHealth OutboxRelay::health() const { return impl_->health(); }

EVENTSDK_END_NAMESPACE
