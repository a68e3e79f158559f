#include <eventsdk/eventsdk.hpp>
#include <eventsdk/kafka/options.hpp>

#include <cstdio>

// Prints whether the environment names a usable Kafka.
int main() {
    const auto options = eventsdk::kafka::Options::from_environment();
    if (!options) {
        std::puts(options.error().message.c_str());
        return 1;
    }
    std::puts("good options");
    return 0;
}
