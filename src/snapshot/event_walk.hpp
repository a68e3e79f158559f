#pragma once

#include "snapshot/event_cursor.hpp"
#include "snapshot/snapshot_record.hpp"

#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/core/runtime.hpp>
#include <eventsdk/snapshot/restored.hpp>
#include <eventsdk/snapshot/snapshot_options.hpp>

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

/// Which events are wanted.
struct Wanted {
    std::optional<std::int64_t> revision{};  ///< up to this one
    std::optional<Timestamp> time{};         ///< those that had occurred by then
    /// Begin with no snapshot above this revision.
    std::int64_t greatest_snapshot = std::numeric_limits<std::int64_t>::max();
    const std::function<void(std::int64_t)>* progress = nullptr;  ///< told how many records each fetch brought
};

/// Where the events of an aggregate go.
class EventSink {
public:
    virtual ~EventSink() = default;
    /// Forgets everything: the events come from the first one.
    virtual void reset() = 0;
    /// Forgets everything and goes on from the snapshot. An error: this snapshot cannot be used.
    [[nodiscard]] virtual Result<void> begin(const SnapshotRecord& snapshot) = 0;
    /// @return false: enough
    [[nodiscard]] virtual Result<bool> take(const ReceivedRecord& record, const Opened& opened,
                                            std::int64_t revision) = 0;
};

/// What is common to all walks of a call.
struct WalkContext {
    const Catalogue& catalogue;
    const Runtime& runtime;
    Damage on_damage = Damage::refuse;
    std::string_view id{};
    const Wanted& wanted;
    ReadReport& report;
    EventSink& sink;
};

/// Takes the records of a log one by one and hands the wanted events of one aggregate to the sink.
class EventWalk {
public:
    EventWalk(const WalkContext& context, EventCursor cursor) : context_{context}, cursor_{std::move(cursor)} {}

    /// Hands on only events above this revision: those up to it are in the sink's snapshot.
    void hand_on_above(std::int64_t revision) { above_ = revision; }
    /// The next record of the aggregate must be this event, the last one of a snapshot.
    void expect(const Place& place) { expected_ = &place; }

    /// @return false: enough
    [[nodiscard]] Result<bool> take(const ReceivedRecord& record);

    /// expect() was called and the event was not found there.
    [[nodiscard]] bool mistaken() const noexcept { return expected_ != nullptr; }
    [[nodiscard]] const EventCursor& cursor() const noexcept { return cursor_; }
    /// Where the last event was; nothing when none was taken.
    [[nodiscard]] const std::optional<Receipt>& last() const noexcept { return last_; }
    [[nodiscard]] const std::string& last_event_id() const noexcept { return last_event_id_; }

private:
    [[nodiscard]] Result<bool> recognise(const ReceivedRecord& record);
    [[nodiscard]] Result<bool> take_event(const ReceivedRecord& record);
    [[nodiscard]] Result<void> damaged(Error error);
    [[nodiscard]] Result<void> gap(const ReceivedRecord& record, std::int64_t before);
    [[nodiscard]] bool reached() const noexcept {
        return context_.wanted.revision && cursor_.begun() && cursor_.revision() >= *context_.wanted.revision;
    }

    const WalkContext& context_;
    EventCursor cursor_;
    std::int64_t above_ = -1;
    const Place* expected_ = nullptr;
    std::optional<Receipt> last_{};
    std::string last_event_id_{};
    OpenScratch scratch_{};
    Opened opened_{};
};

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
