#pragma once

#include <eventsdk/core/metrics.hpp>

#include <prometheus/metric_family.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace prometheus {

/// One time series of any kind; the port's classes are three faces of it.
class Series final : public Counter, public Gauge, public Histogram {
public:
    Series(::prometheus::MetricType type, const MetricLabels& labels, std::span<const double> bounds);

    void add(double amount) noexcept override;
    void set(double value) noexcept override;
    void clear() noexcept override;
    void observe(double value) noexcept override;

    /// The sample as it stands; nothing while it is unknown.
    [[nodiscard]] std::optional<::prometheus::ClientMetric> sample() const;

private:
    const ::prometheus::MetricType type_;
    const MetricLabels labels_;
    const std::vector<double> bounds_;
    mutable std::mutex mutex_;
    std::optional<double> value_;
    std::vector<std::uint64_t> counts_;  ///< by bound, then beyond all
    double sum_ = 0.0;
};

/// The metrics port, kept for a scrape.
class Registry final : public Metrics {
public:
    std::shared_ptr<Counter> counter(std::string_view name, std::string_view help, const MetricLabels& labels) override;
    std::shared_ptr<Gauge> gauge(std::string_view name, std::string_view help, const MetricLabels& labels) override;
    std::shared_ptr<Histogram> histogram(std::string_view name, std::string_view help, const MetricLabels& labels,
                                         std::span<const double> buckets) override;
    /// Text exposition 0.0.4.
    [[nodiscard]] std::string text() const;

private:
    struct Family {
        ::prometheus::MetricType type = ::prometheus::MetricType::Untyped;
        std::string help{};
        std::vector<std::pair<MetricLabels, std::shared_ptr<Series>>> series{};  ///< labels sorted; in order of making
    };
    std::shared_ptr<Series> series(std::string_view name, std::string_view help, const MetricLabels& labels,
                                   ::prometheus::MetricType type, std::span<const double> bounds);

    mutable std::mutex mutex_;
    std::vector<std::pair<std::string, Family>> families_;  // in order of making
};

[[nodiscard]] bool is_metric_name(std::string_view name) noexcept;
[[nodiscard]] bool is_label_name(std::string_view name) noexcept;

}  // namespace prometheus
EVENTSDK_END_NAMESPACE
