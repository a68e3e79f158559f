// An order service on SQLite: an order and its event are stored in one transaction, and a relay publishes the event.
#include <eventsdk/eventsdk.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/sqlite/outbox.hpp>

#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

struct OrderPlaced {
    std::string item;
    int quantity = 0;
};

template <>
struct eventsdk::EventTraits<OrderPlaced> {
    static constexpr EventType type{"OrderPlaced", 1};
    static constexpr AggregateType aggregate{"shop", "order"};
    static constexpr auto fields =
        std::tuple{field("item", &OrderPlaced::item), field("quantity", &OrderPlaced::quantity)};
};

using namespace eventsdk;
using namespace std::chrono_literals;

// In memory, unless --brokers HOST:PORT or KAFKA_BOOTSTRAP_SERVERS names a cluster.
Result<Broker> connect(int argc, char** argv) {
    const bool given = argc == 3 && std::string_view{argv[1]} == "--brokers";
    if (!given && std::getenv("KAFKA_BOOTSTRAP_SERVERS") == nullptr) return memory::Broker{};
    auto options = kafka::Options::from_environment();
    if (!options) return options.error();
    if (given) options->bootstrap_servers = argv[2];
    return kafka::connect(*options);
}

bool execute(sqlite3* db, const std::string& sql) {
    return sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
}

// [place]
Result<void> place(sqlite3* db, sqlite::Outbox& outbox, const std::string& order, const OrderPlaced& event) {
    execute(db, "BEGIN IMMEDIATE");
    const bool taken = execute(db, "UPDATE stock SET remaining = remaining - " + std::to_string(event.quantity)) &&
                       execute(db, "INSERT INTO orders VALUES ('" + order + "')");
    auto stored = outbox.append(db, order, event, {.expected_revision = 0});  // the first event of this order
    execute(db, taken && stored ? "COMMIT" : "ROLLBACK");
    if (!stored) return stored.error();
    if (!taken) return Error{.kind = ErrorKind::permanent, .code = "shop.refused", .message = "not in stock"};
    return {};
}
// [place]

void serve(sqlite3* db, const std::filesystem::path& file, const Broker& broker, const Catalogue& catalogue) {
    execute(db, "PRAGMA journal_mode = WAL");
    execute(db,
            "CREATE TABLE orders (id TEXT PRIMARY KEY); CREATE TABLE stock (remaining INTEGER CHECK (remaining >= 0))");
    execute(db, "INSERT INTO stock VALUES (10)");
    sqlite::Outbox outbox{catalogue};
    outbox.ensure_tables(db).value();

    const auto say = [](const std::string& order, const Result<void>& placed) {
        std::cout << order << ": " << (placed ? "placed" : placed.error().code) << "\n";
    };
    say("order-1", place(db, outbox, "order-1", {"book", 4}));
    say("order-2", place(db, outbox, "order-2", {"book", 9}));  // more than is left: rolled back, event and all
    say("order-1", place(db, outbox, "order-1", {"book", 1}));  // there is an order of this name
    say("order-3", place(db, outbox, "order-3", {"book", 0}));  // its schema says at least 1
    say("order-4", place(db, outbox, "order-4", {"pen", 6}));

    // [relay]
    auto relay = OutboxRelay::create(sqlite::open_outbox(file).value(), broker).value();
    while (relay.run_once().value() > 0) {  // a service calls relay.run(stop_token) in a thread, or runs
    }                                       // `eventsdk outbox relay` beside it
    // [relay]
}

int main(int argc, char** argv) {
    const auto file = std::filesystem::temp_directory_path() / ("lesson9-" + std::to_string(::getpid()) + ".db");
    sqlite3* db = nullptr;
    int status = 1;
    try {
        const auto catalogue =
            Catalogue::load({.environment = "lesson9", .schemas = SCHEMAS}, event<OrderPlaced>()).value();
        const auto broker = connect(argc, argv).value();
        auto admin = broker.port().admin().value();
        ensure_topics(*admin, topic_specs(catalogue, {.partitions = 1}), 30s).value();
        if (sqlite3_open(file.c_str(), &db) == SQLITE_OK) serve(db, file, broker, catalogue);

        Projection shipping{"shipping-v1"};
        shipping.on<OrderPlaced>([](const OrderPlaced& event, const Delivery& delivery) {
            std::cout << "to ship for " << delivery.envelope().aggregate_id << ": " << event.quantity << " "
                      << event.item << "\n";
        });
        auto projector = Projector::create(broker, catalogue, std::move(shipping)).value();
        projector.run_until_caught_up().value();
        status = 0;
    } catch (const BadResult& failed) {
        std::cerr << failed.error().to_string() << "\n";
    }
    sqlite3_close_v2(db);
    for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + part);
    return status;
}
