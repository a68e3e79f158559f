#pragma once

#include <eventsdk/broker/record.hpp>
#include <eventsdk/consume/delivery.hpp>
#include <eventsdk/consume/handled.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// A value bound to an SQL statement; texts live for the call only.
using SqlValue = std::variant<std::nullptr_t, std::int64_t, double, std::string_view>;

/// What a database notes of an event that a projection handles.
struct Effect {
    std::string_view projection{};
    std::string_view topic{};
    std::int32_t partition = -1;
    std::int64_t offset = -1;
    std::string_view source{};    ///< of the envelope; may be empty
    std::string_view event_id{};  ///< of the envelope, or "topic/partition/offset" where it has none
    /// Every earlier record of the partition up to here is finished; -1: not known.
    std::int64_t finished = -1;
};

/// How far a projection has come in a partition, and one event before that by which its log is recognised.
struct Checkpoint {
    std::string topic{};
    std::int32_t partition = 0;
    std::int64_t position = -1;      ///< the next offset to handle
    std::int64_t event_offset = -1;  ///< of an event that was handled; -1: none noted yet
    std::string event_id{};          ///< its id

    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

/// One database transaction around a handler. Rolled back by its destructor unless committed.
///
/// **Thread safety**: belongs to the handler's thread.
/// @return of all: `unavailable`, `conflict`, `retriable` (nothing happened; the event is tried again),
///   `invalid_argument` (a constraint that the event breaks), `fatal` "effects.schema" (tables missing)
class EVENTSDK_API EffectTransaction {
public:
    virtual ~EffectTransaction() = default;
    /// Notes the event in the inbox. @return false when it was noted before, or lies below the stored position
    [[nodiscard]] virtual Result<bool> claim(const Effect& effect) = 0;
    /// Moves the stored position as far as `effect.finished` and this event allow; never back.
    [[nodiscard]] virtual Result<void> advance(const Effect& effect) = 0;
    /// A commit without an answer is `unavailable`: the next claim() of the event tells how it went.
    [[nodiscard]] virtual Result<void> commit() = 0;
    /// What handlers see; decorators pass it on.
    [[nodiscard]] virtual EffectTransaction& underlying() noexcept { return *this; }
};

/// Where a projection keeps its position and which events it has handled: the checkpoint and inbox port.
/// `sqlite::Database` and `postgres::Database` hand out one; tests decorate it.
///
/// **Thread safety**: all members may be called from any thread. **Blocking**: bounded by the store's time-outs.
class EVENTSDK_API EffectStore {
public:
    virtual ~EffectStore() = default;
    [[nodiscard]] virtual Result<std::unique_ptr<EffectTransaction>> begin() = 0;
    /// Every stored position of the projection.
    [[nodiscard]] virtual Result<std::vector<Checkpoint>> load(const std::string& projection) = 0;
    /// Moves stored positions forward, never back, outside of any handler.
    [[nodiscard]] virtual Result<void> save(const std::string& projection,
                                            std::span<const PartitionOffset> positions) = 0;
    /// Deletes inbox rows older than the window, those at or beyond a stored position left out. @return their number
    [[nodiscard]] virtual Result<std::int64_t> purge(const std::string& projection) = 0;
};

/// Says on Projection::on() that handlers work in the store's transactions: the effect, the inbox row and the position
/// are committed together or not at all.
template <class Transaction>
struct ExactlyOnce {
    std::shared_ptr<EffectStore> store{};
};

/// Says on Projection::on() that an event is not handled again once its inbox row is there. The row is written after
/// the handler, so a crash between them repeats the handler: for effects that no database transaction covers.
struct OncePerEvent {
    std::shared_ptr<EffectStore> store{};
};

namespace detail {
/// Runs `work` in a transaction of the store, unless the event was handled before.
EVENTSDK_API Handled apply_exactly_once(EffectStore& store, const Delivery& delivery,
                                        const std::function<Handled(EffectTransaction&)>& work);
/// Runs `work` unless the event was handled before, and then notes it.
EVENTSDK_API Handled apply_once_per_event(EffectStore& store, const Delivery& delivery,
                                          const std::function<Handled()>& work);
}  // namespace detail

EVENTSDK_END_NAMESPACE
