#pragma once

#include <eventsdk/conformance/subject.hpp>
#include <eventsdk/consume/effects.hpp>
#include <eventsdk/outbox/outbox_batch.hpp>
#include <eventsdk/outbox/outbox_store.hpp>
#include <eventsdk/snapshot/event_index.hpp>

#include <memory>

EVENTSDK_BEGIN_NAMESPACE
namespace conformance {

/// A store under test. Each case begins with an empty one.
class EVENTSDK_API StoreSubject : public Subject {
public:
    /// Makes the next open() find an empty database, with its tables. Called before each case.
    virtual void clear() = 0;
};

/// An inbox and checkpoint store under test. Its window is an hour by the clock that pass() moves; one whose clock cannot
/// be moved leaves out "inbox rows go after the window, and only behind the stored position".
class EVENTSDK_API EffectStoreSubject : public StoreSubject {
public:
    /// A store on the database. What one of them commits, all see.
    [[nodiscard]] virtual std::shared_ptr<EffectStore> open() = 0;
};

/// An outbox store under test, without an archive.
class EVENTSDK_API OutboxStoreSubject : public StoreSubject {
public:
    /// The store of one more relay.
    [[nodiscard]] virtual std::unique_ptr<OutboxStore> open() = 0;
    /// What the service's side does: stores the rows of the batch in their order, in one transaction, and commits.
    virtual void append(const OutboxBatch& batch) = 0;
};

/// An event index under test, whether it keeps the bytes or not.
class EVENTSDK_API EventIndexSubject : public StoreSubject {
public:
    /// The index. What was added through one of them, all find.
    [[nodiscard]] virtual std::shared_ptr<EventIndex> open() = 0;
};

}  // namespace conformance
EVENTSDK_END_NAMESPACE
