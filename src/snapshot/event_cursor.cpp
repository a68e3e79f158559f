#include "snapshot/event_cursor.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

EventCursor::Step EventCursor::take(const EnvelopeView& event) {
    Step step = Step::next;
    if (event.revision) {
        if (begun_ && *event.revision <= revision_) return Step::duplicate;
        if (*event.revision > revision_ + 1) step = Step::gap;
        revision_ = *event.revision;
    } else {
        if (!remember(event.event_id)) return Step::duplicate;
        ++revision_;
    }
    begun_ = true;
    latest_ = std::max(latest_, event.occurred_at);
    return step;
}

bool EventCursor::remember(std::string_view event_id) {
    const std::uint64_t hash = id_hash(event_id);
    if (std::find(recent_.begin(), recent_.end(), hash) != recent_.end()) return false;
    if (recent_.size() == most_recent) recent_.erase(recent_.begin());
    recent_.push_back(hash);
    return true;
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
