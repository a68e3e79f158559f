// The system's story in one process: a gateway, seven services and two tracers over eight topics, a group each.
// In memory, or on the Kafka that KAFKA_BOOTSTRAP_SERVERS names, on topics of its own.
#include "catalogue.hpp"
#include "services.hpp"
#include "tracer.hpp"

#include <eventsdk/broker/topics.hpp>
#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/consume/replay.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/service/service.hpp>

#include <iostream>

using namespace eventsdk;
using namespace learnflow_services;
using namespace std::chrono_literals;

namespace {

void show(const Inbox& inbox, const Mastery& mastery) {
    for (const char* student : {"ada", "grace", "linus"})
        for (const std::string& text : inbox.of(student)) std::cout << "   " << student << " reads " << text << "\n";
    std::cout << "   ada has mastered loops: " << mastery.of("ada", "loops") << "\n";
}

void tell(const Broker& broker, const Catalogue& catalogue, const std::string& prefix) {
    auto producer = Producer::create(broker, catalogue).value();
    Gateway gateway{producer};

    std::cout << "1. Students come through the gateway\n";
    gateway.ask("ada", "recursion").value();
    gateway.ask("grace", "error: expected ';'").value();
    gateway.submit("ada", "loops", "for (;;) return 1;").value();
    gateway.submit("linus", "loops", "for (;;) {}").value();
    std::cout << "   two questions and two submissions\n";

    std::cout << "2. The services work, a group each, until nothing is left to do\n";
    Inbox inbox;
    Mastery mastery;
    Tracer all, learning, late;
    Service services{broker, catalogue};
    services.add(make_triage(producer)).value();
    services.add(make_concepts(producer)).value();
    // The slow one: it takes in few records at a time, the rest waits in Kafka.
    services.add(make_exercises(producer), {.buffered_records = 10, .max_poll_interval = 600s}).value();
    services.add(make_debugger(producer)).value();
    services.add(make_code_review(producer)).value();
    services.add(make_inbox(inbox)).value();
    services.add(make_progress(mastery)).value();
    services.add(make_tracer("tracer", all), {.topics = catalogue.topics()}).value();
    services.add(make_tracer("learning-tracer", learning), {.topics = {"^" + prefix + "learning\\.[a-z]+$"}}).value();
    services.run_until_caught_up().value();
    show(inbox, mastery);

    std::cout << "3. Each request is one trace through all its hops\n";
    all.print(std::cout);
    std::cout << "   of these, " << learning.hops() << " came by the pattern learning.*\n";

    std::cout << "4. A request is delivered twice: the same answers, under the same ids\n";
    const Record twice = producer.prepare("grace", LearningRequested{"grace", "pointers"}).value();
    producer.publish(twice).value();
    producer.publish(twice).value();
    services.run_until_caught_up().value();
    show(inbox, mastery);

    std::cout << "5. A service that comes later reads from the beginning\n";
    Service newcomer{broker, catalogue};
    newcomer.add(make_tracer("newcomer", late), {.topics = catalogue.topics()}).value();
    newcomer.run_until_caught_up().value();
    std::cout << "   it knows " << late.hops() << " events, the tracer " << all.hops() << "\n";

    std::cout << "6. Progress is lost, and made again from what the topics keep\n";
    Mastery again;
    const ReplayReport rewound = replay(broker, catalogue, make_progress(again)).value();
    std::cout << "   " << rewound.handled
              << " event handled again: ada has mastered loops: " << again.of("ada", "loops") << "\n";
}

}  // namespace

int main() {
    try {
        const memory::Broker memory{{}, {.logger = stderr_logger(LogLevel::error)}};
        const Broker broker = kafka::connect_or(memory, {.logger = stderr_logger(LogLevel::error)}).value();
        const std::string prefix = "story-" + uuid_v7_generator()->next().to_string() + ".";
        const Catalogue catalogue = load_catalogue(prefix);
        const auto topics = topic_specs(catalogue, {.partitions = 3, .retention = std::chrono::days{7}});
        auto admin = broker.port().admin().value();
        ensure_topics(*admin, topics, 30s).value();
        std::cout << "learnflow services on " << broker.port().describe() << "\n";
        tell(broker, catalogue, prefix);
        for (const TopicSpec& topic : topics) admin->delete_topic(topic.name, 30s).value();
        return 0;
    } catch (const BadResult& failed) {
        std::cerr << "learnflow_services_story: " << failed.error().to_string() << "\n";
        return 3;
    }
}
