#include <eventsdk/memory/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/postgres/outbox.hpp>

#include "support/catch.hpp"
#include "support/postgres_database.hpp"
#include "support/shop_events.hpp"
#include "support/vectors.hpp"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

// What Debezium's outbox event router makes of a row: by a model of its documented rules, which the vectors pin, and,
// where Maven gives it, by the router itself; beside what the relay publishes of the same row.

using namespace eventsdk;
using nlohmann::json;

namespace {

using Options = std::map<std::string, std::string>;

std::string option(const Options& options, const std::string& name, const std::string& otherwise) {
    const auto found = options.find(name);
    return found != options.end() ? found->second : otherwise;
}

std::string text_of(const json& column) { return column.is_string() ? column.get<std::string>() : column.dump(); }

/// Puts columns where "column:place[:alias],…" says: among the headers, or beside the payload.
void place(const std::string& placements, const json& row, json& routed) {
    std::istringstream list{placements};
    for (std::string one; std::getline(list, one, ',');) {
        std::istringstream parts{one};
        std::string column, place, alias;
        std::getline(parts, column, ':');
        std::getline(parts, place, ':');
        std::getline(parts, alias);
        const std::string& name = alias.empty() ? column : alias;
        if (place == "header") {
            const json& value = row.at(column);
            routed["headers"].push_back({name, value.is_null() ? json{} : json(text_of(value))});
            continue;
        }
        if (!routed["value"].is_object()) routed["value"] = {{"payload", routed["value"]}};
        routed["value"][name] = row.at(column);
    }
}

/// The model; its results have the form of EventRouterOracle.java.
json route(const json& change) {
    if (change.value("op", "c") != "c") return nullptr;  // an update is warned of, a delete is dropped
    const auto options = change.value("options", Options{});
    const json& row = change.at("row");
    const std::string variable = "${routedByValue}";
    std::string topic = option(options, "route.topic.replacement", "outbox.event." + variable);
    topic.replace(topic.find(variable), variable.size(),
                  text_of(row.at(option(options, "route.by.field", "aggregatetype"))));
    json routed{{"topic", topic},
                {"key", text_of(row.at("aggregateid"))},
                {"headers", json::array({json::array({"id", text_of(row.at("id"))})})},
                {"value", row.at("payload")}};
    place(option(options, "table.fields.additional.placement", ""), row, routed);
    return routed;
}

/// What the router itself makes of changes; absent where Maven does not give it.
std::optional<std::vector<json>> ask_debezium(const std::vector<json>& changes) {
    static bool is_missing = false;
    if (is_missing) return std::nullopt;
    std::string folder = (std::filesystem::temp_directory_path() / "eventsdk-XXXXXX").string();
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    std::ofstream in{folder + "/changes"};
    for (const json& change : changes) in << change << '\n';
    in.close();
    const std::string script = EVENTSDK_SOURCE_DIR "/tests/integration/outbox/event_router";
    const int ended = std::system(("cd '" + folder + "' && '" + script + "' <changes >records 2>log").c_str());
    std::ifstream records{folder + "/records"};
    std::vector<json> answers;
    for (std::string line; std::getline(records, line);) answers.push_back(json::parse(line));
    std::ifstream log{folder + "/log"};
    const std::string said{std::istreambuf_iterator<char>{log}, {}};
    std::filesystem::remove_all(folder);
    CAPTURE(said);
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == 77) {
        WARN("not compared with Debezium itself: " << said);
        is_missing = true;
        return std::nullopt;
    }
    REQUIRE(ended == 0);
    REQUIRE(answers.size() == changes.size());
    return answers;
}

/// The `transforms.outbox.` lines of the configuration in the documentation, without the class's name.
Options documented_options() {
    std::ifstream file{EVENTSDK_SOURCE_DIR "/docs/debezium_outbox.properties"};
    const std::string prefix = "transforms.outbox.";
    Options options;
    for (std::string line; std::getline(file, line);) {
        const auto equals = line.find('=');
        if (line.rfind(prefix, 0) == 0)
            options[line.substr(prefix.size(), equals - prefix.size())] = line.substr(equals + 1);
    }
    options.erase("type");
    return options;
}

/// An outbox with some rows in it, told as changes of its table.
struct Shop {
    test::PostgresSchema database;
    OutboxTables tables{.schema = database.name()};

    Shop() {
        append("order-1", "a book, \"the\" one", true);
        append("order 2/\u00e9", "b\u00fccher \u2013 \\ \u65e5\u672c", false);
    }
    [[nodiscard]] std::vector<json> changes() const {
        const auto ask = [this](const std::string& sql) { return json::parse(database.connection.text(sql)); };
        const json columns = ask(
            "SELECT json_object_agg(column_name, data_type) FROM information_schema.columns WHERE table_name = 'outbox' "
            "AND table_schema = current_schema()");
        std::vector<json> found;
        for (const json& row : ask("SELECT json_agg(o ORDER BY seq) FROM outbox AS o"))
            found.push_back({{"options", documented_options()}, {"columns", columns}, {"row", row}});
        return found;
    }
    void append(const std::string& order, const std::string& item, bool traced) const {
        CatalogueOptions options{.environment = "test", .schemas = EVENTSDK_TEST_SOURCE_DIR "/support/schemas"};
        options.start_traces = traced;
        postgres::Outbox outbox{Catalogue::load(options, event<OrderPlaced>()).value(), {.tables = tables}};
        outbox.ensure_tables(database.connection).value();
        outbox.append(database.connection, order, OrderPlaced{item, 7}, {.expected_revision = 0}).value();
    }
    [[nodiscard]] std::vector<Record> relayed() const {
        memory::Broker broker{{}, Runtime{.logger = silent_logger()}};
        broker.create_topic({.name = "test.shop.order"}).value();
        auto store = postgres::open_outbox(test::PostgresConnection::url(), {.tables = tables}).value();
        auto relay = OutboxRelay::create(std::move(store), broker, {}).value();
        while (relay.run_once().value() > 0) {
        }
        return broker.records("test.shop.order");
    }
};

void check_same(const json& routed, const Record& sent) {
    CAPTURE(routed);
    CHECK(routed.at("topic") == sent.topic);
    CHECK(routed.at("key") == sent.key.value());
    CHECK(routed.at("value") == sent.value.value());
    CHECK(routed.at("headers").size() == 4);
    for (const json& header : routed.at("headers")) {  // of an empty column: a null header, where the relay has none
        const auto value = sent.header(header.at(0).get<std::string>());
        CHECK((value ? json(*value) : json{}) == header.at(1));
    }
}

}  // namespace

TEST_CASE("Debezium's router, as modelled here, gives what its documentation says", "[postgres][outbox][debezium]") {
    const json vectors = support::load_vectors("outbox_debezium.json");
    std::vector<json> changes;
    for (json change : vectors.at("cases")) {
        const json expected = change.at("record");
        CAPTURE(change.at("name"));
        const json routed = route(change);
        REQUIRE(routed.is_null() == expected.is_null());
        if (!expected.is_null()) {
            for (const char* member : {"topic", "key", "headers"}) CHECK(routed.at(member) == expected.at(member));
            const char* value = expected.contains("value_text")   ? "value_text"
                                : expected.contains("value_json") ? "value_json"
                                                                  : "value";
            CHECK(routed.at("value") == expected.at(value));
        }
        change["columns"] = {{"id", "uuid"}, {"aggregatetype", "text"}, {"aggregateid", "text"}, {"type", "text"}};
        change["columns"]["payload"] = "jsonb";
        changes.push_back(std::move(change));
    }
    const auto answers = ask_debezium(changes);
    for (std::size_t i = 0; answers && i < changes.size(); ++i) CHECK((*answers)[i] == route(changes[i]));
}

TEST_CASE("Debezium's router sends the key, id, type and bytes that the relay sends", "[postgres][outbox][debezium]") {
    const Shop shop;
    const std::vector<json> changes = shop.changes();
    const std::vector<Record> sent = shop.relayed();
    REQUIRE(changes.size() == 2);
    CHECK(changes[1].at("row").at("traceparent").is_null());
    REQUIRE(sent.size() == changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i) check_same(route(changes[i]), sent[i]);
    const auto answers = ask_debezium(changes);
    for (std::size_t i = 0; answers && i < changes.size(); ++i) {
        check_same((*answers)[i], sent[i]);
        CHECK((*answers)[i] == route(changes[i]));
    }
}
