#include <eventsdk/sqlite/outbox.hpp>

#include "fault/outbox/killed_relays.hpp"
#include "fault/outbox/published.hpp"
#include "support/catch.hpp"
#include "support/shop_events.hpp"
#include "support/sqlite_file.hpp"

using namespace eventsdk;
using test::SqliteFile;

namespace {

std::map<std::string, std::vector<std::int64_t>> committed(const SqliteFile& file) {
    std::map<std::string, std::vector<std::int64_t>> found;
    sqlite3_exec(
        file.connection(), "SELECT customer, number FROM orders ORDER BY place",
        [](void* map, int, char** columns, char**) {
            auto& orders = *static_cast<std::map<std::string, std::vector<std::int64_t>>*>(map);
            orders[columns[0]].push_back(std::stoll(columns[1]));
            return 0;
        },
        &found, nullptr);
    return found;
}

void run(int events, int kills, bool transactional) {
    constexpr int writers = 3;
    const std::string bootstrap = test::kafka_bootstrap();
    const std::string topic = test::unique_name("orders");
    test::make_topic(bootstrap, topic);
    SqliteFile file;
    sqlite::Outbox outbox{test::shop_catalogue(topic)};
    outbox.ensure_tables(file.connection()).value();
    REQUIRE(file.run("CREATE TABLE orders (place INTEGER PRIMARY KEY, customer TEXT, number INTEGER)"));
    std::vector<std::string> command{OUTBOX_PROGRAM, "outbox",  "relay", "--sqlite", file.path(), "--brokers",
                                     bootstrap,      "--lease", "1",     "--poll",   "20"};
    if (transactional) command.insert(command.end(), {"--transactional", topic});
    test::KilledRelays relays{command, 1};
    std::vector<test::Process> services;
    for (int w = 0; w < writers; ++w) {
        services.emplace_back(std::vector<std::string>{OUTBOX_SQLITE_WRITER, file.path(), topic, std::to_string(w),
                                                       std::to_string(events / writers), "500"});
    }
    const auto started = std::chrono::steady_clock::now();
    // Longer than the lease, so that most relays come to work.
    for (int kill = 0; kill < kills; ++kill)
        relays.kill_one(std::chrono::milliseconds{900 + relays.random()() % 1'200});
    for (test::Process& service : services) CHECK(service.wait() == 0);
    REQUIRE(test::becomes_true([&file] { return file.number("SELECT count(*) FROM outbox") == 0; },
                               std::chrono::seconds{300}));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;

    const auto orders = committed(file);
    const auto published = test::BareReader{bootstrap, "read_committed"}.read(topic, 3);
    const test::Verdict verdict = test::compare(orders, published);
    std::size_t total = 0;
    for (const auto& [customer, numbers] : orders) total += numbers.size();
    std::printf("outbox on SQLite%s: %zu committed events of %zu aggregates, %d relays killed, %zu doubles, %.0f s\n",
                transactional ? ", transactional" : "", total, orders.size(), relays.kills(), verdict.doubled,
                took.count());
    CHECK(total > static_cast<std::size_t>(events) / 2);
    CHECK(verdict.missing == 0);
    CHECK(verdict.unwanted == 0);
    CHECK(verdict.reordered == 0);
    CHECK(verdict.double_ids == 0);
    if (transactional) CHECK(verdict.doubled == 0);
}

}  // namespace

TEST_CASE("SQLite: killed relays lose, invent and reorder nothing of what three processes commit",
          "[sqlite][outbox][fault]") {
    run(test::experiment_size(3'000, 226'000), test::experiment_size(4, 50), false);
}

TEST_CASE("SQLite: in transactional mode killed relays double nothing for readers of committed records",
          "[sqlite][outbox][fault]") {
    run(test::experiment_size(3'000, 100'000), test::experiment_size(4, 30), true);
}
