#pragma once

#include <eventsdk/snapshot/event_index.hpp>

#include <filesystem>
#include <memory>

EVENTSDK_BEGIN_NAMESPACE
namespace sqlite {

/// What an index in a file keeps.
struct EventIndexOptions {
    /// Keep the events' bytes too: restoring then reads the log only for what is not indexed yet. The file grows by the
    /// size of the topic.
    bool keep_bytes = false;
    Duration busy_timeout{10'000};  ///< longest wait for another writer of the file, 0…10 min
};

/// An index of events in an SQLite file, which is made when it is missing. One process builds it (update_index()), any
/// number reads it. About 60 bytes an event, and the aggregate's id once.
/// @return `unavailable` when the file cannot be opened; `fatal` "sqlite.corrupt"; `invalid_argument` naming the option
[[nodiscard]] EVENTSDK_API Result<std::shared_ptr<EventIndex>> open_event_index(const std::filesystem::path& file,
                                                                                EventIndexOptions options = {});

}  // namespace sqlite
EVENTSDK_END_NAMESPACE
