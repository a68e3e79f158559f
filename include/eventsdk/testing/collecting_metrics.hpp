#pragma once

#include <eventsdk/core/metrics.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

enum class MetricKind : std::uint8_t { counter, gauge, histogram };

/// One time series as it stands.
struct MetricSample {
    std::string name{};
    MetricLabels labels{};
    MetricKind kind = MetricKind::counter;
    std::optional<double> value{};         ///< of a counter or gauge; absent: a gauge that is unknown
    std::vector<std::uint64_t> buckets{};  ///< of a histogram: observations up to each bound, then all of them
    double sum = 0.0;                      ///< of a histogram's observations
};

/// A Metrics port that keeps everything, for a test to look at afterwards.
///
///     auto metrics = std::make_shared<testing::CollectingMetrics>();
///     …
///     REQUIRE(metrics->value("eventsdk_retries_total", {{"topic", "orders"}}) == 3);
///
/// **Thread safety**: as Metrics; reading while others record gives each series at some moment of the call.
class EVENTSDK_API CollectingMetrics final : public Metrics {
public:
    CollectingMetrics();
    ~CollectingMetrics() override;

    std::shared_ptr<Counter> counter(std::string_view name, std::string_view help, const MetricLabels& labels) override;
    std::shared_ptr<Gauge> gauge(std::string_view name, std::string_view help, const MetricLabels& labels) override;
    std::shared_ptr<Histogram> histogram(std::string_view name, std::string_view help, const MetricLabels& labels,
                                         std::span<const double> buckets) override;

    /// Of one counter or gauge; nothing when there is no such series or the gauge is unknown. The order of the
    /// labels does not matter.
    [[nodiscard]] std::optional<double> value(std::string_view name, const MetricLabels& labels = {}) const;
    /// Of all counters and known gauges of that name together; 0 when there are none.
    [[nodiscard]] double total(std::string_view name) const;
    /// One series, or nothing.
    [[nodiscard]] std::optional<MetricSample> sample(std::string_view name, const MetricLabels& labels = {}) const;
    /// Every series, by name and labels.
    [[nodiscard]] std::vector<MetricSample> samples() const;
    /// The help text that the first call for that name gave, else empty.
    [[nodiscard]] std::string help(std::string_view name) const;

private:
    struct Store;
    std::unique_ptr<Store> store_;
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
