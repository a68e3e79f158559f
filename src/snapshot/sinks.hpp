#pragma once

#include "snapshot/event_walk.hpp"

#include <eventsdk/aggregate/aggregate_traits.hpp>

#include <functional>
#include <map>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

/// An event of any type, made when it is first needed and reused then.
class EventBox {
public:
    explicit EventBox(const EventDescriptor& descriptor) : descriptor_{&descriptor} {}
    EventBox(EventBox&& other) noexcept
        : descriptor_{other.descriptor_}, event_{std::exchange(other.event_, nullptr)} {}
    EventBox& operator=(EventBox&&) = delete;
    ~EventBox();

    [[nodiscard]] const EventDescriptor& descriptor() const noexcept { return *descriptor_; }
    [[nodiscard]] void* event();

private:
    const EventDescriptor* descriptor_;
    void* event_ = nullptr;
};

/// Folds events into a state.
class StateSink final : public EventSink {
public:
    StateSink(const AggregateDescriptor& aggregate, const std::map<std::int32_t, Upcaster>& upcasters, void* state,
              ReadReport& report);

    void reset() override;
    [[nodiscard]] Result<void> begin(const SnapshotRecord& snapshot) override;
    [[nodiscard]] Result<bool> take(const ReceivedRecord& record, const Opened& opened, std::int64_t revision) override;

    /// Of the last event folded, 0 when there is none.
    [[nodiscard]] std::int64_t revision() const noexcept { return revision_; }
    /// The latest time at which an event that was folded had occurred.
    [[nodiscard]] Timestamp occurred_at() const noexcept { return occurred_at_; }

private:
    struct Handler {
        const AggregateDescriptor::Handler* handler;
        EventBox box;
    };
    const AggregateDescriptor& aggregate_;
    const std::map<std::int32_t, Upcaster>& upcasters_;
    void* state_;
    ReadReport& report_;
    std::int64_t revision_ = 0;
    Timestamp occurred_at_{};
    std::vector<Handler> handlers_;
    std::map<std::string_view, std::size_t> by_type_;
};

/// Hands events from a revision on to a function.
class HistorySink final : public EventSink {
public:
    HistorySink(std::int64_t from, const std::function<bool(const HistoryEvent&)>& take, ReadReport& report)
        : from_{from}, take_{take}, report_{report} {}

    void reset() override {}
    [[nodiscard]] Result<void> begin(const SnapshotRecord& snapshot) override;
    [[nodiscard]] Result<bool> take(const ReceivedRecord& record, const Opened& opened, std::int64_t revision) override;

private:
    std::int64_t from_;
    const std::function<bool(const HistoryEvent&)>& take_;
    ReadReport& report_;
};

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
