// usage: ixe answer-checker | state-updater | analytics | notifier
//
// One service each, on the Kafka that KAFKA_BOOTSTRAP_SERVERS names. The answer checker reads lines
// "USER PROBLEM SECONDS [ANSWER]"; files are made in IXE_DATA (default: .); the notifier posts to IXE_WEBHOOK. A service
// that is started again under the same IXE_INSTANCE goes on at once, also after a kill.
#include "catalogue.hpp"
#include "services.hpp"

#include <eventsdk/broker/topics.hpp>
#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/service/service.hpp>
#include <eventsdk/service/stop_on_signals.hpp>

#include <cstdlib>
#include <iostream>
#include <sstream>

using namespace eventsdk;
using namespace std::chrono_literals;

namespace {

std::string setting(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : otherwise;
}

void check_answers(const Broker& broker, const Catalogue& catalogue) {
    auto producer = Producer::create(broker, catalogue).value();
    ixe::AnswerChecker checker{producer};
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words{line};
        std::string user, problem, answer;
        std::int32_t seconds = 0;
        words >> user >> problem >> seconds >> answer;
        checker.check(user, problem, answer, seconds).value();
    }
}

void serve(const Broker& broker, const Catalogue& catalogue, Projection projection) {
    Service service{broker, catalogue};
    service.add(std::move(projection), {.instance_id = setting("IXE_INSTANCE", "")}).value();
    service.run(stop_on_signals()).value();
}

void run(const std::string& role) {
    const Broker broker = kafka::connect(kafka::Options::from_environment().value()).value();
    const Catalogue catalogue = ixe::load_catalogue();
    ensure_topics(*broker.port().admin().value(), topic_specs(catalogue, {.partitions = 3}), 30s).value();
    const std::string data = setting("IXE_DATA", ".") + "/";
    if (role == "answer-checker") {
        check_answers(broker, catalogue);
    } else if (role == "state-updater") {
        auto progress = ixe::open_database(data + "progress.db", ixe::progress_table).value();
        serve(broker, catalogue, ixe::make_state_updater(progress));
    } else if (role == "analytics") {
        ixe::AnalyticsLog log{data + "answers.jsonl", 64 * 1024 * 1024};
        serve(broker, catalogue, make_analytics(log));
    } else {
        auto streaks = ixe::open_database(data + "streaks.db", ixe::streaks_table).value();
        serve(broker, catalogue,
              ixe::make_notifier(streaks, ixe::webhook(setting("IXE_WEBHOOK", "http://127.0.0.1:8080"), "/alerts")));
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string role = argc == 2 ? argv[1] : "";
    if (role != "answer-checker" && role != "state-updater" && role != "analytics" && role != "notifier") {
        std::cerr << "usage: ixe answer-checker | state-updater | analytics | notifier\n";
        return 2;
    }
    try {
        run(role);
        return 0;
    } catch (const BadResult& failed) {
        std::cerr << "ixe: " << failed.error().to_string() << "\n";
        return 3;
    }
}
