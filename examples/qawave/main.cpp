// usage: qawave [PORT]
//
// The whole system in one process: API, recorder, runner. Without KAFKA_BOOTSTRAP_SERVERS it runs in the memory
// profile, log and store alike; with it, on that Kafka and the store in the file QAWAVE_STORE (default: qawave.db).
#include "api.hpp"
#include "catalogue.hpp"
#include "services.hpp"

#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/service/service.hpp>
#include <eventsdk/service/stop_on_signals.hpp>

#include <cstdlib>
#include <iostream>

using namespace eventsdk;

namespace {

void run(int port) {
    const Broker broker = kafka::connect_or(memory::Broker{}).value();
    const bool in_memory = broker.port().describe() == "memory";
    const Catalogue catalogue = qawave::load_catalogue();
    ensure_topics(*broker.port().admin().value(), qawave::topics(), Duration{30'000}).value();

    const char* file = std::getenv("QAWAVE_STORE");
    auto store = qawave::PackageStore::open(in_memory ? ":memory:" : file != nullptr ? file : "qawave.db").value();
    auto producer = Producer::create(broker, catalogue).value();
    Service service{broker, catalogue};
    service.add(make_recorder(*store, producer, [](const std::string& text) { std::cerr << text << "\n"; })).value();
    service.add(qawave::make_runner(producer)).value();
    qawave::Api api{*store, producer, PAGE};
    std::cout << "http://127.0.0.1:" << api.bind("127.0.0.1", port) << " on " << broker.port().describe() << std::endl;
    service.add(qawave::Serving{&api});
    service.run(stop_on_signals()).value();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(argc > 1 ? std::atoi(argv[1]) : 8080);
        return 0;
    } catch (const BadResult& failed) {
        std::cerr << "qawave: " << failed.error().to_string() << "\n";
        return 3;
    }
}
