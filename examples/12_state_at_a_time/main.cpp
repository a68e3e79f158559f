// What was in the basket at noon? The state of an aggregate at a revision and at a time, and its history.
#include <eventsdk/core/time.hpp>
#include <eventsdk/eventsdk.hpp>
#include <eventsdk/kafka/connect.hpp>

#include "basket.hpp"

#include <array>
#include <cstdlib>
#include <iostream>

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

void make_topics(const Broker& broker, const Catalogue& catalogue) {
    const TopicSpec events{.name = catalogue.topics().front(), .partitions = 3, .retention = Duration::max()};
    const std::array specs{events, snapshot_spec(events), snapshot_history_spec(events)};
    auto admin = broker.port().admin().value();
    ensure_topics(*admin, specs, 10s).value();
}

void show(std::string_view when, const Restored<Basket>& then) {
    std::cout << when << ": revision " << then.revision << ",";
    for (const auto& [item, cents] : then.state.items) std::cout << " " << item;
    std::cout << "\n";
}

int run(int argc, char** argv) {
    auto catalogue =
        Catalogue::load({.environment = "dev", .schemas = SCHEMAS}, event_family<AggregateTraits<Basket>::Events>())
            .value();
    auto broker = connect(argc, argv).value();
    make_topics(broker, catalogue);
    auto producer = Producer::create(broker, catalogue).value();
    // With `history` older snapshots are kept, for states of the past.
    auto snapshots = Snapshots<Basket>::create(broker, catalogue, {.history = true}).value();
    const std::string id = "basket-" + broker.runtime().ids->next().to_string();

    // [past]
    const Timestamp noon = std::chrono::sys_days{2026y / 11 / 20} + 12h;
    producer.publish(id, ItemAdded{"bread", 390}, {.revision = 1, .occurred_at = noon - 2h}).value();
    producer.publish(id, ItemAdded{"milk", 120}, {.revision = 2, .occurred_at = noon - 1h}).value();
    snapshots.publish(id).value();
    producer.publish(id, ItemRemoved{"bread"}, {.revision = 3, .occurred_at = noon + 1h}).value();
    show("at noon", snapshots.restore_at(id, noon).value());
    show("now", snapshots.restore(id).value());

    // A phone that was offline tells late what was done at half past eleven.
    producer.publish(id, ItemAdded{"tea", 450}, {.revision = 4, .occurred_at = noon - 30min}).value();
    show("at noon, as is known now", snapshots.restore_at(id, noon).value());
    show("what was known before", snapshots.restore_at(id, std::int64_t{3}).value());

    snapshots
        .history(id, 2, 4,
                 [&](const HistoryEvent& event) {
                     std::cout << "  " << event.revision << " " << format_timestamp(event.envelope().occurred_at) << " "
                               << event.envelope().type << " " << event.payload_text() << "\n";
                     return true;  // go on
                 })
        .value();
    // [past]
    return 0;
}

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const BadResult& failed) {
        std::cerr << failed.error().to_string() << "\n";
        return 1;
    }
}
