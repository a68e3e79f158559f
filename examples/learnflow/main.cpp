// usage: learnflow grader | tutor | students
//
// One service each, on the Kafka that KAFKA_BOOTSTRAP_SERVERS names, with its metrics on LEARNFLOW_METRICS_PORT
// (default: 9464), path /metrics. `students` publishes what it reads, a line "USER ask EXERCISE" or
// "USER submit EXERCISE LANGUAGE" each.
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
#include <sstream>

using namespace eventsdk;
using namespace learnflow;

namespace {

/// Your own: this one runs nothing, knows one language, and takes every program that returns something for right.
Result<bool> sandbox(const CodeSubmitted& submitted) {
    if (submitted.language == "python") return submitted.code.find("return") != std::string::npos;
    return Error{.kind = ErrorKind::retriable, .code = "sandbox", .message = "no compiler for " + submitted.language};
}

void grade(const std::string& user, const std::string& exercise, bool passed) {
    std::cout << user << " " << exercise << " " << (passed ? "passed" : "failed") << std::endl;
}

void publish_lines(Producer& producer, std::istream& in) {
    for (std::string line; std::getline(in, line);) {
        std::istringstream words{line};
        std::string user, what, exercise, language;
        words >> user >> what >> exercise >> language;
        const auto published = what == "ask"
                                   ? producer.publish(user, LearningEvent{Activity::help_requested, exercise, {}, {}})
                                   : producer.publish(user, CodeSubmitted{exercise, "return 1", language});
        published.value();
    }
}

void run(const std::string& role) {
    const char* setting = std::getenv("LEARNFLOW_METRICS_PORT");
    const int port = role == "students" ? 0 : setting != nullptr ? std::atoi(setting) : 9464;
    auto exporter = prometheus::Exporter::create({.port = static_cast<std::uint16_t>(port)}).value();
    if (port == 0) std::cerr << "metrics on port " << exporter.port() << std::endl;
    const Broker broker =
        kafka::connect(kafka::Options::from_environment().value(), {.metrics = exporter.metrics()}).value();
    const Catalogue catalogue = load_catalogue();
    ensure_topics(*broker.port().admin().value(), topic_specs(catalogue, {.partitions = 6}), Duration{30'000}).value();
    auto producer = Producer::create(broker, catalogue).value();
    if (role == "students") return publish_lines(producer, std::cin);
    Struggles struggles;
    Service service{broker, catalogue};
    service.add(role == "grader" ? make_grader(sandbox, grade) : make_tutor(struggles, producer)).value();
    service.run(stop_on_signals()).value();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string role = argc == 2 ? argv[1] : "";
    if (role != "grader" && role != "tutor" && role != "students") {
        std::cerr << "usage: learnflow grader | tutor | students\n";
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
