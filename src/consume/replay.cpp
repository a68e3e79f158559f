#include <eventsdk/consume/replay.hpp>

#include "consume/session.hpp"

#include <algorithm>
#include <cstdio>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr Duration patience{10};
constexpr Duration bounds_timeout{15'000};
constexpr Duration switch_pause{100};

Error bad_replay(std::string_view member, std::string hint) {
    Error error{.kind = ErrorKind::invalid_argument, .code = "replay.options"};
    error.message.append(member).append(" is out of range");
    error.hint = std::move(hint);
    return error;
}

Result<void> check(const ReplayOptions& options) {
    using namespace std::chrono_literals;
    if (!(options.records_per_second >= 0.0) || options.records_per_second > 1e9)
        return bad_replay("ReplayOptions::records_per_second", "0 to 1e9");
    if (options.progress_interval < 1ms || options.progress_interval > 24h)
        return bad_replay("ReplayOptions::progress_interval", "1 ms to 24 h");
    const auto kind = options.projector.start.kind;
    if (kind != StartPosition::Kind::earliest && kind != StartPosition::Kind::time)
        return bad_replay("ReplayOptions::projector.start", "earliest or a time; or give offsets");
    return {};
}

/// One replay, from opening to its report; belongs to one thread.
class Replayer {
public:
    Replayer(std::shared_ptr<const Parts> parts, ReplayOptions options, std::stop_token stop)
        : parts_{std::move(parts)}, options_{std::move(options)}, stop_{std::move(stop)}, session_{parts_, stop_} {}
    ~Replayer() { (void)session_.close(); }
    Replayer(const Replayer&) = delete;
    Replayer& operator=(const Replayer&) = delete;

    Result<void> open() {
        if (auto opened = session_.open(); !opened) return opened;
        session_.start_workers();
        return {};
    }
    /// Handles what is in the log now.
    Result<StopReason> catch_up() {
        if (auto marked = session_.mark_ends(); !marked) return std::move(marked).error();
        while (!stop_.stop_requested()) {
            if (auto done = session_.round(patience, false); !done) return std::move(done).error();
            if (session_.engine().stopped_by_handler()) return StopReason::handler;
            tell(false);
            auto there = session_.caught_up();
            if (!there) return std::move(there).error();
            if (*there) return StopReason::caught_up;
        }
        return StopReason::requested;
    }
    /// Waits until nothing is in work any more, reading nothing, and brings positions into the store.
    Result<void> settle() {
        while (!stop_.stop_requested() && !session_.engine().stopped_by_handler()) {
            session_.engine().housekeeping(true);
            if (auto failure = session_.engine().failure()) return std::move(*failure);
            if (session_.engine().idle()) return {};
            session_.engine().pause_for(patience);
        }
        return {};
    }
    /// Reads on for a while.
    Result<void> follow(Duration time) {
        const auto until = std::chrono::steady_clock::now() + time;
        while (!stop_.stop_requested() && std::chrono::steady_clock::now() < until) {
            if (auto done = session_.round(patience, false); !done) return done;
        }
        return {};
    }
    Result<ReplayReport> end(Result<StopReason> reason, bool switched) {
        if (!reason) return std::move(reason).error();
        caught_up_ = *reason == StopReason::caught_up;
        if (switched) session_.engine().stop_storing();
        tell(true);
        if (auto closed = session_.close(); !closed) return std::move(closed).error();
        ReplayReport report = session_.engine().replayed();
        report.reason = *reason;
        report.switched = switched;
        return report;
    }
    [[nodiscard]] bool stopped() { return stop_.stop_requested() || session_.engine().stopped_by_handler(); }
    [[nodiscard]] std::uint64_t failed() { return session_.engine().replayed().failed; }

private:
    void tell(bool last) {
        if (!options_.on_progress) return;
        const MonotonicTime now = parts_->broker.runtime().clock->monotonic();
        if (!last && told_ && now - *told_ < options_.progress_interval) return;
        const ReplayReport so_far = session_.engine().replayed();
        ReplayProgress progress{.handled = so_far.handled, .failed = so_far.failed};
        progress.remaining = caught_up_ ? 0 : session_.remaining();
        progress.caught_up = caught_up_;
        if (!started_) started_ = now;
        const double seconds = std::chrono::duration<double>(now - *started_).count();
        if (seconds > 0.0) progress.records_per_second = static_cast<double>(so_far.handled) / seconds;
        told_ = now;
        options_.on_progress(progress);
    }

    std::shared_ptr<const Parts> parts_;
    ReplayOptions options_;
    std::stop_token stop_;
    Session session_;
    std::optional<MonotonicTime> started_{};
    std::optional<MonotonicTime> told_{};
    bool caught_up_ = false;
};

/// Where each partition begins.
Result<std::vector<PartitionOffset>> find_starts(const Broker& broker, const Parts& parts,
                                                 const ReplayOptions& options) {
    if (!options.offsets.empty()) return options.offsets;
    auto admin = broker.port().admin();
    if (!admin) return std::move(admin).error();
    auto topics = subscribed_topics(**admin, parts.options.topics);
    if (!topics) return std::move(topics).error();
    std::vector<PartitionOffset> starts;
    for (const TopicDescription& topic : *topics) {
        for (std::int32_t partition = 0; partition < topic.partitions; ++partition) {
            PartitionOffset start{topic.name, partition, -1, {}};
            if (options.projector.start.kind == StartPosition::Kind::time) {
                const auto found =
                    (*admin)->offset_for_time({topic.name, partition}, options.projector.start.time, bounds_timeout);
                if (!found) return found.error();
                start.offset = *found;
            }
            if (start.offset < 0) {
                const auto bounds = (*admin)->watermarks({topic.name, partition}, bounds_timeout);
                if (!bounds) return bounds.error();
                start.offset = bounds->low;
            }
            starts.push_back(std::move(start));
        }
    }
    return starts;
}

Result<std::shared_ptr<const Parts>> prepare(const Broker& broker, Catalogue catalogue, Projection projection,
                                             const ReplayOptions& options) {
    if (auto checked = check(options); !checked) return std::move(checked).error();
    auto parts = make_parts(broker, std::move(catalogue), std::move(projection), options.projector);
    if (!parts) return std::move(parts).error();
    auto starts = find_starts(broker, **parts, options);
    if (!starts) return std::move(starts).error();
    (*parts)->replay = ReplayPlan{std::move(*starts), options.records_per_second, options.redriven_for};
    if (options.redriven_for.empty()) (*parts)->replay->redriven_for = (*parts)->projection.name();
    return std::shared_ptr<const Parts>{std::move(*parts)};
}

}  // namespace
}  // namespace consume

std::string ReplayProgress::bar(int width) const {
    const std::int64_t total = static_cast<std::int64_t>(handled) + std::max<std::int64_t>(remaining, 0);
    const double share = caught_up || total == 0 ? 1.0 : static_cast<double>(handled) / static_cast<double>(total);
    const int cells = std::clamp(width, 1, 200);
    const auto full = static_cast<std::size_t>(share * cells);
    std::string line = "[";
    line.append(full, '#').append(static_cast<std::size_t>(cells) - full, '.').append("]");
    char text[160];
    std::snprintf(text, sizeof text, " %3d %%  %llu handled, %lld to go, %.0f/s", static_cast<int>(share * 100.0),
                  static_cast<unsigned long long>(handled), static_cast<long long>(remaining), records_per_second);
    line += text;
    if (failed > 0) line += ", " + std::to_string(failed) + " failed";
    if (remaining > 0 && records_per_second > 0.0) {
        std::snprintf(text, sizeof text, ", %.0f s left", static_cast<double>(remaining) / records_per_second);
        line += text;
    }
    return line;
}

Result<ReplayReport> replay(Broker broker, Catalogue catalogue, Projection projection, ReplayOptions options,
                            std::stop_token stop) {
    auto parts = consume::prepare(broker, std::move(catalogue), std::move(projection), options);
    if (!parts) return std::move(parts).error();
    consume::Replayer replayer{std::move(*parts), std::move(options), std::move(stop)};
    if (auto opened = replayer.open(); !opened) return std::move(opened).error();
    return replayer.end(replayer.catch_up(), false);
}

Result<ReplayReport> rebuild(Broker broker, Catalogue catalogue, Projection shadow, RebuildOptions options,
                             std::stop_token stop) {
    if (!options.switch_over)
        return consume::bad_replay("RebuildOptions::switch_over",
                                   "give what puts the shadow in the place of the live one");
    auto parts = consume::prepare(broker, std::move(catalogue), std::move(shadow), options.replay);
    if (!parts) return std::move(parts).error();
    consume::Replayer replayer{std::move(*parts), std::move(options.replay), std::move(stop)};
    if (auto opened = replayer.open(); !opened) return std::move(opened).error();
    std::optional<std::chrono::steady_clock::time_point> deadline;
    while (true) {
        auto reason = replayer.catch_up();
        if (!reason || *reason != StopReason::caught_up) return replayer.end(std::move(reason), false);
        if (replayer.failed() > options.tolerated_failures) return replayer.end(std::move(reason), false);
        if (auto settled = replayer.settle(); !settled) return std::move(settled).error();
        if (replayer.stopped() || replayer.failed() > options.tolerated_failures) continue;
        auto switched = options.switch_over();
        if (switched) return replayer.end(std::move(reason), true);
        const auto now = std::chrono::steady_clock::now();
        if (!deadline) deadline = now + options.switch_patience;
        if (switched.error().kind != ErrorKind::retriable || now >= *deadline) return std::move(switched).error();
        if (auto followed = replayer.follow(consume::switch_pause); !followed) return std::move(followed).error();
    }
}

EVENTSDK_END_NAMESPACE
