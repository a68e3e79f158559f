#pragma once
#include <string>
#include <string_view>

/// The server that ctest (or the user, by the environment) started for a test.
namespace eventsdk::test {

/// A line NAME=value of what tools/kafka or tools/postgres wrote, else the environment variable NAME, else empty.
std::string server_setting(std::string_view name);

/// host:port,... of the broker. Fails the test when there is none, saying how to start one.
std::string kafka_bootstrap();

/// Puts everything that tools/kafka wrote into this process's environment, for Options::from_environment().
void export_server_environment();

/// A topic or group name that no other test and no other run uses: "prefix-<process>-<random>-<n>".
std::string unique_name(std::string_view prefix);

/// Kills, pauses ("STOP") or resumes ("CONT") a node of the cluster, 1 to 9; restart starts it on its own data and
/// waits for it. @return whether it was done.
bool signal_kafka_node(int node, std::string_view signal);
bool restart_kafka_node(int node);

/// The size of an experiment: `full` under EVENTSDK_TEST_SIZE=full (tools/test full), else `small`.
bool is_full_size();

template <class T>
T experiment_size(T small, T full) {
    return is_full_size() ? full : small;
}

}  // namespace eventsdk::test
