#include <eventsdk/snapshot/snapshots.hpp>

#include "snapshot/core_impl.hpp"
#include "snapshot/errors.hpp"

#include <eventsdk/broker/error_codes.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace {

Error refuse(std::string_view option, std::string_view range) {
    return snapshot::failure(ErrorKind::invalid_argument, codes::options_invalid,
                             "SnapshotOptions::" + std::string{option} + " is out of range",
                             "give " + std::string{range});
}

Error bad_topics(std::string message, std::string hint) {
    return snapshot::failure(ErrorKind::invalid_argument, "snapshot.topics", std::move(message), std::move(hint));
}

/// The one topic of all events of the aggregate.
Result<std::string> topic_of(const Catalogue& catalogue, const AggregateDescriptor& aggregate) {
    std::string topic;
    for (const auto& handler : aggregate.handlers) {
        for (const EventType& type : handler.event->types) {
            auto found = catalogue.topic_of(type.name);
            if (!found) return bad_topics(found.error().message, found.error().hint);
            if (!topic.empty() && topic != *found)
                return bad_topics("the events of aggregate '" + std::string{aggregate.type.aggregate} +
                                      "' are on topics '" + topic + "' and '" + *found + "'",
                                  "an aggregate's events are on one topic, which keeps their order");
            topic = std::move(*found);
        }
    }
    return topic;
}

Result<void> check_upcasters(const std::map<std::int32_t, Upcaster>& upcasters, std::int32_t version) {
    if (upcasters.empty()) return {};
    for (std::int32_t from = upcasters.begin()->first; from < version; ++from)
        if (upcasters.find(from) == upcasters.end() || !upcasters.at(from))
            return refuse("upcasters", "one for every state version from the first to " + std::to_string(version - 1));
    if (upcasters.rbegin()->first >= version || upcasters.begin()->first < 1)
        return refuse("upcasters", "state versions from 1 to " + std::to_string(version - 1));
    return {};
}

}  // namespace

Result<SnapshotOptions> SnapshotOptions::validated() const {
    if (every_revisions && *every_revisions < 1) return refuse("every_revisions", "at least 1");
    if (after_load_time && after_load_time->count() < 0) return refuse("after_load_time", "0 or more");
    if (partitions && (*partitions < 1 || *partitions > 10'000)) return refuse("partitions", "1 to 10,000");
    if (timeout < Duration{1} || timeout > std::chrono::hours{1}) return refuse("timeout", "1 ms to 1 h");
    if (queued_offers < 1 || queued_offers > 1'000'000) return refuse("queued_offers", "1 to 1,000,000");
    if (remembered_aggregates > 100'000'000) return refuse("remembered_aggregates", "0 to 100,000,000");
    return *this;
}

namespace detail {

Result<SnapshotCore> SnapshotCore::create(Broker broker, Catalogue catalogue, const AggregateDescriptor& aggregate,
                                          SnapshotOptions options) {
    auto valid = options.validated();
    if (!valid) return std::move(valid).error();
    if (auto checked = check_upcasters(options.upcasters, aggregate.state_version); !checked)
        return std::move(checked).error();
    auto topic = topic_of(catalogue, aggregate);
    if (!topic) return std::move(topic).error();
    return SnapshotCore{std::make_unique<Impl>(std::move(broker), std::move(catalogue), aggregate, std::move(options),
                                               std::move(*topic))};
}

SnapshotCore::SnapshotCore(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
SnapshotCore::SnapshotCore(SnapshotCore&&) noexcept = default;
SnapshotCore& SnapshotCore::operator=(SnapshotCore&&) noexcept = default;
SnapshotCore::~SnapshotCore() = default;

Result<RestoredState> SnapshotCore::restore(std::string_view id, const RestoreTarget& target, void* state) {
    return impl_->restore(id, target, state);
}

Result<ReadReport> SnapshotCore::history(std::string_view id, std::int64_t from, std::int64_t to,
                                         const std::function<bool(const HistoryEvent&)>& take) {
    return impl_->history(id, from, to, take);
}

bool SnapshotCore::offer(std::string_view id, std::int64_t revision, const void* state) noexcept {
    try {
        return impl_->offer(id, revision, state);
    } catch (...) {  // of the caller's policy, or no memory: a snapshot is not worth more
        return false;
    }
}

Result<PublishedSnapshot> SnapshotCore::publish(std::string_view id) { return impl_->publish(id); }
Result<void> SnapshotCore::remove(std::string_view id) { return impl_->remove(id); }
Result<void> SnapshotCore::flush(Duration timeout) { return impl_->flush(timeout); }
void SnapshotCore::close(Duration timeout) noexcept { impl_->close(timeout); }

}  // namespace detail
EVENTSDK_END_NAMESPACE
