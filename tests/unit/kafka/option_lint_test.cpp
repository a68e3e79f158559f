#include <eventsdk/kafka/connect.hpp>

#include "support/catch.hpp"

using namespace eventsdk;

namespace {

using Codes = std::vector<std::string>;

Codes codes_of(const kafka::Options& options) {
    Codes codes;
    const auto broker = kafka::connect(options, {.logger = silent_logger()});
    REQUIRE(broker);
    for (const Finding& finding : broker->port().findings()) {
        CHECK(finding.topic.empty());
        CHECK_FALSE(finding.hint.empty());
        codes.push_back(finding.code);
    }
    return codes;
}

}  // namespace

TEST_CASE("brokers on this machine without TLS are no finding", "[kafka][unit]") {
    CHECK(codes_of({.bootstrap_servers = "localhost:9092"}).empty());
}

TEST_CASE("events in the clear and a single server to start from are found", "[kafka][unit]") {
    CHECK(codes_of({.bootstrap_servers = "kafka.example.org:9092"}) ==
          Codes{"lint.plaintext", "lint.single_bootstrap"});
    CHECK(codes_of({.bootstrap_servers = "a.example.org:9092,b.example.org:9092"}) == Codes{"lint.plaintext"});
    CHECK(codes_of({.bootstrap_servers = "a.example.org:9092,b.example.org:9092",
                    .security_protocol = kafka::SecurityProtocol::ssl})
              .empty());
}

TEST_CASE("credentials in the clear are found, and refused to other machines", "[kafka][unit]") {
    kafka::Options options{.bootstrap_servers = "localhost:9092",
                           .security_protocol = kafka::SecurityProtocol::sasl_plaintext,
                           .sasl_mechanism = kafka::SaslMechanism::scram_sha_256,
                           .sasl_username = "app",
                           .sasl_password = "secret"};
    CHECK(codes_of(options) == Codes{"lint.plaintext_credentials"});
    options.bootstrap_servers = "kafka.example.org:9092";
    CHECK(kafka::connect(options, {.logger = silent_logger()}).error().kind == ErrorKind::invalid_argument);
}

TEST_CASE("debugging left on is found", "[kafka][unit]") {
    CHECK(codes_of({.properties = {{"debug", "broker"}}}) == Codes{"lint.debug"});
}

TEST_CASE("acknowledgement by one broker is refused with the reason", "[kafka][unit]") {
    kafka::Options options;
    for (const std::string name : {"acks", "enable.idempotence"}) {
        const auto refused = options.set(name, "1");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().hint.find("acks=1") != std::string::npos);
    }
    CHECK(options.set("enable.auto.commit", "true").error().hint.find("commits") != std::string::npos);
}
