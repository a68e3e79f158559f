#include "kafka/errors.hpp"
#include "kafka/properties.hpp"

#include <eventsdk/broker/error_codes.hpp>
#include <eventsdk/kafka/options.hpp>

#include <fmt/core.h>

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

bool is_loopback(std::string_view host) { return host == "localhost" || host == "[::1]" || host.starts_with("127."); }

/// "host:port" or "[v6]:port"; also with a "protocol://" in front, as librdkafka takes it.
Result<std::string_view> host_of(std::string_view server) {
    const std::size_t scheme = server.find("://");
    if (scheme != std::string_view::npos) server.remove_prefix(scheme + 3);
    const std::size_t colon = server.rfind(':');
    int port = 0;
    bool good = colon != std::string_view::npos && colon > 0 && server.find_first_of(" \t/@") == std::string_view::npos;
    if (good) {
        const std::string_view digits = server.substr(colon + 1);
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
        good = failed == std::errc{} && end == digits.data() + digits.size() && port >= 1 && port <= 65'535;
    }
    if (!good) {
        return invalid(fmt::format("bootstrap_servers: '{}' is not host:port", server),
                       "write host:port,host:port with ports 1 to 65535");
    }
    return server.substr(0, colon);
}

bool uses_tls(SecurityProtocol protocol) {
    return protocol == SecurityProtocol::ssl || protocol == SecurityProtocol::sasl_ssl;
}
bool uses_sasl(SecurityProtocol protocol) {
    return protocol == SecurityProtocol::sasl_plaintext || protocol == SecurityProtocol::sasl_ssl;
}

Result<void> check_login(const Options& options, bool loopback) {
    const bool sasl = uses_sasl(options.security_protocol);
    const bool credentials = !options.sasl_username.empty() || !options.sasl_password.empty();
    if (credentials && options.sasl_mechanism == SaslMechanism::none) {
        return invalid("sasl_mechanism is none but sasl_username or sasl_password is given",
                       "set sasl_mechanism, or leave the credentials out");
    }
    if (options.sasl_mechanism != SaslMechanism::none && !sasl) {
        return invalid(fmt::format("sasl_mechanism is {} but security_protocol is {}",
                                   wire_name(options.sasl_mechanism), wire_name(options.security_protocol)),
                       "use security_protocol sasl_ssl");
    }
    if (sasl && options.sasl_mechanism == SaslMechanism::none) {
        return invalid(
            fmt::format("security_protocol is {} but sasl_mechanism is none", wire_name(options.security_protocol)),
            "set sasl_mechanism");
    }
    if (sasl && options.sasl_username.empty()) return invalid("sasl_username is empty", "set sasl_username");
    if (sasl && options.sasl_password.empty()) return invalid("sasl_password is empty", "set sasl_password");
    if (options.security_protocol == SecurityProtocol::sasl_plaintext && !loopback) {
        return invalid("security_protocol sasl_plaintext would send credentials in the clear",
                       "use sasl_ssl; sasl_plaintext is for brokers on this machine only");
    }
    return {};
}

bool has_pem(const std::filesystem::path& file) {
    std::ifstream stream{file};
    for (std::string line; std::getline(stream, line);) {
        if (line.find("-----BEGIN ") != std::string::npos) return true;
    }
    return false;
}

// An authority may also be a folder of certificates.
Result<void> check_pem(std::string_view member, const std::filesystem::path& file, bool may_be_folder) {
    if (file.empty()) return {};
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return invalid(fmt::format("{}: '{}' cannot be read: {}", member, file.string(), std::strerror(errno)),
                       "check the path and the file's permissions");
    }
    ::close(descriptor);
    std::error_code ignored;
    const bool folder = std::filesystem::is_directory(file, ignored);
    if (folder && may_be_folder) return {};
    if (folder) return invalid(fmt::format("{}: '{}' is a folder, not a PEM file", member, file.string()));
    if (has_pem(file)) return {};
    return invalid(fmt::format("{}: '{}' holds no PEM block", member, file.string()),
                   "give a file with -----BEGIN … lines; `openssl x509 -inform der` converts one");
}

Result<void> check_tls(const Options& options) {
    const bool any = !options.ssl_ca_location.empty() || !options.ssl_certificate_location.empty() ||
                     !options.ssl_key_location.empty();
    if (any && !uses_tls(options.security_protocol)) {
        return invalid(
            fmt::format("TLS files are given but security_protocol is {}", wire_name(options.security_protocol)),
            "use security_protocol ssl or sasl_ssl");
    }
    if (options.ssl_certificate_location.empty() != options.ssl_key_location.empty()) {
        return invalid("ssl_certificate_location and ssl_key_location need each other", "set both or none");
    }
    if (auto ca = check_pem("ssl_ca_location", options.ssl_ca_location, true); !ca) return ca;
    if (auto own = check_pem("ssl_certificate_location", options.ssl_certificate_location, false); !own) return own;
    return check_pem("ssl_key_location", options.ssl_key_location, false);
}

}  // namespace

Result<bool> only_this_machine(std::string_view servers) {
    bool all_loopback = true;
    if (servers.empty()) return invalid("bootstrap_servers is empty", "write host:port,host:port");
    while (true) {
        const std::size_t comma = servers.find(',');
        const auto host = host_of(servers.substr(0, comma));
        if (!host) return host.error();
        all_loopback = all_loopback && is_loopback(*host);
        if (comma == std::string_view::npos) return all_loopback;
        servers.remove_prefix(comma + 1);
    }
}

Result<Options> Options::validated() const {
    const auto loopback = only_this_machine(bootstrap_servers);
    if (!loopback) return loopback.error();
    if (auto login = check_login(*this, *loopback); !login) return login.error();
    if (auto tls = check_tls(*this); !tls) return tls.error();
    if (client_id.empty() || client_id.size() > 249) {
        return invalid("client_id must have 1 to 249 characters");
    }
    if (request_timeout < Duration{1'000} || request_timeout > Duration{300'000}) {
        return invalid(fmt::format("request_timeout is {} ms, outside 1 s to 5 min", request_timeout.count()));
    }
    for (const auto& [name, value] : properties) {
        if (find_allowed_property(name) == nullptr) {
            return invalid(fmt::format("property '{}' is unknown or not allowed", name),
                           "docs/configuration.md lists the properties that may be given; the SDK sets the others");
        }
        if (auto checked = check_property(name, value); !checked) return checked.error();
    }
    return *this;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
