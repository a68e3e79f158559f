#pragma once

#include <eventsdk/kafka/connect.hpp>

#include "fault/outbox/process.hpp"
#include "support/kafka_env.hpp"

#include <chrono>
#include <cstdio>
#include <functional>
#include <random>
#include <thread>

namespace eventsdk::test {

/// Relay processes of the command-line program, one of which is killed at a random moment, again and again.
class KilledRelays {
public:
    KilledRelays(std::vector<std::string> command, int relays) : command_{std::move(command)} {
        for (int i = 0; i < relays; ++i) relays_.emplace_back(command_);
    }
    /// Kills one after `pause` and starts another in its place.
    void kill_one(std::chrono::milliseconds pause) {
        std::this_thread::sleep_for(pause);
        Process& victim = relays_[random_() % relays_.size()];
        victim.kill();
        victim = Process{command_};
        ++kills_;
    }
    [[nodiscard]] int kills() const noexcept { return kills_; }
    std::mt19937& random() noexcept { return random_; }

private:
    std::vector<std::string> command_;
    std::vector<Process> relays_;
    std::mt19937 random_{20'261'121};
    int kills_ = 0;
};

/// A topic with three partitions on the server of this test.
inline void make_topic(const std::string& bootstrap, const std::string& topic) {
    kafka::Options options;
    options.bootstrap_servers = bootstrap;
    const auto broker = kafka::connect(options, {.logger = silent_logger()}).value();
    broker.port().admin().value()->create_topic({.name = topic, .partitions = 3}, Duration{30'000}).value();
}

/// Whether `done` becomes true within `longest`.
inline bool becomes_true(const std::function<bool()>& done, std::chrono::seconds longest) {
    const auto deadline = std::chrono::steady_clock::now() + longest;
    while (!done()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    return true;
}

}  // namespace eventsdk::test
