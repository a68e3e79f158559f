#pragma once

#include <eventsdk/broker/broker.hpp>

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace cli {

/// How to reach the brokers: the environment (KAFKA_BOOTSTRAP_SERVERS, …), then --config, --property, --brokers.
struct Connection {
    std::string brokers{};
    std::string config{};
    std::vector<std::string> properties{};
    int timeout_seconds = 10;

    [[nodiscard]] eventsdk::Duration timeout() const { return std::chrono::seconds{timeout_seconds}; }
    /// Makes the connection, which comes about later.
    [[nodiscard]] eventsdk::Broker connect(const eventsdk::Runtime& runtime) const;
    /// Connects and waits for the first answer; ends the command when there is none.
    [[nodiscard]] eventsdk::Broker open() const;
};

void add_connection_options(CLI::App& command, Connection& connection);

}  // namespace cli
