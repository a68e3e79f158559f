// Restores an aggregate from its events, and takes a snapshot every 100 of them so that this stays fast.
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
    const std::array specs{events, snapshot_spec(events)};  // the snapshots' topic is compacted
    auto admin = broker.port().admin().value();
    ensure_topics(*admin, specs, 10s).value();
}

int run(int argc, char** argv) {
    auto catalogue =
        Catalogue::load({.environment = "dev", .schemas = SCHEMAS}, event_family<AggregateTraits<Basket>::Events>())
            .value();
    auto broker = connect(argc, argv).value();
    make_topics(broker, catalogue);
    auto producer = Producer::create(broker, catalogue).value();
    const std::string id = "basket-" + broker.runtime().ids->next().to_string();

    // [snapshots]
    auto snapshots = Snapshots<Basket>::create(broker, catalogue, {.every_revisions = 100}).value();
    Basket basket;
    for (std::int64_t revision = 1; revision <= 250; ++revision) {
        const ItemAdded added{"item " + std::to_string(revision % 7), static_cast<std::int32_t>(revision)};
        producer.publish(id, added, {.revision = revision}).value();
        apply(basket, added);
        snapshots.offer(id, revision, basket);  // in the background, when 100 revisions have come since the last
        if (revision % 100 == 0) snapshots.flush(10s).value();  // only so that this lesson prints the same each time
    }

    Restored<Basket> now = snapshots.restore(id).value();  // the newest snapshot and the events after it
    // [snapshots]
    std::cout << "revision " << now.revision << " costs " << now.state.total() << " cents, "
              << (now.state.items == basket.items ? "as it should" : "which is wrong") << "\n"
              << "restored from the snapshot at revision " << now.report.snapshot_revision.value() << " and "
              << now.report.events << " events\n";

    snapshots.remove(id).value();
    Restored<Basket> again = snapshots.restore(id).value();
    std::cout << "without snapshots it takes " << again.report.events << " events, and costs " << again.state.total()
              << " cents just the same\n";
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
