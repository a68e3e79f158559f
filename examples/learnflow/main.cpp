// usage: learnflow grader | tutor
//
// One service each, on the Kafka that KAFKA_BOOTSTRAP_SERVERS names, with its metrics on LEARNFLOW_METRICS_PORT
// (default: 9464), path /metrics.
#include "catalogue.hpp"
#include "services.hpp"

#include <eventsdk/broker/topics.hpp>
#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/prometheus/exporter.hpp>
#include <eventsdk/service/service.hpp>
#include <eventsdk/service/stop_on_signals.hpp>

#include <cstdlib>
#include <iostream>

using namespace eventsdk;
using namespace learnflow;

namespace {

/// Your own: this one runs nothing and takes every program that returns something for right.
Result<bool> sandbox(const CodeSubmitted& submitted) { return submitted.code.find("return") != std::string::npos; }

void grade(const std::string& user, const std::string& exercise, bool passed) {
    std::cout << user << " " << exercise << " " << (passed ? "passed" : "failed") << std::endl;
}

void run(const std::string& role) {
    const char* port = std::getenv("LEARNFLOW_METRICS_PORT");
    auto exporter =
        prometheus::Exporter::create({.port = static_cast<std::uint16_t>(port != nullptr ? std::atoi(port) : 9464)})
            .value();
    const Broker broker =
        kafka::connect(kafka::Options::from_environment().value(), {.metrics = exporter.metrics()}).value();
    const Catalogue catalogue = load_catalogue();
    ensure_topics(*broker.port().admin().value(), topic_specs(catalogue, {.partitions = 6}), Duration{30'000}).value();
    auto producer = Producer::create(broker, catalogue).value();
    Struggles struggles;
    Service service{broker, catalogue};
    service.add(role == "grader" ? make_grader(sandbox, grade) : make_tutor(struggles, producer)).value();
    service.run(stop_on_signals()).value();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string role = argc == 2 ? argv[1] : "";
    if (role != "grader" && role != "tutor") {
        std::cerr << "usage: learnflow grader | tutor\n";
        return 2;
    }
    try {
        run(role);
        return 0;
    } catch (const BadResult& failed) {
        std::cerr << "learnflow: " << failed.error().to_string() << "\n";
        return 3;
    }
}
