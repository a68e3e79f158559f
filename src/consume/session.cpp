#include "consume/session.hpp"

#include "consume/subscription.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr Duration admin_timeout{15'000};
constexpr Duration room_patience{5};
constexpr Duration outage_pause{50};
constexpr Duration throttle_pause{5};

ReaderOptions reader_options(const Parts& parts) {
    const ProjectorOptions& options = parts.options;
    ReaderOptions reader;
    reader.group = parts.projection.name();
    reader.topics = options.topics;
    // What failed before the group's first commit there must be found.
    reader.from_earliest = parts.retry_topics.names();
    reader.topics.insert(reader.topics.end(), reader.from_earliest.begin(), reader.from_earliest.end());
    reader.start = options.start;
    reader.instance_id = options.instance_id;
    reader.session_timeout = options.session_timeout;
    reader.max_poll_interval = options.max_poll_interval;
    reader.prefetch_records = options.prefetch_records;
    return reader;
}

}  // namespace

Session::Session(std::shared_ptr<const Parts> parts, std::stop_token stop)
    : parts_{std::move(parts)},
      engine_{std::make_shared<Engine>(parts_, std::move(stop))},
      throttle_{parts_->replay ? parts_->replay->records_per_second : 0.0} {}

Result<void> Session::open() {
    if (parts_->replay) return open_replay();
    auto reader = parts_->broker.port().reader(reader_options(*parts_), engine_.get());
    if (!reader) return std::move(reader).error();
    reader_ = std::move(*reader);
    engine_->attach(reader_.get());
    return {};
}

Result<void> Session::open_replay() {
    ReaderOptions options;
    options.prefetch_records = parts_->options.prefetch_records;
    auto reader = parts_->broker.port().reader(options, nullptr);
    if (!reader) return std::move(reader).error();
    reader_ = std::move(*reader);
    engine_->attach(reader_.get());
    const std::vector<PartitionOffset>& starts = parts_->replay->starts;
    if (auto assigned = reader_->assign(starts); !assigned) return assigned;
    std::vector<AssignedPartition> partitions;
    for (const PartitionOffset& start : starts)
        partitions.push_back({.topic = start.topic, .partition = start.partition, .offset = start.offset});
    engine_->assigned(partitions);
    return {};
}

void Session::start_workers() {
    engine_->begin_run();
    for (int count = 0; count < parts_->options.workers; ++count) workers_.push_back(std::make_unique<Worker>(engine_));
}

Result<void> Session::poll(Duration patience) {
    brought_ = false;
    if (patience > Duration{0} && engine_->any_paused()) patience = Duration{0};
    const std::size_t most =
        throttle_.allowed(parts_->broker.runtime().clock->monotonic(), poll_batch(parts_->options));
    if (most == 0) {
        engine_->pause_for(throttle_pause);
        return {};
    }
    auto polled = reader_->poll(records_, most, patience);
    throttle_.spend(records_.size());
    brought_ = !records_.empty();
    engine_->intake(records_);
    if (auto placed = engine_->place(); !placed) return placed;
    if (polled) {
        if (*polled > 0) report_outage(nullptr);
        return {};
    }
    const ErrorKind kind = polled.error().kind;
    if (kind != ErrorKind::unavailable && kind != ErrorKind::retriable) return std::move(polled).error();
    report_outage(&polled.error());
    if (!workers_.empty()) engine_->pause_for(outage_pause);
    return {};
}

void Session::report_outage(const Error* error) {
    const std::string code = error != nullptr ? error->code : std::string{};
    if (code == outage_) return;
    outage_ = code;
    Logger& logger = *parts_->broker.runtime().logger;
    if (error == nullptr) {
        logger.log(LogLevel::info, "reading goes on", {{"group", parts_->projection.name()}});
    } else {
        logger.log(LogLevel::warning, "reading is interrupted; trying on",
                   {{"group", parts_->projection.name()}, {"code", error->code}, {"message", error->message}});
    }
}

Result<void> Session::round(Duration patience, bool commit_now) {
    if (auto polled = poll(patience); !polled) return polled;
    engine_->housekeeping(commit_now);
    // As long as records come in, partitions with room must not wait for those without.
    if (!workers_.empty() && !brought_) engine_->wait_for_room(std::min(patience, room_patience));
    for (const auto& worker : workers_) engine_->watch(worker->progress());
    if (auto failure = engine_->failure()) return std::move(*failure);
    return {};
}

std::size_t Session::work_here() {
    if (!dispatcher_) {
        dispatcher_ = std::make_unique<Dispatcher>(parts_->catalogue, parts_->handlers, parts_->options.unknown_types,
                                                   parts_->projection.name(), engine_->stop_token(),
                                                   engine_->replay_failures(), parts_->options.retry_rules);
    }
    std::size_t count = 0;
    while (engine_->exchange(batch_, parts_->handlers.largest_batch(), false)) {
        BatchRun{batch_, *dispatcher_, progress_}.run();
        count += static_cast<std::size_t>(std::count_if(batch_.ends.begin(), batch_.ends.end(), [](Batch::End end) {
            return Batch::is_good(end) || end == Batch::End::failed;
        }));
    }
    return count;
}

Result<void> Session::close() {
    if (!reader_) return {};
    const bool drained = engine_->shut_down();
    parts_->health->stop();
    reader_->close(parts_->options.drain_timeout);
    for (const auto& worker : workers_) {
        if (!drained) worker->abandon();
    }
    workers_.clear();
    engine_->attach(nullptr);
    reader_.reset();
    if (drained) return {};
    return Error{.kind = ErrorKind::fatal,
                 .code = "projector.handler_stuck",
                 .message = "a handler of \"" + parts_->projection.name() +
                            "\" still runs after the drain timeout; its thread is left alone",
                 .hint = "let handlers look at Delivery::stop_token(), or raise ProjectorOptions::drain_timeout"};
}

Result<std::vector<TopicDescription>> subscribed_topics(Admin& admin, std::span<const std::string> wanted) {
    auto topics = admin.list_topics(admin_timeout);
    if (!topics) return topics;
    std::erase_if(*topics, [&](const TopicDescription& topic) { return !subscribes(wanted, topic.name); });
    return topics;
}

Result<void> Session::mark_ends() {
    auto admin = parts_->broker.port().admin();
    if (!admin) return std::move(admin).error();
    admin_ = std::move(*admin);
    ends_.clear();
    if (parts_->replay) {
        for (const PartitionOffset& start : parts_->replay->starts) {
            if (auto marked = mark_end({start.topic, start.partition}); !marked) return marked;
        }
        return {};
    }
    auto topics = subscribed_topics(*admin_, reader_options(*parts_).topics);
    if (!topics) return std::move(topics).error();
    for (const TopicDescription& topic : *topics) {
        for (std::int32_t partition = 0; partition < topic.partitions; ++partition) {
            if (auto marked = mark_end({topic.name, partition}); !marked) return marked;
        }
    }
    return {};
}

Result<void> Session::mark_end(const TopicPartition& partition) {
    const auto marks = admin_->watermarks(partition, admin_timeout);
    if (!marks) return marks.error();
    if (marks->last_stable > marks->low)
        ends_.push_back({partition.topic, partition.partition, marks->last_stable, {}});
    return {};
}

std::int64_t Session::remaining() {
    std::int64_t left = 0;
    for (const PartitionOffset& end : ends_) {
        const std::int64_t read = reader_->position({end.topic, end.partition});
        if (read >= 0) left += std::max<std::int64_t>(end.offset - read, 0);
    }
    return left;
}

Result<std::vector<PartitionOffset>> Session::finished_by_all() {
    const std::string& name = parts_->projection.name();
    if (!parts_->stores.positions) return admin_->group_offsets(name, admin_timeout);
    auto stored = parts_->stores.positions->load(name);
    if (!stored) return std::move(stored).error();
    std::erase_if(*stored, [&](const Checkpoint& each) {
        return std::none_of(ends_.begin(), ends_.end(), [&](const PartitionOffset& end) {
            return end.topic == each.topic && end.partition == each.partition && each.position >= end.offset;
        });
    });
    if (auto checked = engine_->check_logs(*stored); !checked) return std::move(checked).error();
    std::vector<PartitionOffset> positions;
    for (const Checkpoint& each : *stored) positions.push_back({each.topic, each.partition, each.position, {}});
    return positions;
}

Result<bool> Session::caught_up() {
    std::erase_if(ends_, [&](const PartitionOffset& end) {
        return engine_->caught_up({end.topic, end.partition}, end.offset);
    });
    if (ends_.empty()) return true;
    if (parts_->replay) return false;
    // What is left may belong to other members: their commits tell, or what they stored, which wins over commits.
    const auto now = std::chrono::steady_clock::now();
    if (now - group_asked_ < std::chrono::seconds{1}) return false;
    group_asked_ = now;
    auto committed = finished_by_all();
    if (!committed) {
        if (committed.error().kind == ErrorKind::permanent) return std::move(committed).error();
        return false;
    }
    std::erase_if(ends_, [&](const PartitionOffset& end) {
        return std::any_of(committed->begin(), committed->end(), [&](const PartitionOffset& position) {
            return position.topic == end.topic && position.partition == end.partition && position.offset >= end.offset;
        });
    });
    return ends_.empty();
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
