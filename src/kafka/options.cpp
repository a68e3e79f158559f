#include <eventsdk/kafka/options.hpp>

#include "kafka/errors.hpp"
#include "kafka/properties.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

std::string lower(std::string_view text) {
    std::string made{text};
    std::transform(made.begin(), made.end(), made.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return made;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

Result<void> set_protocol(Options& options, std::string_view value) {
    for (const auto protocol : {SecurityProtocol::plaintext, SecurityProtocol::ssl, SecurityProtocol::sasl_plaintext,
                                SecurityProtocol::sasl_ssl}) {
        if (lower(value) != wire_name(protocol)) continue;
        options.security_protocol = protocol;
        return {};
    }
    return invalid(fmt::format("security.protocol: '{}' is not a protocol", value),
                   "use plaintext, ssl, sasl_plaintext or sasl_ssl");
}

Result<void> set_mechanism(Options& options, std::string_view value) {
    for (const auto mechanism : {SaslMechanism::plain, SaslMechanism::scram_sha_256, SaslMechanism::scram_sha_512}) {
        if (lower(value) != lower(wire_name(mechanism))) continue;
        options.sasl_mechanism = mechanism;
        return {};
    }
    return invalid(fmt::format("sasl.mechanism: '{}' is not supported", value),
                   "use PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512");
}

Result<void> set_timeout(Options& options, std::string_view value) {
    std::int64_t milliseconds = 0;
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), milliseconds);
    if (failed != std::errc{} || end != value.data() + value.size()) {
        return invalid(fmt::format("request.timeout.ms: '{}' is not a number of milliseconds", value));
    }
    options.request_timeout = Duration{milliseconds};
    return {};
}

using Setter = Result<void> (*)(Options&, std::string_view);
struct Named {
    std::string_view name;
    Setter set;
};

template <auto Member>
Result<void> assign(Options& options, std::string_view value) {
    options.*Member = std::string{value};
    return {};
}

constexpr std::array members{
    Named{"bootstrap.servers", assign<&Options::bootstrap_servers>},
    Named{"metadata.broker.list", assign<&Options::bootstrap_servers>},
    Named{"client.id", assign<&Options::client_id>},
    Named{"security.protocol", set_protocol},
    Named{"sasl.mechanism", set_mechanism},
    Named{"sasl.mechanisms", set_mechanism},
    Named{"sasl.username", assign<&Options::sasl_username>},
    Named{"sasl.password", assign<&Options::sasl_password>},
    Named{"ssl.ca.location", assign<&Options::ssl_ca_location>},
    Named{"ssl.certificate.location", assign<&Options::ssl_certificate_location>},
    Named{"ssl.key.location", assign<&Options::ssl_key_location>},
    Named{"ssl.key.password", assign<&Options::ssl_key_password>},
    Named{"request.timeout.ms", set_timeout},
    Named{"socket.timeout.ms", set_timeout},
};

constexpr std::array<std::pair<const char*, std::string_view>, 10> variables{{
    {"KAFKA_BOOTSTRAP_SERVERS", "bootstrap.servers"},
    {"KAFKA_CLIENT_ID", "client.id"},
    {"KAFKA_SECURITY_PROTOCOL", "security.protocol"},
    {"KAFKA_SASL_MECHANISM", "sasl.mechanism"},
    {"KAFKA_SASL_USERNAME", "sasl.username"},
    {"KAFKA_SASL_PASSWORD", "sasl.password"},
    {"KAFKA_SSL_CA_LOCATION", "ssl.ca.location"},
    {"KAFKA_SSL_CERTIFICATE_LOCATION", "ssl.certificate.location"},
    {"KAFKA_SSL_KEY_LOCATION", "ssl.key.location"},
    {"KAFKA_SSL_KEY_PASSWORD", "ssl.key.password"},
}};

/// What to do about a property that is not taken; for those that people do set, why.
std::string_view why_refused(std::string_view name) {
    if (name == "acks" || name == "request.required.acks" || name == "enable.idempotence")
        return "leave it out: the SDK writes with acks=all and idempotence; with acks=1 an acknowledged event is lost with "
               "its node, without idempotence a retry doubles events";
    if (name == "enable.auto.commit" || name == "enable.auto.offset.store")
        return "leave it out: the SDK commits what is handled; automatic commits lose events that were only read";
    return "docs/configuration.md lists the properties that may be given; the SDK sets the others";
}

}  // namespace

Result<void> Options::set(std::string_view name, std::string_view value) {
    if (value.find('\0') != std::string_view::npos) {
        return invalid(fmt::format("property '{}': the value holds a null character", name));
    }
    for (const Named& member : members) {
        if (member.name == name) return member.set(*this, value);
    }
    if (find_allowed_property(name) == nullptr)
        return invalid(fmt::format("property '{}' is unknown or not allowed", name), std::string{why_refused(name)});
    if (auto checked = check_property(name, std::string{value}); !checked) return checked;
    properties[std::string{name}] = std::string{value};
    return {};
}

Result<Options> Options::from_environment() {
    Options options;
    for (const auto& [variable, property] : variables) {
        const char* value = std::getenv(variable);
        if (value == nullptr || *value == '\0') continue;
        if (auto set = options.set(property, value); !set) {
            set.error().message = fmt::format("environment variable {}: {}", variable, set.error().message);
            return set.error();
        }
    }
    return options;
}

Result<Options> Options::from_file(const std::filesystem::path& file, Options base) {
    std::ifstream stream{file};
    if (!stream || std::filesystem::is_directory(file)) {
        return invalid(fmt::format("configuration file '{}' cannot be read: {}", file.string(),
                                   std::filesystem::is_directory(file) ? "is a directory" : std::strerror(errno)));
    }
    std::string line;
    for (int number = 1; std::getline(stream, line); ++number) {
        const std::string_view text = trimmed(line);
        if (text.empty() || text.front() == '#') continue;
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) {
            return invalid(fmt::format("{}:{}: no '=' in the line", file.string(), number), "write name=value");
        }
        if (auto set = base.set(trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1))); !set) {
            set.error().message = fmt::format("{}:{}: {}", file.string(), number, set.error().message);
            return set.error();
        }
    }
    return base;
}

std::string Options::describe() const {
    std::string line = fmt::format("bootstrap.servers={} client.id={} security.protocol={}", bootstrap_servers,
                                   client_id, wire_name(security_protocol));
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) line += fmt::format(" {}={}", name, value);
    };
    add("sasl.mechanism", wire_name(sasl_mechanism));
    add("sasl.username", sasl_username);
    add("sasl.password", sasl_password.empty() ? "" : "***");
    add("ssl.ca.location", ssl_ca_location.string());
    add("ssl.certificate.location", ssl_certificate_location.string());
    add("ssl.key.location", ssl_key_location.string());
    add("ssl.key.password", ssl_key_password.empty() ? "" : "***");
    add("request.timeout.ms", std::to_string(request_timeout.count()));
    for (const auto& [name, value] : properties) add(name, value);
    return line;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
