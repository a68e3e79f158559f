#pragma once

#include <eventsdk/outbox/append_options.hpp>
#include <eventsdk/outbox/outbox_store.hpp>

#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace cli {

/// Which database holds the outbox: --sqlite FILE or --postgres URL, else the environment's DATABASE_URL.
struct OutboxDatabase {
    std::string file{};
    std::string url{};
    eventsdk::OutboxTables tables{};
    bool archive = false;
    bool listen = false;  // PostgreSQL only

    [[nodiscard]] std::unique_ptr<eventsdk::OutboxStore> open() const;
};

void add_database_options(CLI::App& command, OutboxDatabase& database);

}  // namespace cli
