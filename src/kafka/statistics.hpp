#pragma once

#include <eventsdk/broker/admin.hpp>
#include <eventsdk/core/runtime.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// What the SDK takes from librdkafka's statistics.
struct Statistics {
    struct PartitionBounds {
        std::string topic{};
        std::int32_t partition = 0;
        Watermarks bounds{-1, -1, -1};
    };
    struct BrokerFigures {
        std::int32_t node = -1;
        double round_trip_seconds = 0;  ///< mean since the last ones; 0: no request
        std::int64_t retries = 0;       ///< requests sent again, since the start
        std::int64_t timeouts = 0;      ///< requests without an answer, since the start
        std::int64_t waiting = 0;       ///< requests without an answer yet
    };
    std::vector<PartitionBounds> partitions{};
    std::vector<BrokerFigures> brokers{};
};

/// What cannot be read is left out.
[[nodiscard]] Statistics parse_statistics(std::string_view json);

/// Brings the figures of one client into the metrics port.
class BrokerMeter {
public:
    /// @param direction "produce" or "consume"
    BrokerMeter(const Runtime& runtime, std::string direction);
    [[nodiscard]] bool active() const noexcept { return metrics_ != nullptr; }
    void show(const Statistics& statistics);

private:
    struct Series {
        std::shared_ptr<Gauge> round_trip{};
        std::shared_ptr<Gauge> waiting{};
        std::shared_ptr<Counter> retries{};
        std::shared_ptr<Counter> timeouts{};
        std::int64_t counted_retries = 0;
        std::int64_t counted_timeouts = 0;
    };
    Series& series(std::int32_t node);

    std::shared_ptr<Metrics> metrics_;  // null: nobody measures
    std::string direction_;
    std::map<std::int32_t, Series> series_;
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
