// An order service on PostgreSQL: an order and its event are stored in one transaction, a relay publishes the event.
// Needs a database: --postgres URL, or DATABASE_URL.
#include <eventsdk/eventsdk.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/postgres/outbox.hpp>

#include <libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <thread>

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

std::string value_of(int argc, char** argv, std::string_view option, const char* variable) {
    for (int i = 1; i + 1 < argc; ++i)
        if (argv[i] == option) return argv[i + 1];
    return std::getenv(variable) != nullptr ? std::getenv(variable) : "";
}

// In memory, unless --brokers HOST:PORT or KAFKA_BOOTSTRAP_SERVERS names a cluster.
Result<Broker> connect(const std::string& brokers) {
    if (brokers.empty()) return memory::Broker{};
    auto options = kafka::Options::from_environment();
    if (!options) return options.error();
    options->bootstrap_servers = brokers;
    return kafka::connect(*options);
}

bool execute(PGconn* db, const std::string& sql) {
    PGresult* result = PQexec(db, sql.c_str());
    const auto status = PQresultStatus(result);
    PQclear(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

int count(PGconn* db, const std::string& table) {
    PGresult* result = PQexec(db, ("SELECT count(*) FROM " + table).c_str());
    const int rows = std::atoi(PQgetvalue(result, 0, 0));
    PQclear(result);
    return rows;
}

// [place]
Result<void> place(PGconn* db, postgres::Outbox& outbox, const std::string& order, const OrderPlaced& event) {
    execute(db, "BEGIN");
    auto stored = outbox.append(db, order, event, {.expected_revision = 0});  // the first event of this order
    const bool taken = stored && execute(db, "INSERT INTO orders VALUES ('" + order + "')") &&
                       execute(db, "UPDATE stock SET remaining = remaining - " + std::to_string(event.quantity));
    execute(db, taken ? "COMMIT" : "ROLLBACK");
    if (!stored) return stored.error();
    if (!taken) return Error{.kind = ErrorKind::permanent, .code = "shop.refused", .message = "not in stock"};
    return {};
}
// [place]

void serve(PGconn* db, const std::string& url, const std::string& schema, const Broker& broker,
           const Catalogue& catalogue) {
    execute(db, "SET client_min_messages = warning");
    execute(db, "CREATE SCHEMA " + schema);
    execute(db, "SET search_path = " + schema);
    execute(db, "CREATE TABLE orders (id text PRIMARY KEY)");
    execute(db, "CREATE TABLE stock (remaining integer CHECK (remaining >= 0))");
    execute(db, "INSERT INTO stock VALUES (10)");
    const OutboxTables tables{.schema = schema};
    postgres::Outbox outbox{catalogue, {.tables = tables}};
    outbox.ensure_tables(db).value();

    // [relay]
    auto relay = OutboxRelay::create(postgres::open_outbox(url, {.tables = tables}).value(), broker).value();
    std::jthread relaying{[&relay](const std::stop_token& stop) { (void)relay.run(stop); }};
    // [relay]

    const auto say = [](const std::string& order, const Result<void>& placed) {
        std::cout << order << ": " << (placed ? "placed" : placed.error().code) << "\n";
    };
    say("order-1", place(db, outbox, "order-1", {"book", 4}));
    say("order-2", place(db, outbox, "order-2", {"book", 9}));  // more than is left: rolled back, event and all
    say("order-1", place(db, outbox, "order-1", {"book", 1}));  // there is an order of this name
    say("order-3", place(db, outbox, "order-3", {"book", 0}));  // its schema says at least 1
    say("order-4", place(db, outbox, "order-4", {"pen", 6}));
    relay.wake();  // spares the poll interval
    while (count(db, "outbox") > 0) std::this_thread::sleep_for(10ms);
}

int main(int argc, char** argv) {
    const std::string url = value_of(argc, argv, "--postgres", "DATABASE_URL");
    const std::string schema = "lesson10_" + std::to_string(::getpid());
    PGconn* db = PQconnectdb(url.c_str());
    int status = 1;
    try {
        if (PQstatus(db) != CONNECTION_OK) return std::cerr << PQerrorMessage(db), 1;
        const auto catalogue =
            Catalogue::load({.environment = "lesson10", .schemas = SCHEMAS}, event<OrderPlaced>()).value();
        const auto broker = connect(value_of(argc, argv, "--brokers", "KAFKA_BOOTSTRAP_SERVERS")).value();
        auto admin = broker.port().admin().value();
        ensure_topics(*admin, topic_specs(catalogue, {.partitions = 1}), 30s).value();
        serve(db, url, schema, broker, catalogue);

        Projection shipping{"shipping-v1"};
        shipping.on<OrderPlaced>([](const OrderPlaced& event, const Delivery& delivery) {
            std::cout << "to ship for " << delivery.envelope().aggregate_id << ": " << event.quantity << " "
                      << event.item << "\n";
        });
        auto projector = Projector::create(broker, catalogue, std::move(shipping), {.workers = 1}).value();
        projector.run_until_caught_up().value();
        status = 0;
    } catch (const BadResult& failed) {
        std::cerr << failed.error().to_string() << "\n";
    }
    execute(db, "DROP SCHEMA " + schema + " CASCADE");
    PQfinish(db);
    return status;
}
