#include <eventsdk/memory/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/postgres/outbox.hpp>

#include "support/catch.hpp"
#include "support/postgres_database.hpp"
#include "support/shop_events.hpp"
#include "support/vectors.hpp"

#include <fstream>
#include <map>
#include <optional>
#include <sstream>

// What Debezium's outbox event router makes of a row, by its documentation: the rules that the vectors pin, and then
// our own table under the configuration that the documentation of the outbox shows.

using namespace eventsdk;
using nlohmann::json;

namespace {

using Options = std::map<std::string, std::string>;

std::string option(const Options& options, const std::string& name, const std::string& otherwise) {
    const auto found = options.find(name);
    return found != options.end() ? found->second : otherwise;
}

std::string text_of(const json& column) { return column.is_string() ? column.get<std::string>() : column.dump(); }

struct Routed {
    std::string topic{};
    std::string key{};
    std::vector<std::pair<std::string, std::string>> headers{};
    std::optional<std::string> value{};
    json envelope = json::object();  // members placed beside the payload
};

void place(const std::string& placements, const json& row, Routed& routed) {
    std::istringstream list{placements};
    for (std::string one; std::getline(list, one, ',');) {
        std::istringstream parts{one};
        std::string column, place, alias;
        std::getline(parts, column, ':');
        std::getline(parts, place, ':');
        std::getline(parts, alias);
        const std::string& name = alias.empty() ? column : alias;
        if (row.at(column).is_null()) continue;
        if (place == "header") routed.headers.emplace_back(name, text_of(row.at(column)));
        else routed.envelope[name] = row.at(column);
    }
}

std::optional<Routed> route(const Options& options, const json& row, const std::string& operation) {
    if (operation != "c") return std::nullopt;  // an update is warned of, a delete is dropped
    Routed routed;
    routed.key = text_of(row.at("aggregateid"));
    routed.topic = option(options, "route.topic.replacement", "outbox.event.${routedByValue}");
    const std::string variable = "${routedByValue}";
    routed.topic.replace(routed.topic.find(variable), variable.size(),
                         text_of(row.at(option(options, "route.by.field", "aggregatetype"))));
    routed.headers.emplace_back("id", text_of(row.at("id")));
    if (row.at("payload").is_string()) routed.value = row.at("payload").get<std::string>();
    place(option(options, "table.fields.additional.placement", ""), row, routed);
    return routed;
}

/// The `transforms.outbox.` lines of the configuration in the documentation.
Options documented_options() {
    std::ifstream file{EVENTSDK_SOURCE_DIR "/docs/debezium_outbox.properties"};
    const std::string prefix = "transforms.outbox.";
    Options options;
    for (std::string line; std::getline(file, line);) {
        const auto equals = line.find('=');
        if (line.rfind(prefix, 0) == 0)
            options[line.substr(prefix.size(), equals - prefix.size())] = line.substr(equals + 1);
    }
    return options;
}

}  // namespace

TEST_CASE("Debezium's router, as modelled here, gives what its documentation says", "[postgres][outbox][debezium]") {
    for (const json& vector : support::load_vectors("outbox_debezium.json", "cases")) {
        CAPTURE(vector.at("name"));
        const auto routed =
            route(vector.value("options", Options{}), vector.at("row"), vector.value("op", std::string{"c"}));
        const json& expected = vector.at("record");
        REQUIRE(routed.has_value() == !expected.is_null());
        if (!routed) continue;
        CHECK(routed->topic == expected.at("topic"));
        CHECK(routed->key == expected.at("key"));
        CHECK(json(routed->headers) == expected.at("headers"));
        if (expected.contains("value_text")) CHECK(routed->value == expected.at("value_text").get<std::string>());
        else if (expected.contains("value_json")) {
            json wrapped = routed->envelope;
            wrapped["payload"] = *routed->value;
            CHECK(wrapped == expected.at("value_json"));
        } else CHECK_FALSE(routed->value);
    }
}

TEST_CASE("Debezium's router sends the key, id, type and bytes that the relay sends", "[postgres][outbox][debezium]") {
    test::PostgresSchema database;
    const OutboxTables tables{.schema = database.name()};
    const Catalogue catalogue = test::shop_catalogue();
    postgres::Outbox outbox{catalogue, {.tables = tables}};
    outbox.ensure_tables(database.connection).value();
    outbox.append(database.connection, "order-1", OrderPlaced{"a book, \"the\" one", 7}, {}).value();
    const json row =
        json::parse(database.connection.text("SELECT row_to_json(o) FROM " + database.name() + ".outbox AS o"));
    const auto routed = route(documented_options(), row, "c");
    REQUIRE(routed);

    memory::Broker broker{{}, Runtime{.logger = silent_logger()}};
    broker.create_topic({.name = "test.shop.order"}).value();
    auto relay = OutboxRelay::create(postgres::open_outbox(test::PostgresConnection::url(), {.tables = tables}).value(),
                                     broker, {})
                     .value();
    REQUIRE(relay.run_once().value() == 1);
    const Record sent = broker.records("test.shop.order").at(0);
    CHECK(routed->topic == sent.topic);
    CHECK(routed->key == sent.key);
    CHECK(routed->value == sent.value);
    REQUIRE(routed->headers.size() >= 3);
    for (const auto& [name, value] : routed->headers) {
        CAPTURE(name);
        CHECK(sent.header(name) == value);
    }
}
