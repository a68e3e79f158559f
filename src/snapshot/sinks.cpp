#include "snapshot/sinks.hpp"

#include "snapshot/errors.hpp"

#include <new>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {
namespace {

Error apply_failed(const ReceivedRecord& record, std::string_view why) {
    return failure(ErrorKind::permanent, "aggregate.apply",
                   place_text(record.topic, record.partition, record.offset) + ": apply() threw: " + std::string{why},
                   "an event has happened: apply() takes every event that was published");
}

Result<void> run(const AggregateDescriptor::Handler& handler, void* state, const void* event,
                 const ReceivedRecord& record, const EnvelopeView& envelope) {
    try {
        handler.apply(state, event, envelope);
        return {};
    } catch (const std::exception& thrown) {
        return apply_failed(record, thrown.what());
    } catch (...) {
        return apply_failed(record, "something that is no std::exception");
    }
}

}  // namespace

EventBox::~EventBox() {
    if (event_ == nullptr) return;
    descriptor_->destroy(event_);
    ::operator delete (event_, std::align_val_t{descriptor_->alignment});
}

void* EventBox::event() {
    if (event_ != nullptr) return event_;
    void* const memory = ::operator new (descriptor_->size_bytes, std::align_val_t{descriptor_->alignment});
    descriptor_->construct(memory);
    return event_ = memory;
}

StateSink::StateSink(const AggregateDescriptor& aggregate, const std::map<std::int32_t, Upcaster>& upcasters,
                     void* state, ReadReport& report)
    : aggregate_{aggregate}, upcasters_{upcasters}, state_{state}, report_{report} {
    handlers_.reserve(aggregate.handlers.size());
    for (const AggregateDescriptor::Handler& handler : aggregate.handlers) {
        for (const EventType& type : handler.event->types) by_type_.emplace(type.name, handlers_.size());
        handlers_.push_back({&handler, EventBox{*handler.event}});
    }
}

void StateSink::reset() {
    aggregate_.reset(state_);
    revision_ = 0;
    occurred_at_ = {};
}

Result<void> StateSink::begin(const SnapshotRecord& snapshot) {
    reset();
    revision_ = snapshot.revision;
    occurred_at_ = snapshot.occurred_at;
    return fill_state(aggregate_, upcasters_, snapshot, state_);
}

Result<bool> StateSink::take(const ReceivedRecord& record, const Opened& opened, std::int64_t revision) {
    const auto found = opened.known ? by_type_.find(opened.envelope.type) : by_type_.end();
    if (found != by_type_.end()) {
        Handler& handler = handlers_[found->second];
        void* const event = handler.box.event();
        if (auto filled = opened.fill(handler.box.descriptor(), event); !filled)
            return failure(ErrorKind::permanent, "snapshot.bad_event", filled.error().message);
        if (auto applied = run(*handler.handler, state_, event, record, opened.envelope); !applied)
            return applied.error();
        ++report_.events;
    }
    revision_ = revision;
    occurred_at_ = std::max(occurred_at_, opened.envelope.occurred_at);
    return true;
}

Result<void> HistorySink::begin(const SnapshotRecord& snapshot) {
    if (snapshot.covers) return {};
    return failure(ErrorKind::permanent, "snapshot.no_place", "it does not say which place of the log it covers");
}

Result<bool> HistorySink::take(const ReceivedRecord& record, const Opened& opened, std::int64_t revision) {
    if (revision < from_) return true;
    ++report_.events;
    return take_({opened, revision, record.partition, record.offset, record.timestamp, &record});
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
