#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/kafka/options.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// A broker handle for an Apache Kafka cluster.
///
/// Checks the options and readable files, then opens connections lazily; `broker.port().probe(5s)` waits for the
/// first answer. Needs librdkafka 2.8.0 or newer, checked here by its run-time version.
/// @return `invalid_argument` naming the option or file.
/// **Blocking**: does not wait for the network.
[[nodiscard]] EVENTSDK_API Result<Broker> connect(const Options& options, Runtime runtime = {});

/// The cluster that KAFKA_BOOTSTRAP_SERVERS names, with the rest of Options::from_environment(); `otherwise` when that
/// variable is unset or empty. So a service runs without Kafka at a developer's desk, and the environment alone decides:
///
///     Broker broker = kafka::connect_or(memory::Broker{}).value();
///
/// @param runtime of the connection; `otherwise` keeps its own
/// @return the errors of Options::from_environment() and connect(); `unavailable` with the cause when the cluster does
///   not answer within 10 s
/// **Blocking**: until the cluster answers.
[[nodiscard]] EVENTSDK_API Result<Broker> connect_or(Broker otherwise, Runtime runtime = {});

}  // namespace kafka
EVENTSDK_END_NAMESPACE
