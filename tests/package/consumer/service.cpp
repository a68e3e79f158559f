#include <eventsdk/eventsdk.hpp>
#include <eventsdk/kafka/connect.hpp>

#include <cstdio>

// Prints whether the environment names a Kafka that could be connected to; nothing is sent.
int main() {
    const auto options = eventsdk::kafka::Options::from_environment();
    if (!options) {
        std::puts(options.error().message.c_str());
        return 1;
    }
    const auto broker = eventsdk::kafka::connect(*options);
    std::puts(broker ? "ready to connect" : broker.error().message.c_str());
    return broker ? 0 : 1;
}
