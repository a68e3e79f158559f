#pragma once

#include <eventsdk/core/result.hpp>

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

struct sqlite3;

namespace ixe {

/// A service's own SQLite file.
class Database {
public:
    using Value = std::variant<std::int64_t, std::string>;
    using Row = std::vector<std::string>;

    /// @param file ":memory:" for tests
    /// @param tables statements that make the service's tables where they are missing
    static eventsdk::Result<Database> open(const std::string& file, const std::string& tables);

    /// Runs one statement with its `?` filled in; its rows.
    eventsdk::Result<std::vector<Row>> run(const std::string& sql, const std::vector<Value>& values = {});

    /// Does `work` for an event in one transaction, unless it was done before: what the transaction wrote and the
    /// event's id stand together or not at all.
    eventsdk::Result<void> once(std::string_view event_id, const std::function<eventsdk::Result<void>()>& work);

private:
    struct Close {
        void operator()(sqlite3* connection) const;
    };
    std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace ixe
