#pragma once

#include "support/catch.hpp"
#include "support/mock_cluster.hpp"

#include <eventsdk/broker/error_codes.hpp>
#include <eventsdk/kafka/connect.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace fault {

using namespace eventsdk;
using namespace std::chrono_literals;

constexpr std::int16_t produce_api = 0;  // Kafka's request numbers
constexpr std::int16_t offset_commit_api = 8;

inline Broker connect(const test::MockCluster& cluster) {
    kafka::Options options;
    options.bootstrap_servers = cluster.bootstrap();
    options.properties["reconnect.backoff.max.ms"] = "200";
    return kafka::connect(options, {.logger = silent_logger()}).value();
}

class Outcomes final : public WriteSink {
public:
    struct Seen {
        int times = 0;
        std::optional<Error> error{};
    };

    void written(std::span<const WriteOutcome> outcomes) noexcept override {
        const std::lock_guard lock{mutex_};
        for (const WriteOutcome& outcome : outcomes) {
            ++seen_[outcome.tag].times;
            if (outcome.error != nullptr) seen_[outcome.tag].error = *outcome.error;
        }
    }
    std::map<std::uint64_t, Seen> seen() const {
        const std::lock_guard lock{mutex_};
        return seen_;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::uint64_t, Seen> seen_;
};

class Stopwatch {
public:
    Duration elapsed() const { return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - start_); }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace fault
