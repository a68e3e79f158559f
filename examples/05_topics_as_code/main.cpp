// Topics as code: one file says what should be there; missing topics are created, differences reported, none changed.
#include <eventsdk/eventsdk.hpp>
#include <eventsdk/kafka/connect.hpp>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

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

void run(const Broker& broker) {
    // [ensure]
    std::ifstream file{TOPICS};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    std::vector<TopicSpec> specs = parse_topic_specs(text).value();
    auto admin = broker.port().admin().value();
    TopicReport report = ensure_topics(*admin, specs, 30s).value();
    // [ensure]
    std::cout << "created:";
    for (const std::string& topic : report.created) std::cout << " " << topic;
    std::cout << "\n" << (report.agrees() ? "all topics agree" : "some topics differ") << "\n";

    // A later release wants more; the report says what people have to decide.
    specs[0].partitions = 6;
    specs[0].retention = std::chrono::days{365};
    for (const TopicDifference& difference : compare_topics(*admin, specs, 30s).value().differences)
        std::cout << difference.topic << ": " << difference.setting << " should be " << difference.wanted << ", is "
                  << difference.actual << "\n";
}

int main(int argc, char** argv) {
    try {
        run(connect(argc, argv).value());
        return 0;
    } catch (const BadResult& failed) {
        std::cerr << failed.error().to_string() << "\n";
        return 1;
    }
}
