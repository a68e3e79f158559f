#pragma once

#include <eventsdk/sqlite/database.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace qawave {

/// The events of all plans, for queries: in a SQLite file, or in memory for local runs and tests.
///
/// **Thread safety**: all members may be called from any thread.
class PackageStore {
public:
    struct Event {
        std::int64_t cursor = 0;  ///< grows with every event stored
        std::string type{};
        std::string at{};
        std::string payload{};  ///< JSON
    };

    /// @param file ":memory:" for the memory profile
    static eventsdk::Result<std::unique_ptr<PackageStore>> open(const std::string& file);

    /// Keeps an event; one that is known already is left alone.
    eventsdk::Result<void> add(std::string_view plan, std::string_view event_id, const Event& event);
    /// The plan's events after the cursor, oldest first; waits up to `patience` for the first.
    eventsdk::Result<std::vector<Event>> since(const std::string& plan, std::int64_t cursor,
                                               eventsdk::Duration patience = eventsdk::Duration{0});

private:
    explicit PackageStore(eventsdk::sqlite::Database database) : database_{std::move(database)} {}
    eventsdk::Result<std::vector<Event>> query(const std::string& plan, std::int64_t cursor);

    eventsdk::sqlite::Database database_;
    std::mutex mutex_;
    std::condition_variable added_;
};

}  // namespace qawave
