#include "kafka/option_lint.hpp"

#include "kafka/properties.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

std::vector<Finding> lint_options(const Options& options) {
    std::vector<Finding> findings;
    const auto add = [&](const char* code, const char* message, const char* hint) {
        findings.push_back({{}, code, message, hint});
    };
    const Result<bool> local = only_this_machine(options.bootstrap_servers);
    const bool elsewhere = local && !*local;
    if (options.security_protocol == SecurityProtocol::sasl_plaintext)
        add("lint.plaintext_credentials", "user and password travel in the clear", "use security_protocol sasl_ssl");
    if (elsewhere && options.security_protocol == SecurityProtocol::plaintext)
        add("lint.plaintext", "events travel in the clear, and anybody on the way may write some",
            "use security_protocol ssl or sasl_ssl");
    if (elsewhere && options.bootstrap_servers.find(',') == std::string::npos)
        add("lint.single_bootstrap", "one server to start from: while it is down no instance can start",
            "name two or three of the brokers in bootstrap_servers");
    if (options.properties.count("debug") != 0)
        add("lint.debug", "the Kafka client writes its debugging log, which slows it down",
            "leave the property debug out");
    return findings;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
