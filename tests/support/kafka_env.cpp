#include "support/kafka_env.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>

namespace eventsdk::test {
namespace {

std::string environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::string{} : std::string{value};
}

template <class Each>
void for_each_setting(Each each) {
    std::istringstream names{environment("EVENTSDK_TEST_SERVER")};
    for (std::string name; std::getline(names, name, ':');) {
        std::ifstream file{name};
        for (std::string line; std::getline(file, line);) {
            const auto equals = line.find('=');
            if (equals != std::string::npos) each(line.substr(0, equals), line.substr(equals + 1));
        }
    }
}

bool kafka_command(const std::string& arguments) {
    const std::string script = EVENTSDK_SOURCE_DIR "/tools/kafka";
    const std::string directory = server_setting("EVENTSDK_TEST_KAFKA_DIR");
    const std::string command = "'" + script + "' " + arguments + " --dir '" + directory + "' </dev/null >/dev/null";
    return !directory.empty() && std::system(command.c_str()) == 0;
}

}  // namespace

std::string server_setting(std::string_view name) {
    std::string found = environment(std::string{name});
    for_each_setting([&](const std::string& key, const std::string& value) {
        if (key == name) found = value;
    });
    return found;
}

std::string kafka_bootstrap() {
    std::string bootstrap = server_setting("KAFKA_BOOTSTRAP_SERVERS");
    if (bootstrap.empty()) {
        throw std::runtime_error(
            "this test needs a Kafka: run it through tools/test or ctest, which start one, or run `tools/kafka start` "
            "and set KAFKA_BOOTSTRAP_SERVERS to the address that it prints");
    }
    return bootstrap;
}

void export_server_environment() {
    for_each_setting([](const std::string& key, const std::string& value) { ::setenv(key.c_str(), value.c_str(), 1); });
}

std::string unique_name(std::string_view prefix) {
    static std::atomic<int> count{0};
    static const unsigned random = std::random_device{}();
    return std::string{prefix} + "-" + std::to_string(::getpid()) + "-" + std::to_string(random) + "-" +
           std::to_string(++count);
}

bool signal_kafka_node(int node, std::string_view signal) {
    return kafka_command("signal --node " + std::to_string(node) + " " + std::string{signal});
}

bool restart_kafka_node(int node) { return kafka_command("restart-node --node " + std::to_string(node)); }

bool is_full_size() { return environment("EVENTSDK_TEST_SIZE") == "full"; }

}  // namespace eventsdk::test
