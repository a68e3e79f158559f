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

}  // namespace kafka
EVENTSDK_END_NAMESPACE
