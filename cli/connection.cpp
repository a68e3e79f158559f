#include "connection.hpp"

#include "exit_status.hpp"

#ifdef EVENTSDK_CLI_KAFKA
#  include <eventsdk/kafka/connect.hpp>
#endif

#include <CLI/CLI.hpp>

namespace cli {

#ifdef EVENTSDK_CLI_KAFKA
namespace {

eventsdk::kafka::Options options_of(const Connection& connection) {
    using eventsdk::kafka::Options;
    Options options = value_or_stop(Options::from_environment());
    if (!connection.config.empty()) options = value_or_stop(Options::from_file(connection.config, std::move(options)));
    for (const std::string& property : connection.properties) {
        const std::size_t equals = property.find('=');
        if (equals == std::string::npos || equals == 0)
            throw Failure{usage, "--property takes name=value, not '" + property.substr(0, equals) + "'", {}};
        succeed_or_stop(options.set(property.substr(0, equals), property.substr(equals + 1)));
    }
    if (!connection.brokers.empty()) options.bootstrap_servers = connection.brokers;
    return value_or_stop(options.validated());
}

}  // namespace

eventsdk::Broker Connection::connect(const eventsdk::Runtime& runtime) const {
    return value_or_stop(eventsdk::kafka::connect(options_of(*this), runtime));
}
#else
eventsdk::Broker Connection::connect(const eventsdk::Runtime&) const {
    throw Failure{usage, "this program was built without Kafka", "build it with -D EVENTSDK_KAFKA=ON"};
}
#endif

eventsdk::Broker Connection::open() const {
    eventsdk::Broker broker = connect({.logger = eventsdk::stderr_logger(eventsdk::LogLevel::error)});
    succeed_or_stop(broker.port().probe(timeout()));
    return broker;
}

void add_connection_options(CLI::App& command, Connection& connection) {
    command.add_option("--brokers", connection.brokers, "HOST:PORT[,HOST:PORT]; else KAFKA_BOOTSTRAP_SERVERS")
        ->group("Connection");
    command.add_option("--config", connection.config, "File with name=value lines in Kafka's property names")
        ->group("Connection");
    command.add_option("--property", connection.properties, "name=value, a Kafka property; may be repeated")
        ->take_all()
        ->allow_extra_args(false)
        ->group("Connection");
    command.add_option("--timeout", connection.timeout_seconds, "Longest wait for a broker, in seconds (10)")
        ->check(CLI::Range(1, 3600))
        ->group("Connection");
}

}  // namespace cli
