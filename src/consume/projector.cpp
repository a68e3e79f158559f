#include <eventsdk/consume/projector.hpp>

#include "consume/session.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr Duration poll_patience{100};
constexpr Duration catching_up_patience{10};

Error bad_option(std::string_view member, std::string_view range) {
    Error error{.kind = ErrorKind::invalid_argument, .code = "projector_options.out_of_range"};
    error.message.append("ProjectorOptions::").append(member).append(" is out of range");
    error.hint.append("give ").append(member).append(" ").append(range);
    return error;
}

Result<void> check(const ProjectorOptions& options) {
    using namespace std::chrono_literals;
    if (options.workers < 1 || options.workers > 1'024) return bad_option("workers", "1 to 1,024");
    if (options.buffered_records < 2 || options.buffered_records > 10'000'000)
        return bad_option("buffered_records", "2 to 10,000,000");
    if (options.buffered_bytes < 1'024) return bad_option("buffered_bytes", "at least 1,024");
    if (options.waiting_keys < 1 || options.waiting_keys > 10'000'000)
        return bad_option("waiting_keys", "1 to 10,000,000");
    if (options.commit_interval < 10ms || options.commit_interval > 10min)
        return bad_option("commit_interval", "10 ms to 10 min");
    if (options.drain_timeout < 0ms || options.drain_timeout > 10min) return bad_option("drain_timeout", "0 to 10 min");
    if (options.handler_deadline < 1ms || options.handler_deadline > 24h)
        return bad_option("handler_deadline", "1 ms to 24 h");
    if (options.stuck_after < 1ms || options.stuck_after > 24h) return bad_option("stuck_after", "1 ms to 24 h");
    if (options.dead_letters.max_message_bytes < 64 || options.dead_letters.max_message_bytes > 16'384)
        return bad_option("dead_letters.max_message_bytes", "64 to 16,384");
    if (options.dead_letters.sequence_letters < 1 || options.dead_letters.sequence_letters > 10'000'000)
        return bad_option("dead_letters.sequence_letters", "1 to 10,000,000");
    if (auto retry = options.retry.validated(); !retry) return std::move(retry).error();
    for (const RetryRule& rule : options.retry_rules) {
        if (auto retry = rule.policy.validated(); !retry) return std::move(retry).error();
    }
    return {};
}

}  // namespace

class Projector::Impl {
public:
    explicit Impl(std::shared_ptr<const consume::Parts> parts) : parts_{std::move(parts)} {}
    ~Impl() { (void)leave(); }

    Result<StopReason> run(const std::stop_token& stop, bool until_caught_up) {
        if (auto left = leave(); !left) return std::move(left).error();
        auto opened = open(stop);
        if (!opened) return std::move(opened).error();
        if (until_caught_up) {
            if (auto marked = session_->mark_ends(); !marked) return end(std::move(marked).error());
        }
        session_->start_workers();
        return end(loop(stop, until_caught_up));
    }
    Result<std::size_t> step() {
        if (!session_) {
            if (auto opened = open({}); !opened) return std::move(opened).error();
        }
        if (auto polled = session_->round(Duration{0}, false); !polled) return failed_step(std::move(polled).error());
        const std::size_t ran = session_->work_here();
        session_->engine().housekeeping(true);
        return ran;
    }

    [[nodiscard]] ProjectorHealth health() const { return parts_->health->get(); }

private:
    Result<void> open(const std::stop_token& stop) {
        session_ = std::make_unique<consume::Session>(parts_, stop);
        auto opened = session_->open();
        if (!opened) session_.reset();
        return opened;
    }
    Result<void> leave() {
        if (!session_) return {};
        const auto session = std::move(session_);
        return session->close();
    }
    Result<StopReason> end(Result<StopReason> reason) {
        auto left = leave();
        if (!reason || left) return reason;
        return std::move(left).error();
    }
    Result<std::size_t> failed_step(Error error) {
        (void)leave();
        return error;
    }
    Result<StopReason> loop(const std::stop_token& stop, bool until_caught_up) {
        const Duration patience = until_caught_up ? catching_up_patience : poll_patience;
        while (!stop.stop_requested()) {
            if (auto done = session_->round(patience, false); !done) return std::move(done).error();
            if (session_->engine().stopped_by_handler()) return StopReason::handler;
            if (!until_caught_up) continue;
            auto caught_up = session_->caught_up();
            if (!caught_up) return std::move(caught_up).error();
            if (*caught_up) return StopReason::caught_up;
        }
        return StopReason::requested;
    }

    std::shared_ptr<const consume::Parts> parts_;
    std::unique_ptr<consume::Session> session_;
};

Result<std::shared_ptr<consume::Parts>> consume::make_parts(Broker broker, Catalogue catalogue, Projection projection,
                                                            ProjectorOptions options) {
    if (auto checked = check(options); !checked) return std::move(checked).error();
    if (projection.name().empty() || projection.name().size() > 249)
        return Error{.kind = ErrorKind::invalid_argument,
                     .code = "projection.name",
                     .message = "a projection's name is its consumer group: 1 to 249 bytes",
                     .hint = "name it"};
    if (options.topics.empty()) {
        auto topics = consume::topics_of(projection, catalogue);
        if (!topics) return std::move(topics).error();
        options.topics = std::move(*topics);
    }
    auto parts = std::make_shared<consume::Parts>(
        consume::Parts{std::move(broker), std::move(catalogue), std::move(projection), std::move(options)});
    auto handlers = consume::HandlerTable::create(parts->projection, parts->catalogue);
    if (!handlers) return std::move(handlers).error();
    parts->handlers = std::move(*handlers);
    auto stores = consume::stores_of(parts->projection);
    if (!stores) return std::move(stores).error();
    parts->stores = std::move(*stores);
    auto retry_topics = consume::RetryTopics::create(parts->options);
    if (!retry_topics) return std::move(retry_topics).error();
    if (retry_topics->any() && parts->stores.positions)
        return Error{.kind = ErrorKind::invalid_argument,
                     .code = "projector_options.retry_topics",
                     .message = "ProjectorOptions::retry_topics does not go with handlers of exactly_once",
                     .hint = "leave retry_topics out: retries then keep the order and the position in the database"};
    parts->retry_topics = std::move(*retry_topics);
    return parts;
}

Result<Projector> Projector::create(Broker broker, Catalogue catalogue, Projection projection,
                                    ProjectorOptions options) {
    auto parts =
        consume::make_parts(std::move(broker), std::move(catalogue), std::move(projection), std::move(options));
    if (!parts) return std::move(parts).error();
    return Projector{std::make_unique<Impl>(std::move(*parts))};
}

Projector::Projector(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Projector::Projector(Projector&&) noexcept = default;
Projector& Projector::operator=(Projector&&) noexcept = default;
Projector::~Projector() = default;

Result<StopReason> Projector::run(std::stop_token stop) { return impl_->run(stop, false); }
Result<StopReason> Projector::run_until_caught_up(std::stop_token stop) { return impl_->run(stop, true); }
Result<std::size_t> Projector::step() { return impl_->step(); }
ProjectorHealth Projector::health() const { return impl_->health(); }

EVENTSDK_END_NAMESPACE
