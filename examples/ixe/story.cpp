// The system's story in one process: students answer, three services follow, nothing is counted twice.
// In memory, or on the Kafka that KAFKA_BOOTSTRAP_SERVERS names, on a topic of its own.
#include "catalogue.hpp"
#include "services.hpp"
#include "webhook_receiver.hpp"

#include <eventsdk/broker/topics.hpp>
#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/service/service.hpp>

#include <filesystem>
#include <iostream>

using namespace eventsdk;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct Answer {
    const char* user;
    const char* problem;
    const char* answer;
    int seconds;
};
constexpr Answer answers[] = {{"ada", "sum-17", "42", 15},   {"grace", "sum-17", "41", 20}, {"ada", "root-9", "3", 11},
                              {"grace", "root-9", "4", 30},  {"linus", "area-4", "", 5},    {"grace", "area-4", "", 4},
                              {"grace", "area-4", "10", 45}, {"linus", "sum-17", "42", 8},  {"ada", "area-4", "16", 9}};

std::size_t lines_in(const fs::path& folder, std::size_t& files) {
    std::size_t lines = 0;
    for (const auto& entry : fs::directory_iterator{folder}) {
        if (entry.path().filename().string().rfind("answers", 0) != 0) continue;
        ++files;
        std::ifstream in{entry.path()};
        for (std::string line; std::getline(in, line);) ++lines;
    }
    return lines;
}

void show(sqlite::Database& progress) {
    const auto ask = [](sqlite::Transaction& db) -> Result<void> {
        for (const auto& row : db.query("SELECT * FROM progress ORDER BY user_id").value())
            std::cout << "   state updater: " << row[0] << " has " << row[2] << " of " << row[1] << " right, in "
                      << row[3] << " s\n";
        return {};
    };
    progress.transact(ask).value();
}

void tell(const Broker& broker, const std::string& topic, const fs::path& folder) {
    static constexpr const char* names[] = {"correct", "incorrect", "skipped"};
    const Catalogue catalogue = ixe::load_catalogue(topic);
    ensure_topics(*broker.port().admin().value(), topic_specs(catalogue, {.partitions = 3}), 30s).value();
    auto producer = Producer::create(broker, catalogue).value();

    std::cout << "1. The answer checker judges and publishes to " << topic << "\n";
    ixe::AnswerChecker checker{producer};
    for (const Answer& each : answers) {
        const ixe::Verdict verdict = checker.check(each.user, each.problem, each.answer, each.seconds).value();
        std::cout << "   " << each.user << " on " << each.problem << ": " << names[static_cast<int>(verdict)] << "\n";
    }
    const Record twice =
        producer.prepare("ada", ixe::AnswerSubmitted{"sum-17", "42", ixe::Verdict::correct, 7}).value();
    producer.publish(twice).value();
    producer.publish(twice).value();
    std::cout << "   one more of ada's, sent twice after a time-out: the same record, the same event id\n";

    std::cout << "2. Three services follow, each in a group of its own\n";
    ixe::WebhookReceiver receiver;
    auto progress = ixe::open_database((folder / "progress.db").string(), ixe::progress_table).value();
    auto streaks = ixe::open_database((folder / "streaks.db").string(), ixe::streaks_table).value();
    ixe::AnalyticsLog log{folder / "answers.jsonl", 1'500};
    Service service{broker, catalogue};
    service.add(ixe::make_state_updater(progress)).value();
    service.add(make_analytics(log)).value();
    service.add(ixe::make_notifier(streaks, ixe::webhook(receiver.url(), "/alerts"))).value();
    service.run_until_caught_up().value();
    show(progress);
    std::size_t files = 0;
    const std::size_t lines = lines_in(folder, files);
    std::cout << "   analytics: " << lines << " lines" << (files > 1 ? " in more than one file" : "") << "\n";
    for (const std::string& body : receiver.bodies()) std::cout << "   notifier: " << body << "\n";

    std::cout << "3. They are started again: what is committed is not done again\n";
    service.run_until_caught_up().value();
    show(progress);
    std::cout << "   alerts: " << receiver.bodies().size() << "\n";
}

}  // namespace

int main() {
    const std::string run = uuid_v7_generator()->next().to_string();
    const fs::path folder = fs::temp_directory_path() / ("ixe-story-" + run);
    fs::create_directories(folder);
    int status = 0;
    try {
        const memory::Broker memory{{}, {.logger = stderr_logger(LogLevel::error)}};
        const Broker broker = kafka::connect_or(memory, {.logger = stderr_logger(LogLevel::error)}).value();
        const std::string topic = "story-" + run + ".user_events";
        std::cout << "ixe on " << broker.port().describe() << "\n";
        tell(broker, topic, folder);
        for (const std::string& made : {topic, dead_letter_topic(topic), parked_topic(topic)})
            broker.port().admin().value()->delete_topic(made, 30s).value();
    } catch (const BadResult& failed) {
        std::cerr << "ixe_story: " << failed.error().to_string() << "\n";
        status = 3;
    }
    fs::remove_all(folder);
    return status;
}
