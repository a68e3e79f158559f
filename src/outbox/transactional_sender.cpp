#include "core/mutation.hpp"
#include "outbox/relay_sender.hpp"
#include "outbox/relay_state.hpp"
#include "outbox/transaction_lane.hpp"

#include <eventsdk/broker/topics.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <system_error>
#include <thread>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t lanes_at_once = 16;

TransactionLane::Settings settings_of(const RelayOptions& options) {
    TransactionLane::Settings settings;
    settings.id = options.transactional->id;
    settings.state_topic =
        options.transactional->state_topic.empty() ? settings.id + ".relay-state" : options.transactional->state_topic;
    settings.writer = options.writer;
    settings.writer.linger = std::min(options.writer.linger, Duration{1});  // the commit waits for it
    settings.writer.delivery_timeout = std::min(options.writer.delivery_timeout, options.lease * 2);
    settings.transaction_timeout = std::clamp(options.lease * 2, Duration{10'000}, Duration{900'000});
    return settings;
}

template <class Each>
void for_each_at_once(std::span<TransactionLane* const> lanes, Each each) {
    for (std::size_t first = 0; first < lanes.size(); first += lanes_at_once) {
        std::vector<std::jthread> threads;
        const std::size_t last = std::min(lanes.size(), first + lanes_at_once);
        for (std::size_t i = first + 1; i < last; ++i) {
            try {
                threads.emplace_back([&each, lane = lanes[i], i] { each(*lane, i); });
            } catch (const std::system_error&) {  // no more threads: one after the other then
                each(*lanes[i], i);
            }
        }
        each(*lanes[first], first);
    }
}

class TransactionalSender final : public RelaySender {
public:
    TransactionalSender(Broker broker, const RelayOptions& options)
        : broker_{std::move(broker)},
          settings_{settings_of(options)},
          replication_{options.transactional->replication} {}

    Result<std::vector<ShardLease>> prepare(OutboxStore& store, std::span<const ShardLease> leases,
                                            MonotonicTime deadline) override;
    RelayBatch::Ended send(std::span<const OutboxRow> rows, const RecordLimits& limits,
                           MonotonicTime deadline) override;
    void not_marked() noexcept override { close(); }
    void close() noexcept override { lanes_.clear(); }

private:
    Result<void> ensure_topic();
    void sort_leases(const OutboxStore& store, std::span<const ShardLease> leases);
    Result<void> take_over(OutboxStore& store, std::span<TransactionLane* const> lanes, MonotonicTime deadline);
    std::vector<ShardLease> ready_leases() const;

    Broker broker_;
    TransactionLane::Settings settings_;
    std::int16_t replication_;
    bool topic_there_ = false;
    std::map<int, std::unique_ptr<TransactionLane>> lanes_;
    std::map<int, int> group_of_;  ///< by shard
};

Result<void> TransactionalSender::ensure_topic() {
    if (topic_there_) return {};
    auto admin = broker_.port().admin();
    if (!admin) return std::move(admin).error();
    TopicSpec spec;
    spec.name = settings_.state_topic;
    spec.partitions = outbox_shards;
    spec.replication = replication_;
    spec.cleanup = CleanupPolicy::compact;
    const std::vector<TopicSpec> specs{spec};
    auto report = ensure_topics(**admin, specs, Duration{30'000});
    if (!report) return std::move(report).error();
    for (const TopicDifference& difference : report->differences) {
        if (difference.setting != "partitions" && difference.setting != "cleanup.policy") continue;
        return Error{.kind = ErrorKind::fatal,
                     .code = "relay.state_topic",
                     .message = fmt::format("{} of the relay-state topic {} is {}, not {}", difference.setting,
                                            difference.topic, difference.actual, difference.wanted),
                     .hint = "give the relays of this outbox a relay-state topic of their own"};
    }
    topic_there_ = true;
    return {};
}

/// Closes the lanes whose lease is gone or new, makes those that are missing.
void TransactionalSender::sort_leases(const OutboxStore& store, std::span<const ShardLease> leases) {
    std::map<int, std::vector<ShardLease>> groups;
    group_of_.clear();
    for (const ShardLease& lease : leases) {
        const int group = store.lease_group(lease.shard);
        group_of_[lease.shard] = group;
        groups[group].push_back(lease);
    }
    std::erase_if(lanes_, [&groups](const auto& lane) { return !groups.contains(lane.first); });
    for (auto& [group, held] : groups) {
        auto& lane = lanes_[group];
        if (lane == nullptr) lane = std::make_unique<TransactionLane>(group, settings_);
        const auto token = [](const std::vector<ShardLease>& list) { return list.empty() ? -1 : list.front().token; };
        if (token(lane->leases) != token(held)) lane->close();
        lane->leases = std::move(held);
    }
}

/// What an earlier holder published and did not mark is marked before anything is claimed. Marking, of nothing even,
/// checks the leases after the transactional ids are ours: whoever lost them meanwhile goes no further.
Result<void> TransactionalSender::take_over(OutboxStore& store, std::span<TransactionLane* const> lanes,
                                            MonotonicTime deadline) {
    std::vector<Result<void>> opened(lanes.size());
    for_each_at_once(lanes, [&](TransactionLane& lane, std::size_t i) {
        if (!lane.is_open()) opened[i] = lane.open(broker_.port(), deadline);
    });
    for (const Result<void>& each : opened) {
        if (!each) return each;
    }
    std::map<int, std::int64_t> fences;
    std::vector<ShardLease> leases;
    for (const TransactionLane* lane : lanes) {
        fences[lane->group()] = lane->fence_offset();
        leases.insert(leases.end(), lane->leases.begin(), lane->leases.end());
    }
    std::vector<OutboxRow> rows;
    if (!EVENTSDK_MUTATED(1)) {
        auto read = read_states(broker_.port(), settings_.state_topic, fences, deadline);
        if (!read) return std::move(read).error();
        rows = std::move(*read);
    }
    std::vector<const OutboxRow*> published;
    for (const OutboxRow& row : rows) published.push_back(&row);
    if (auto marked = store.mark_published(leases, published); !marked) return marked;
    for (TransactionLane* lane : lanes) lane->ready = true;
    return {};
}

std::vector<ShardLease> TransactionalSender::ready_leases() const {
    std::vector<ShardLease> leases;
    for (const auto& [group, lane] : lanes_) {
        if (lane->ready) leases.insert(leases.end(), lane->leases.begin(), lane->leases.end());
    }
    return leases;
}

Result<std::vector<ShardLease>> TransactionalSender::prepare(OutboxStore& store, std::span<const ShardLease> leases,
                                                             MonotonicTime deadline) {
    if (auto there = ensure_topic(); !there) return std::move(there).error();
    sort_leases(store, leases);
    std::vector<TransactionLane*> waiting;
    for (const auto& [group, lane] : lanes_) {
        if (!lane->ready) waiting.push_back(lane.get());
    }
    // As many as go at once; what is ready works meanwhile.
    if (waiting.size() > lanes_at_once) waiting.resize(lanes_at_once);
    if (!waiting.empty()) {
        if (auto taken = take_over(store, waiting, deadline); !taken) {
            for (TransactionLane* lane : waiting) lane->close();
            return std::move(taken).error();
        }
    }
    return ready_leases();
}

RelayBatch::Ended TransactionalSender::send(std::span<const OutboxRow> rows, const RecordLimits& limits,
                                            MonotonicTime deadline) {
    std::map<int, std::vector<const OutboxRow*>> groups;
    for (const OutboxRow& row : rows) groups[group_of_.at(row.shard)].push_back(&row);
    std::vector<TransactionLane*> lanes;
    for (const auto& [group, list] : groups) lanes.push_back(lanes_.at(group).get());
    std::vector<RelayBatch::Ended> ends(lanes.size());
    for_each_at_once(lanes, [&](TransactionLane& lane, std::size_t i) {
        ends[i] = lane.send(groups.at(lane.group()), limits, deadline);
    });
    RelayBatch::Ended all;
    for (RelayBatch::Ended& each : ends) {
        std::move(each.published.begin(), each.published.end(), std::back_inserter(all.published));
        std::move(each.rejected.begin(), each.rejected.end(), std::back_inserter(all.rejected));
        if (each.failed && !all.failed) all.failed = std::move(each.failed);
    }
    return all;
}

}  // namespace

std::unique_ptr<RelaySender> make_transactional_sender(Broker broker, const RelayOptions& options) {
    return std::make_unique<TransactionalSender>(std::move(broker), options);
}

}  // namespace outbox
EVENTSDK_END_NAMESPACE
