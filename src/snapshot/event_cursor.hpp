#pragma once

#include <eventsdk/core/clock.hpp>
#include <eventsdk/event/envelope.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

/// How far an aggregate's events have been gone through: its revision, and which events it has. What it decides depends
/// on the sequence of events alone, so that going on from a snapshot, which holds it, equals beginning with the first.
class EventCursor {
public:
    enum class Step : std::uint8_t {
        next,       ///< the event that follows
        duplicate,  ///< an event that is behind us
        gap,        ///< the event that follows, but revisions before it are missing
    };
    static constexpr std::size_t most_recent = 128;

    EventCursor() = default;
    EventCursor(std::int64_t revision, Timestamp latest, std::vector<std::uint64_t> recent)
        : revision_{revision}, begun_{true}, latest_{latest}, recent_{std::move(recent)} {}

    Step take(const EnvelopeView& event);

    /// Of the last event: the envelope's, or one more than before.
    [[nodiscard]] std::int64_t revision() const noexcept { return revision_; }
    [[nodiscard]] bool begun() const noexcept { return begun_; }
    /// The latest time at which an event occurred.
    [[nodiscard]] Timestamp latest() const noexcept { return latest_; }
    /// Hashes of the ids of the last events that had no revision.
    [[nodiscard]] const std::vector<std::uint64_t>& recent() const noexcept { return recent_; }

private:
    bool remember(std::string_view event_id);

    std::int64_t revision_ = 0;
    bool begun_ = false;
    Timestamp latest_ = Timestamp::min();
    std::vector<std::uint64_t> recent_;  // oldest first
};

/// FNV-1a, 64 bit: the same on every machine, as it is written into snapshots.
[[nodiscard]] constexpr std::uint64_t id_hash(std::string_view id) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
