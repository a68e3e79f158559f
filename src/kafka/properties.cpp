#include "kafka/properties.hpp"

#include "kafka/errors.hpp"
#include "kafka/rdkafka.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

using enum PropertyScope;

constexpr std::array allowed{
    AllowedProperty{"batch.num.messages", writer},
    AllowedProperty{"batch.size", writer},
    AllowedProperty{"broker.address.family", both},
    AllowedProperty{"broker.address.ttl", both},
    AllowedProperty{"check.crcs", reader},
    AllowedProperty{"client.dns.lookup", both},
    AllowedProperty{"client.rack", both},
    AllowedProperty{"compression.level", writer},
    AllowedProperty{"connections.max.idle.ms", both},
    AllowedProperty{"coordinator.query.interval.ms", reader},
    AllowedProperty{"debug", both},
    AllowedProperty{"fetch.error.backoff.ms", reader},
    AllowedProperty{"fetch.max.bytes", reader},
    AllowedProperty{"fetch.min.bytes", reader},
    AllowedProperty{"fetch.queue.backoff.ms", reader},
    AllowedProperty{"fetch.wait.max.ms", reader},
    AllowedProperty{"heartbeat.interval.ms", reader},
    AllowedProperty{"log_level", both},
    AllowedProperty{"max.in.flight.requests.per.connection", both},
    AllowedProperty{"max.partition.fetch.bytes", reader},
    AllowedProperty{"message.max.bytes", both},
    AllowedProperty{"metadata.max.age.ms", both},
    AllowedProperty{"receive.message.max.bytes", both},
    AllowedProperty{"reconnect.backoff.max.ms", both},
    AllowedProperty{"reconnect.backoff.ms", both},
    AllowedProperty{"retry.backoff.max.ms", writer},
    AllowedProperty{"retry.backoff.ms", writer},
    AllowedProperty{"socket.connection.setup.timeout.ms", both},
    AllowedProperty{"socket.keepalive.enable", both},
    AllowedProperty{"socket.max.fails", both},
    AllowedProperty{"socket.nagle.disable", both},
    AllowedProperty{"socket.receive.buffer.bytes", both},
    AllowedProperty{"socket.send.buffer.bytes", both},
    AllowedProperty{"ssl.cipher.suites", both},
    AllowedProperty{"ssl.crl.location", both},
    AllowedProperty{"ssl.curves.list", both},
    AllowedProperty{"ssl.sigalgs.list", both},
    AllowedProperty{"statistics.interval.ms", both},
    AllowedProperty{"sticky.partitioning.linger.ms", writer},
    AllowedProperty{"topic.metadata.propagation.max.ms", both},
    AllowedProperty{"topic.metadata.refresh.interval.ms", both},
    AllowedProperty{"topic.metadata.refresh.sparse", both},
};

}  // namespace

const AllowedProperty* find_allowed_property(std::string_view name) noexcept {
    const auto* found = std::find_if(allowed.begin(), allowed.end(), [&](const auto& a) { return a.name == name; });
    return found != allowed.end() ? found : nullptr;
}

std::vector<std::string_view> allowed_properties() {
    std::vector<std::string_view> names;
    for (const AllowedProperty& property : allowed) names.push_back(property.name);
    return names;
}

Result<void> check_property(std::string_view name, const std::string& value) {
    const Conf scratch{rd_kafka_conf_new()};
    std::array<char, 512> text{};
    if (rd_kafka_conf_set(scratch.get(), std::string{name}.c_str(), value.c_str(), text.data(), text.size()) ==
        RD_KAFKA_CONF_OK) {
        return {};
    }
    return make_error(ErrorKind::invalid_argument, codes::options_invalid,
                      fmt::format("property '{}': {}", name, text.data()));
}

std::string_view wire_name(SecurityProtocol protocol) noexcept {
    switch (protocol) {
        case SecurityProtocol::plaintext: return "plaintext";
        case SecurityProtocol::ssl: return "ssl";
        case SecurityProtocol::sasl_plaintext: return "sasl_plaintext";
        case SecurityProtocol::sasl_ssl: return "sasl_ssl";
    }
    return "";
}

std::string_view wire_name(SaslMechanism mechanism) noexcept {
    switch (mechanism) {
        case SaslMechanism::none: return "";
        case SaslMechanism::plain: return "PLAIN";
        case SaslMechanism::scram_sha_256: return "SCRAM-SHA-256";
        case SaslMechanism::scram_sha_512: return "SCRAM-SHA-512";
    }
    return "";
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
