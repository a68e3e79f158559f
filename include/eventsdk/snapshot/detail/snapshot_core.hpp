#pragma once

// What is compiled of Snapshots<T>: it knows the state by its AggregateDescriptor only.

#include <eventsdk/aggregate/aggregate_traits.hpp>
#include <eventsdk/broker/broker.hpp>
#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/snapshot/restored.hpp>
#include <eventsdk/snapshot/snapshot_options.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace detail {

/// Which state is wanted: the newest, or with one of the two set that at a revision or a time.
struct RestoreTarget {
    std::optional<std::int64_t> revision{};
    std::optional<Timestamp> time{};
};

struct RestoredState {
    std::int64_t revision = 0;
    Timestamp occurred_at{};
    ReadReport report{};
};

class EVENTSDK_API SnapshotCore {
public:
    [[nodiscard]] static Result<SnapshotCore> create(Broker broker, Catalogue catalogue,
                                                     const AggregateDescriptor& aggregate, SnapshotOptions options);
    SnapshotCore(SnapshotCore&&) noexcept;
    SnapshotCore& operator=(SnapshotCore&&) noexcept;
    ~SnapshotCore();

    [[nodiscard]] Result<RestoredState> restore(std::string_view id, const RestoreTarget& target, void* state);
    [[nodiscard]] Result<ReadReport> history(std::string_view id, std::int64_t from, std::int64_t to,
                                             const std::function<bool(const HistoryEvent&)>& take);
    [[nodiscard]] bool offer(std::string_view id, std::int64_t revision, const void* state) noexcept;
    [[nodiscard]] Result<PublishedSnapshot> publish(std::string_view id);
    [[nodiscard]] Result<void> remove(std::string_view id);
    [[nodiscard]] Result<void> flush(Duration timeout);
    void close(Duration timeout) noexcept;

private:
    class Impl;
    explicit SnapshotCore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace detail
EVENTSDK_END_NAMESPACE
