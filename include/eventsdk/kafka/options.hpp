#pragma once

#include <eventsdk/core/clock.hpp>
#include <eventsdk/core/result.hpp>

#include <filesystem>
#include <map>
#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

enum class SecurityProtocol : std::uint8_t { plaintext, ssl, sasl_plaintext, sasl_ssl };
enum class SaslMechanism : std::uint8_t { none, plain, scram_sha_256, scram_sha_512 };

/// How to reach a Kafka cluster. Safe defaults for everything else are set by the SDK.
struct Options {
    /// "host:port,host:port"; never empty.
    std::string bootstrap_servers = "localhost:9092";
    /// Name in the brokers' logs and quotas.
    std::string client_id = "eventsdk";
    SecurityProtocol security_protocol = SecurityProtocol::plaintext;  ///< TLS, SASL, both or neither
    SaslMechanism sasl_mechanism = SaslMechanism::none;                ///< with SASL
    std::string sasl_username{};                                       ///< with SASL
    std::string sasl_password{};                                       ///< secret: never logged, never in an error
    /// PEM file or folder with the certificate authorities; empty: the system's.
    std::filesystem::path ssl_ca_location{};
    std::filesystem::path ssl_certificate_location{};  ///< client certificate, PEM
    std::filesystem::path ssl_key_location{};          ///< its key, PEM
    std::string ssl_key_password{};                    ///< secret
    /// Bound of every single request to a broker, 1 s…5 min.
    Duration request_timeout{30'000};
    /// Further librdkafka properties by name, from the allow-list in `docs/configuration.md`.
    std::map<std::string, std::string> properties{};

    /// Reads KAFKA_BOOTSTRAP_SERVERS, KAFKA_CLIENT_ID, KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_MECHANISM,
    /// KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD, KAFKA_SSL_CA_LOCATION, KAFKA_SSL_CERTIFICATE_LOCATION,
    /// KAFKA_SSL_KEY_LOCATION, KAFKA_SSL_KEY_PASSWORD; what is unset keeps its default.
    /// @return `invalid_argument` naming the variable.
    [[nodiscard]] static EVENTSDK_API Result<Options> from_environment();
    /// Reads `name=value` lines (`#` comments, Kafka's and librdkafka's property names). Settings not in the file
    /// keep those of `base`.
    /// @return `invalid_argument` naming file, line and property.
    [[nodiscard]] static EVENTSDK_API Result<Options> from_file(const std::filesystem::path& file, Options base);

    /// Sets one property by its Kafka or librdkafka name ("bootstrap.servers", "sasl.password", …).
    /// @return `invalid_argument` when it is unknown, not allowed or malformed.
    [[nodiscard]] EVENTSDK_API Result<void> set(std::string_view name, std::string_view value);
    /// The options, or `invalid_argument` naming the member: credentials without a mechanism, a mechanism without
    /// SASL, credentials over plaintext, an unreadable file.
    [[nodiscard]] EVENTSDK_API Result<Options> validated() const;
    /// For logs: one line, secrets replaced by "***".
    [[nodiscard]] EVENTSDK_API std::string describe() const;
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
