#pragma once

#include "snapshot/event_cursor.hpp"

#include <eventsdk/aggregate/aggregate_traits.hpp>
#include <eventsdk/catalogue/registration.hpp>
#include <eventsdk/core/result.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

/// The place of an event in a log, with what tells whether the log is still the same.
struct Place {
    std::string topic{};
    std::string topic_id{};  ///< empty: not known
    std::int32_t partitions = 0;
    std::int32_t partition = -1;
    std::int64_t offset = -1;
    std::string event_id{};
};

/// The value of a snapshot record.
struct SnapshotRecord {
    std::int32_t version = 1;  ///< of the state
    std::string aggregate_id{};
    std::int64_t revision = 0;
    Timestamp occurred_at{};              ///< not before any event that it covers
    std::string state{};                  ///< JSON text
    std::optional<Place> covers{};        ///< of the last event; absent in plain snapshots of others
    std::vector<std::uint64_t> recent{};  ///< see EventCursor
};

/// The bytes of a record. The checksum is the SHA-256 of all bytes before `,"checksum":`.
[[nodiscard]] std::string encode_snapshot(std::string_view aggregate, const SnapshotRecord& record);
/// @return `permanent` "snapshot.record": torn, corrupt, of another aggregate
[[nodiscard]] Result<SnapshotRecord> decode_snapshot(std::string_view aggregate, std::string_view id,
                                                     std::string_view value);

/// The state as JSON. @return `permanent` "event.*", or "snapshot.state" when it is no object
[[nodiscard]] Result<std::string> encode_state(const AggregateDescriptor& aggregate, const void* state);
/// Fills the state, upcast to the aggregate's version.
/// @return `permanent` "snapshot.state_version", "snapshot.upcast", or what the description says of the JSON
[[nodiscard]] Result<void> fill_state(const AggregateDescriptor& aggregate,
                                      const std::map<std::int32_t, Upcaster>& upcasters, const SnapshotRecord& record,
                                      void* state);

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
