#include "platform.hpp"

#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/memory/broker.hpp>

#include <cstdlib>
#include <string_view>

using namespace eventsdk;
using namespace std::chrono_literals;

Result<Platform> Platform::connect(int argc, char** argv) {
    const Runtime quiet{.logger = stderr_logger(LogLevel::error)};
    const bool given = argc == 3 && std::string_view{argv[1]} == "--brokers";
    if (argc > 1 && !given)
        return Error{.kind = ErrorKind::invalid_argument,
                     .code = "demo.usage",
                     .message = "the only option is --brokers HOST:PORT"};
    if (!given && std::getenv("KAFKA_BOOTSTRAP_SERVERS") == nullptr)
        return Platform{memory::Broker{{}, quiet}, "memory", "demo"};
    auto options = kafka::Options::from_environment();
    if (!options) return options.error();
    if (given) options->bootstrap_servers = argv[2];
    auto broker = kafka::connect(*options, quiet);
    if (!broker) return broker.error();
    if (auto answered = broker->port().probe(10s); !answered) return answered.error();
    const std::string run = uuid_v7_generator()->next().to_string();
    return Platform{*broker, "Apache Kafka at " + options->bootstrap_servers, "demo-" + run.substr(0, 13)};
}

std::string Platform::group(const std::string& projection) const {
    return name == "memory" ? projection : environment + "." + projection;
}

void Platform::delete_topics(const std::vector<std::string>& topics) const {
    if (name == "memory") return;
    auto admin = broker.port().admin().value();
    for (const std::string& topic : topics) admin->delete_topic(topic, 30s).value();
}

std::vector<Record> Platform::read_all(const std::string& topic) const {
    auto admin = broker.port().admin().value();
    const TopicDescription described = admin->describe_topic(topic, 10s).value();
    auto reader = broker.port().reader({}, nullptr).value();
    std::vector<PartitionOffset> from;
    std::int64_t expected = 0;
    for (std::int32_t partition = 0; partition < described.partitions; ++partition) {
        const Watermarks marks = admin->watermarks({topic, partition}, 10s).value();
        from.push_back({topic, partition, marks.low});
        expected += marks.last_stable - marks.low;
    }
    reader->assign(from).value();
    std::vector<ReceivedRecord> read;
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (std::ssize(read) < expected && std::chrono::steady_clock::now() < end)
        reader->poll(read, 100, 100ms).value();
    std::vector<Record> records;
    for (const ReceivedRecord& each : read) records.push_back(each.to_record());
    return records;
}
