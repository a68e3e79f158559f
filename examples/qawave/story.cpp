// The system's story: a front end asks for a package, follows its run, and asks again where it was.
// In memory, or on the Kafka that KAFKA_BOOTSTRAP_SERVERS names, on topics of its own.
#include "api.hpp"
#include "catalogue.hpp"
#include "services.hpp"

#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/service/service.hpp>

#include <future>
#include <iostream>
#include <sstream>

using namespace eventsdk;

namespace {

/// What stands behind a word at the beginning of each line.
std::vector<std::string> lines_after(const std::string& word, const std::string& text) {
    std::vector<std::string> found;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);)
        if (line.rfind(word, 0) == 0) found.push_back(line.substr(word.size()));
    return found;
}

void front_end(httplib::Client& client) {
    std::cout << "1. A package is asked for\n";
    const std::string document =
        R"({"scenarios":["log in","pay with an expired card should fail","log out"],"depth":2})";
    const auto answer = client.Post("/api/packages", document, "application/json");
    const std::string plan = answer->get_header_value("Location");
    std::cout << "   status " << answer->status << ", the plan's id is the key of all its events\n";
    std::cout << "   without scenarios: status " << client.Post("/api/packages", "{}", "application/json")->status
              << "\n";

    std::cout << "2. The page follows the run by server-sent events\n";
    const std::string stream = client.Get(plan + "/stream")->body;
    std::string list;
    for (const std::string& event : lines_after("data: ", stream)) {
        std::cout << "   " << event << "\n";
        list += (list.empty() ? "" : ",") + event;
    }

    std::cout << "3. Another front end polls, with the cursor of what it has\n";
    const std::string polled = client.Get(plan + "/events?since=0")->body;
    std::cout << "   the same events: " << (polled.find("[" + list + "]") != std::string::npos ? "yes" : "no") << "\n";
    const std::string cursor = lines_after("id: ", stream).at(6);
    std::cout << "   after the seventh: " << client.Get(plan + "/events?since=" + cursor)->body << "\n";
}

void tell(const Broker& broker, const std::string& prefix) {
    const Catalogue catalogue = qawave::load_catalogue(prefix);
    auto store = qawave::PackageStore::open(":memory:").value();
    auto producer = Producer::create(broker, catalogue).value();
    std::promise<std::string> alert;
    Service service{broker, catalogue};
    service.add(make_recorder(*store, producer, [&](const std::string& text) { alert.set_value(text); })).value();
    service.add(qawave::make_runner(producer)).value();
    qawave::Api api{*store, producer, PAGE};
    httplib::Client client{"127.0.0.1", api.bind("127.0.0.1", 0)};
    client.set_read_timeout(60);
    service.add(qawave::Serving{&api});
    service.start();
    front_end(client);
    std::cout << "4. The chat is told\n   " << alert.get_future().get() << "\n";
    service.stop().value();

    std::cout << "5. How long it is kept\n";
    for (const TopicSpec& topic : qawave::topics(prefix))
        std::cout << "   " << topic.name.substr(prefix.size()) << ": " << *topic.retention / std::chrono::hours{24}
                  << " days\n";
}

}  // namespace

int main() {
    try {
        const memory::Broker memory{{}, {.logger = stderr_logger(LogLevel::error)}};
        const Broker broker = kafka::connect_or(memory, {.logger = stderr_logger(LogLevel::error)}).value();
        const std::string prefix = "story-" + uuid_v7_generator()->next().to_string() + ".";
        auto admin = broker.port().admin().value();
        ensure_topics(*admin, qawave::topics(prefix), Duration{30'000}).value();
        std::cout << "qawave on " << broker.port().describe() << "\n";
        tell(broker, prefix);
        for (const TopicSpec& topic : qawave::topics(prefix)) admin->delete_topic(topic.name, Duration{30'000}).value();
        return 0;
    } catch (const BadResult& failed) {
        std::cerr << "qawave_story: " << failed.error().to_string() << "\n";
        return 3;
    }
}
