// The system's story: a front end asks for a package, follows its run, and asks again where it was.
// In memory, or on the Kafka that KAFKA_BOOTSTRAP_SERVERS names, on topics of its own.
#include "api.hpp"
#include "catalogue.hpp"
#include "services.hpp"

#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/service/service.hpp>

#include <nlohmann/json.hpp>

#include <future>
#include <iostream>

using namespace eventsdk;
using nlohmann::json;

namespace {

void show(const json& events) {
    for (const json& event : events)
        std::cout << "   " << event["type"].get<std::string>() << " " << event["data"].dump() << "\n";
}

void front_end(httplib::Client& client) {
    std::cout << "1. A package is asked for\n";
    const json document{{"scenarios", {"log in", "pay with an expired card should fail", "log out"}}};
    auto answer = client.Post("/api/packages", document.dump(), "application/json");
    const std::string plan = "/api/packages/" + json::parse(answer->body)["planId"].get<std::string>();
    std::cout << "   status " << answer->status << ", the plan's id is the key of all its events\n";

    std::cout << "2. The page follows the run by server-sent events\n";
    std::string stream;
    client.Get(plan + "/stream", [&stream](const char* data, std::size_t size) {
        stream.append(data, size);
        return true;
    });
    json sent = json::array();
    for (std::size_t at = 0; (at = stream.find("data: ", at)) != std::string::npos; ++at)
        sent.push_back(json::parse(stream.substr(at + 6, stream.find('\n', at) - at - 6)));
    show(sent);

    std::cout << "3. Another front end polls, with the cursor of what it has\n";
    const json polled = json::parse(client.Get(plan + "/events?since=0")->body);
    std::cout << "   the same events: " << (polled["events"] == sent ? "yes" : "no")
              << ", complete: " << polled["complete"] << "\n";
    const std::string cursor = sent[2]["cursor"].dump();
    std::cout << "   after the third: "
              << json::parse(client.Get(plan + "/events?since=" + cursor)->body)["events"].size() << " events\n";
}

void tell(const Broker& broker, const std::string& prefix) {
    const Catalogue catalogue = qawave::load_catalogue(prefix);
    auto store = qawave::PackageStore::open(":memory:").value();
    auto producer = Producer::create(broker, catalogue).value();
    std::promise<std::string> alert;
    Service service{broker, catalogue};
    service.add(make_recorder(*store, producer, [&](const std::string& text) { alert.set_value(text); })).value();
    service.add(qawave::make_runner(producer)).value();
    service.start();

    qawave::Api api{*store, producer, PAGE};
    httplib::Client client{"127.0.0.1", api.bind("127.0.0.1", 0)};
    client.set_read_timeout(60);
    const auto serving = std::async(std::launch::async, [&api] { api.listen(); });
    front_end(client);
    std::cout << "4. The chat is told\n   " << alert.get_future().get() << "\n";
    service.stop().value();
    api.stop();

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
