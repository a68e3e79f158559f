// A process that stores orders and their events in a SQLite file: one of those that killed_relays_sqlite_test starts.
// usage: outbox_sqlite_writer FILE TOPIC NUMBER EVENTS CUSTOMERS

#include <eventsdk/sqlite/outbox.hpp>

#include "support/shop_events.hpp"

#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

using namespace eventsdk;

namespace {

bool run(sqlite3* connection, const std::string& sql) {
    return sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 6) return 2;
    const Catalogue catalogue = test::shop_catalogue(arguments[2]);
    const int writer = std::stoi(arguments[3]);
    const int events = std::stoi(arguments[4]);
    const auto customers = static_cast<unsigned>(std::stoi(arguments[5]));
    sqlite3* connection = nullptr;
    if (sqlite3_open(arguments[1], &connection) != SQLITE_OK) return 3;
    sqlite3_busy_timeout(connection, 60'000);
    sqlite::Outbox outbox{catalogue};
    std::mt19937 random{static_cast<unsigned>(writer) + 7U};
    for (std::int64_t next = 0; next < events;) {
        const std::int64_t number = std::int64_t{writer} * 10'000'000 + next;
        const std::int64_t orders = 1 + random() % 5;
        const std::string customer = "customer-" + std::to_string(random() % customers);
        if (!run(connection, "BEGIN IMMEDIATE")) return 4;
        OutboxBatch batch{catalogue};
        for (std::int64_t i = 0; i < orders; ++i) {
            batch.add(customer, OrderPlaced{"book", number + i}).value();
            if (!run(connection, "INSERT INTO orders (customer, number) VALUES ('" + customer + "', " +
                                     std::to_string(number + i) + ")"))
                return 5;
        }
        if (auto stored = outbox.append_all(connection, batch); !stored) {
            std::fprintf(stderr, "%s\n", stored.error().to_string().c_str());
            return 6;
        }
        if (random() % 32 == 0) std::this_thread::sleep_for(std::chrono::milliseconds{random() % 10});
        if (!run(connection, random() % 10 == 0 ? "ROLLBACK" : "COMMIT")) return 7;
        next += orders;
    }
    sqlite3_close_v2(connection);
    return 0;
}
