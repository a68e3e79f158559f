#include "snapshot/event_walk.hpp"

#include "snapshot/errors.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {
namespace {

std::string place_of(const ReceivedRecord& record) { return place_text(record.topic, record.partition, record.offset); }

Error bad_event(const ReceivedRecord& record, const Error& cause) {
    Error error = failure(ErrorKind::permanent, "snapshot.bad_event",
                          place_of(record) + ": an event of the aggregate cannot be read: " + cause.message,
                          "mend what wrote it, or go on without it by SnapshotOptions::on_damage");
    error.pointer = cause.pointer;
    return error;
}

}  // namespace

Result<bool> EventWalk::take(const ReceivedRecord& record) {
    if (expected_ != nullptr) return recognise(record);
    if (record.key != context_.id || !record.value) return true;
    if (reached()) return false;
    return take_event(record);
}

Result<bool> EventWalk::recognise(const ReceivedRecord& record) {
    const bool same_place = record.offset == expected_->offset && record.key == context_.id && record.value;
    if (!same_place || !context_.catalogue.open(record, scratch_, opened_)) return false;
    const EnvelopeView& envelope = opened_.envelope;
    if (envelope.event_id != expected_->event_id) return false;
    if (envelope.revision && *envelope.revision != cursor_.revision()) return false;
    expected_ = nullptr;
    return !reached();
}

Result<bool> EventWalk::take_event(const ReceivedRecord& record) {
    if (auto opened = context_.catalogue.open(record, scratch_, opened_); !opened) {
        if (auto endured = damaged(bad_event(record, opened.error())); !endured) return endured.error();
        return true;
    }
    const EnvelopeView& envelope = opened_.envelope;
    const std::int64_t before = cursor_.revision();
    if (context_.wanted.revision && envelope.revision.value_or(before + 1) > *context_.wanted.revision) return false;
    const bool begun = cursor_.begun();
    const EventCursor::Step step = cursor_.take(envelope);
    if (step == EventCursor::Step::duplicate) {
        ++context_.report.duplicates;
        return true;
    }
    const bool within_snapshot = !begun && cursor_.revision() <= above_ + 1;
    if (step == EventCursor::Step::gap && !within_snapshot)
        if (auto endured = gap(record, before); !endured) return endured.error();
    if (!last_) last_.emplace();
    last_->topic.assign(record.topic);
    last_->partition = record.partition;
    last_->offset = record.offset;
    last_event_id_.assign(envelope.event_id);
    if (cursor_.revision() <= above_) return true;
    if (context_.wanted.time && envelope.occurred_at > *context_.wanted.time) return true;
    auto more = context_.sink.take(record, opened_, cursor_.revision());
    if (!more && more.error().code == "snapshot.bad_event") {
        if (auto endured = damaged(bad_event(record, more.error())); !endured) return endured.error();
        return true;
    }
    if (!more) return more;
    return *more && !reached();
}

Result<void> EventWalk::damaged(Error error) {
    if (context_.on_damage == Damage::refuse) return error;
    ++context_.report.damage;
    context_.runtime.logger->log(LogLevel::warning, "an aggregate is restored without all of its events",
                                 {{"aggregate", context_.id}, {"reason", std::string_view{error.message}}});
    return {};
}

Result<void> EventWalk::gap(const ReceivedRecord& record, std::int64_t before) {
    return damaged(failure(ErrorKind::permanent, "snapshot.gap",
                           place_of(record) + ": the aggregate goes from revision " + std::to_string(before) + " to " +
                               std::to_string(cursor_.revision()),
                           "the events between were deleted or lie in another partition; see "
                           "SnapshotOptions::on_damage and on_partition_change"));
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
