#pragma once

#include "support/catch.hpp"

#include <eventsdk/broker/error_codes.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/testing/manual_clock.hpp>

#include <atomic>

namespace memory_test {

using namespace eventsdk;
using namespace std::chrono_literals;

/// Counts outcomes; keeps the last error.
struct CountingSink final : WriteSink {
    std::atomic<int> stored{0};
    std::atomic<int> failed{0};
    std::string last_code{};
    void written(std::span<const WriteOutcome> outcomes) noexcept override {
        for (const WriteOutcome& outcome : outcomes) {
            if (outcome.error == nullptr) {
                ++stored;
            } else {
                ++failed;
                last_code = outcome.error->code;
            }
        }
    }
};

/// A broker with a clock of its own, a topic "t" and a writer.
struct World {
    explicit World(TopicSpec spec = {}) {
        spec.name = std::string{"t"};
        broker.create_topic(spec).value();
    }
    void write(std::optional<std::string> key, std::optional<std::string> value) {
        writer->write({.topic = "t", .key = std::move(key), .value = std::move(value), .partition = 0}, 1).value();
    }
    std::vector<std::string> values() {
        std::vector<std::string> result;
        for (const Record& record : broker.records("t")) result.push_back(record.value.value_or("(null)"));
        return result;
    }
    Watermarks watermarks() { return broker.port().admin().value()->watermarks({"t", 0}, 0ms).value(); }
    std::unique_ptr<Reader> reader(const ReaderOptions& options, RebalanceListener* listener = nullptr) {
        return broker.port().reader(options, listener).value();
    }

    std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
    memory::Broker broker{{}, {.clock = clock, .logger = silent_logger()}};
    CountingSink sink{};
    std::unique_ptr<Writer> writer = broker.port().writer({}, sink).value();
};

inline std::vector<std::int64_t> poll_offsets(Reader& reader) {
    std::vector<ReceivedRecord> records;
    reader.poll(records, 1'000'000, 0ms).value();
    std::vector<std::int64_t> offsets;
    for (const ReceivedRecord& record : records) offsets.push_back(record.offset);
    return offsets;
}

}  // namespace memory_test
