// usage: learnflow_services triage | concepts | exercises | debugger | code-review
//        learnflow_services ask USER QUESTION | submit USER EXERCISE CODE
//
// One service each, or one request through the gateway, on the Kafka that KAFKA_BOOTSTRAP_SERVERS names.
#include "catalogue.hpp"
#include "services.hpp"

#include <eventsdk/broker/topics.hpp>
#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/service/service.hpp>
#include <eventsdk/service/stop_on_signals.hpp>

#include <iostream>

using namespace eventsdk;
using namespace learnflow_services;

namespace {

const std::map<std::string, Projection (*)(Producer&)> services{{"triage", make_triage},
                                                                {"concepts", make_concepts},
                                                                {"exercises", make_exercises},
                                                                {"debugger", make_debugger},
                                                                {"code-review", make_code_review}};

int run(const std::vector<std::string>& words) {
    const Broker broker = kafka::connect(kafka::Options::from_environment().value()).value();
    const Catalogue catalogue = load_catalogue();
    const auto topics = topic_specs(catalogue, {.partitions = 12, .retention = std::chrono::days{7}});
    ensure_topics(*broker.port().admin().value(), topics, Duration{30'000}).value();
    auto producer = Producer::create(broker, catalogue).value();
    Gateway gateway{producer};
    const auto made = words.empty() ? services.end() : services.find(words[0]);
    if (made != services.end() && words.size() == 1) {
        Service service{broker, catalogue};
        service.add(made->second(producer)).value();
        service.run(stop_on_signals()).value();
    } else if (words.size() == 3 && words[0] == "ask") {
        gateway.ask(words[1], words[2]).value();
    } else if (words.size() == 4 && words[0] == "submit") {
        gateway.submit(words[1], words[2], words[3]).value();
    } else {
        std::cerr << "usage: see the head of main.cpp\n";
        return 2;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, argv + argc});
    } catch (const BadResult& failed) {
        std::cerr << "learnflow_services: " << failed.error().to_string() << "\n";
        return 3;
    }
}
