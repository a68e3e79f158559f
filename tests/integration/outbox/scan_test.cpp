#include <eventsdk/memory/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/postgres/outbox.hpp>

#include "support/catch.hpp"
#include "support/postgres_database.hpp"
#include "support/shop_events.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <random>
#include <thread>

using namespace eventsdk;
using test::PostgresConnection;
using test::PostgresSchema;

TEST_CASE(
    "PostgreSQL: with concurrent writers, delays and rollbacks nothing is skipped and aggregates keep their order",
    "[postgres][outbox]") {
    const int writers = 6;
    const int transactions = test::experiment_size(400, 4'000);
    const int aggregates = 40;
    PostgresSchema database;
    const OutboxTables tables{.schema = database.name()};
    const Catalogue catalogue = test::shop_catalogue();
    postgres::Outbox outbox{catalogue, {.tables = tables}};
    outbox.ensure_tables(database.connection).value();
    memory::Broker broker{{}, Runtime{.logger = silent_logger()}};
    broker.create_topic({.name = "test.shop.order", .partitions = 4}).value();

    std::stop_source stop;
    std::vector<std::jthread> relays;
    for (int i = 0; i < 2; ++i) {
        relays.emplace_back([&] {
            auto store = postgres::open_outbox(PostgresConnection::url(), {.tables = tables}).value();
            auto relay =
                OutboxRelay::create(std::move(store), broker, {.batch = 20, .poll_interval = Duration{10}}).value();
            (void)relay.run(stop.get_token());
        });
    }

    std::mutex mutex;
    std::map<std::string, std::vector<std::int64_t>> committed;  // by aggregate, in commit order
    {
        std::vector<std::jthread> threads;
        for (int w = 0; w < writers; ++w) {
            threads.emplace_back([&, w] {
                std::mt19937 random{static_cast<unsigned>(w) + 20'261'121U};
                PostgresConnection connection;
                postgres::Outbox mine{catalogue, {.tables = tables}};
                for (int t = 0; t < transactions; ++t) {
                    const std::string order = "order-" + std::to_string(random() % aggregates);
                    connection.run("BEGIN");
                    const std::int64_t number = w * 1'000'000 + t;
                    if (!mine.append(connection, order, OrderPlaced{"book", number})) {
                        connection.run("ROLLBACK");
                        continue;
                    }
                    if (random() % 8 == 0) std::this_thread::sleep_for(std::chrono::milliseconds{random() % 20});
                    if (random() % 10 == 0) {
                        connection.run("ROLLBACK");
                        continue;
                    }
                    // The aggregate is ours until the commit: noting it just before keeps the commit order.
                    const std::scoped_lock lock{mutex};
                    connection.run("COMMIT");
                    committed[order].push_back(number);
                }
            });
        }
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (database.connection.number("SELECT count(*) FROM outbox") > 0 &&
           std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    stop.request_stop();
    relays.clear();

    std::map<std::string, std::vector<std::int64_t>> published;
    for (const Record& record : broker.records("test.shop.order")) {
        auto& numbers = published[*record.key];
        const std::int64_t number = std::stoll(record.value->substr(record.value->find("\"number\":") + 9));
        if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) numbers.push_back(number);
    }
    CHECK(published == committed);
}
