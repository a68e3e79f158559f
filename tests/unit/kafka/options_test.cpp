#include "support/catch.hpp"

#include "kafka/properties.hpp"

#include <eventsdk/broker/error_codes.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/kafka/options.hpp>

#include <unistd.h>
#include <algorithm>
#include <cstdlib>
#include <fstream>

using namespace eventsdk;
using Catch::Matchers::Contains;

namespace {

struct Variable {
    Variable(const char* variable, const char* value) : name{variable} { ::setenv(variable, value, 1); }
    ~Variable() { ::unsetenv(name); }
    const char* name;
};

struct File {
    explicit File(const std::string& text)
        : path{std::filesystem::temp_directory_path() / ("eventsdk-options-" + std::to_string(::getpid()))} {
        std::ofstream{path} << text;
    }
    ~File() { std::filesystem::remove(path); }
    std::filesystem::path path;
};

kafka::Options login() {
    kafka::Options options;
    options.bootstrap_servers = "broker.example:9093";
    options.security_protocol = kafka::SecurityProtocol::sasl_ssl;
    options.sasl_mechanism = kafka::SaslMechanism::scram_sha_256;
    options.sasl_username = "app";
    options.sasl_password = "s3cret-word";
    return options;
}

void require_refused(const kafka::Options& options, const std::string& named) {
    const auto checked = options.validated();
    REQUIRE_FALSE(checked);
    CHECK(checked.error().kind == ErrorKind::invalid_argument);
    CHECK(checked.error().code == codes::options_invalid);
    CHECK_THAT(checked.error().message, Contains(named));
    CHECK_THAT(checked.error().to_string(), !Contains("s3cret"));
}

}  // namespace

TEST_CASE("the default Kafka options are valid and reach a local broker in plain text", "[kafka][unit]") {
    const auto options = kafka::Options{}.validated();
    REQUIRE(options);
    CHECK(options->bootstrap_servers == "localhost:9092");
    CHECK(options->security_protocol == kafka::SecurityProtocol::plaintext);
}

TEST_CASE("the environment names servers, login and certificate authority", "[kafka][unit]") {
    const Variable servers{"KAFKA_BOOTSTRAP_SERVERS", "a:1,b:2"};
    const Variable protocol{"KAFKA_SECURITY_PROTOCOL", "SASL_SSL"};
    const Variable mechanism{"KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"};
    const Variable user{"KAFKA_SASL_USERNAME", "app"};
    const Variable password{"KAFKA_SASL_PASSWORD", "s3cret-word"};
    const Variable authority{"KAFKA_SSL_CA_LOCATION", "/etc/ca.pem"};
    const Variable unset{"KAFKA_CLIENT_ID", ""};
    const auto options = kafka::Options::from_environment();
    REQUIRE(options);
    CHECK(options->bootstrap_servers == "a:1,b:2");
    CHECK(options->security_protocol == kafka::SecurityProtocol::sasl_ssl);
    CHECK(options->sasl_mechanism == kafka::SaslMechanism::scram_sha_512);
    CHECK(options->sasl_username == "app");
    CHECK(options->sasl_password == "s3cret-word");
    CHECK(options->ssl_ca_location == "/etc/ca.pem");
    CHECK(options->client_id == "eventsdk");
}

TEST_CASE("a malformed environment variable is named", "[kafka][unit]") {
    const Variable protocol{"KAFKA_SECURITY_PROTOCOL", "tls"};
    const auto options = kafka::Options::from_environment();
    REQUIRE_FALSE(options);
    CHECK(options.error().kind == ErrorKind::invalid_argument);
    CHECK_THAT(options.error().message, Contains("KAFKA_SECURITY_PROTOCOL") && Contains("tls"));
}

TEST_CASE("a configuration file overrides its base and keeps the rest", "[kafka][unit]") {
    const File file{"# cluster\nbootstrap.servers = a:1 \n\nrequest.timeout.ms=5000\nfetch.max.bytes=1000000\n"};
    kafka::Options base;
    base.client_id = "grader";
    const auto options = kafka::Options::from_file(file.path, base);
    REQUIRE(options);
    CHECK(options->bootstrap_servers == "a:1");
    CHECK(options->client_id == "grader");
    CHECK(options->request_timeout == Duration{5'000});
    CHECK(options->properties.at("fetch.max.bytes") == "1000000");
}

TEST_CASE("an error in a configuration file names file, line and property", "[kafka][unit]") {
    const auto [text, named] = GENERATE(table<std::string, std::string>({
        {"bootstrap.servers=a:1\nplugin.library.paths=/tmp/x.so\n", ":2: property 'plugin.library.paths'"},
        {"\nfetch.max.bytes=lots\n", ":2: property 'fetch.max.bytes'"},
        {"sasl.mechanism=GSSAPI\n", ":1: sasl.mechanism"},
        {"request.timeout.ms=1s\n", ":1: request.timeout.ms"},
        {"bootstrap.servers\n", ":1: no '='"},
    }));
    const File file{text};
    const auto options = kafka::Options::from_file(file.path, {});
    REQUIRE_FALSE(options);
    CHECK(options.error().kind == ErrorKind::invalid_argument);
    CHECK_THAT(options.error().message, Contains(file.path.string() + named));
}

TEST_CASE("a configuration file that cannot be read is named", "[kafka][unit]") {
    const auto path = GENERATE(std::string{"/nowhere/kafka.properties"}, std::string{"/tmp"});
    const auto options = kafka::Options::from_file(path, {});
    REQUIRE_FALSE(options);
    CHECK_THAT(options.error().message, Contains(path));
}

TEST_CASE("properties that load code, switch checks off or break promises are refused", "[kafka][unit]") {
    const auto name = GENERATE(std::string{"plugin.library.paths"}, std::string{"ssl.engine.location"},
                               std::string{"ssl.providers"}, std::string{"enable.ssl.certificate.verification"},
                               std::string{"ssl.endpoint.identification.algorithm"}, std::string{"enable.idempotence"},
                               std::string{"acks"}, std::string{"enable.auto.commit"}, std::string{"group.id"},
                               std::string{"auto.offset.reset"}, std::string{"isolation.level"},
                               std::string{"transactional.id"}, std::string{"sasl.kerberos.kinit.cmd"},
                               std::string{"allow.auto.create.topics"}, std::string{"no.such.property"});
    kafka::Options options;
    const auto set = options.set(name, "1");
    REQUIRE_FALSE(set);
    CHECK_THAT(set.error().message, Contains(name));
    options.properties[name] = "1";
    require_refused(options, name);
}

TEST_CASE("every property of the allow-list is one of librdkafka's", "[kafka][unit]") {
    for (const std::string_view name : kafka::allowed_properties()) {
        INFO(name);
        const auto checked = kafka::check_property(name, "\x01 no value of any property");
        const bool known = checked || checked.error().message.find("No such") == std::string::npos;
        CHECK(known);
    }
    const auto unknown = kafka::check_property("no.such.property", "1");
    REQUIRE_FALSE(unknown);
    CHECK_THAT(unknown.error().message, Contains("No such"));
}

TEST_CASE("options that contradict themselves are refused by name", "[kafka][unit]") {
    kafka::Options options = login();
    SECTION("credentials without a mechanism") {
        options.sasl_mechanism = kafka::SaslMechanism::none;
        require_refused(options, "sasl_mechanism");
    }
    SECTION("a mechanism without SASL") {
        options.security_protocol = kafka::SecurityProtocol::ssl;
        require_refused(options, "security_protocol is ssl");
    }
    SECTION("SASL without a mechanism") {
        options.sasl_mechanism = kafka::SaslMechanism::none;
        options.sasl_username = options.sasl_password = "";
        require_refused(options, "sasl_mechanism is none");
    }
    SECTION("no user") {
        options.sasl_username = "";
        require_refused(options, "sasl_username");
    }
    SECTION("no password") {
        options.sasl_password = "";
        require_refused(options, "sasl_password");
    }
    SECTION("credentials over plain text to another machine") {
        options.security_protocol = kafka::SecurityProtocol::sasl_plaintext;
        require_refused(options, "sasl_plaintext");
        options.bootstrap_servers = "localhost:9092,127.0.0.1:9093";
        CHECK(options.validated());
        options.bootstrap_servers += ",broker.example:9092";
        require_refused(options, "sasl_plaintext");
    }
    SECTION("a client certificate without its key") {
        options.ssl_certificate_location = "/etc/hostname";
        require_refused(options, "ssl_key_location");
    }
    SECTION("TLS files without TLS") {
        options = {};
        options.ssl_ca_location = "/etc/hostname";
        require_refused(options, "TLS files");
    }
    SECTION("no identity") {
        options.client_id = "";
        require_refused(options, "client_id");
    }
    SECTION("a request that may last too long") {
        options.request_timeout = Duration{300'001};
        require_refused(options, "request_timeout");
    }
}

TEST_CASE("a certificate authority that cannot be read is refused with its file, before anything connects",
          "[kafka][unit]") {
    kafka::Options options = login();
    for (const char* file : {"/nowhere/ca.pem", "/etc/hostname"}) {
        options.ssl_ca_location = file;
        const auto broker = kafka::connect(options);
        REQUIRE_FALSE(broker);
        CHECK(broker.error().kind == ErrorKind::invalid_argument);
        CHECK_THAT(broker.error().to_string(), Contains("ssl_ca_location") && Contains(file));
    }
}

TEST_CASE("a server that is not host:port is refused", "[kafka][unit]") {
    kafka::Options options;
    options.bootstrap_servers = GENERATE(as<std::string>{}, "", "localhost", "localhost:", "localhost:0", ":9092",
                                         "localhost:65536", "a:1,,b:2", "a:1, b:2", "a:9092x");
    require_refused(options, "bootstrap_servers");
}

TEST_CASE("describing options shows no secret", "[kafka][unit]") {
    kafka::Options options = login();
    options.ssl_key_password = "s3cret-key";
    const std::string line = options.describe();
    CHECK_THAT(line, Contains("bootstrap.servers=broker.example:9093") && Contains("sasl.username=app") &&
                         Contains("sasl.password=***") && Contains("ssl.key.password=***"));
    CHECK_THAT(line, !Contains("s3cret"));
}

TEST_CASE("the documentation lists the allow-list, and nothing else", "[kafka][unit]") {
    std::ifstream file{EVENTSDK_SOURCE_DIR "/docs/configuration.md"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const std::size_t begin = text.find("- Connections:");
    const std::size_t end = text.find("A topic whose");
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    std::vector<std::string> listed;
    for (std::size_t at = text.find('`', begin); at < end; at = text.find('`', at + 1)) {
        const std::size_t close = text.find('`', at + 1);
        listed.push_back(text.substr(at + 1, close - at - 1));
        at = close;
    }
    std::sort(listed.begin(), listed.end());
    const auto allowed = kafka::allowed_properties();
    std::vector<std::string> expected{allowed.begin(), allowed.end()};
    std::sort(expected.begin(), expected.end());
    CHECK(listed == expected);
}
