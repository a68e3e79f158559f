#pragma once

#include "consume/workload.hpp"

#include <eventsdk/core/runtime.hpp>

#include <map>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// Brings what a workload counted into the metrics port. Belongs to the polling thread, handled() to any.
class Meter {
public:
    Meter(const Runtime& runtime, std::string group);

    /// Someone measures: without that nothing here costs anything.
    [[nodiscard]] bool active() const { return active_; }
    /// A batch of records was run.
    void handled(std::size_t records, std::chrono::duration<double> took) noexcept;
    void count(std::string_view topic, const Tally& tally);
    /// Messages per second of each topic since the last call.
    void rates(MonotonicTime now);
    /// Records of the partition that are taken in and not finished.
    void buffered(const TopicPartition& partition, std::size_t records);
    /// @param bounds of the partition's log as far as known
    void lag(const TopicPartition& partition, std::int64_t position, const Watermarks& bounds);
    /// The partition is no longer ours: its gauges say nothing.
    void forget(const TopicPartition& partition);

private:
    struct TopicSeries {
        std::shared_ptr<Counter> handled{};
        std::shared_ptr<Counter> ignored{};
        std::shared_ptr<Counter> skipped{};
        std::shared_ptr<Counter> dead{};
        std::shared_ptr<Counter> moved{};
        std::shared_ptr<Counter> retries{};
        std::shared_ptr<Counter> dead_letters{};
        std::array<std::shared_ptr<Counter>, Tally::reasons.size()> errors{};
        std::shared_ptr<Gauge> rate{};
        std::uint64_t since_rate = 0;
    };
    struct PartitionSeries {
        std::shared_ptr<Gauge> buffered{};
        std::shared_ptr<Gauge> lag{};
        std::shared_ptr<Gauge> unstable{};
    };
    TopicSeries& series(std::string_view topic);
    std::shared_ptr<Counter> messages(std::string_view topic, std::string_view outcome);
    MetricLabels labels(std::string_view topic) const;
    PartitionSeries& series(const TopicPartition& partition);

    std::shared_ptr<Metrics> metrics_;
    std::string group_;
    bool active_;
    std::shared_ptr<Histogram> seconds_;
    std::map<std::string, TopicSeries, std::less<>> topics_;
    std::map<TopicPartition, PartitionSeries> partitions_;
    MonotonicTime rated_{};
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
