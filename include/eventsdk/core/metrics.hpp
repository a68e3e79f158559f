#pragma once

#include <eventsdk/core/config.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// One time series of a counter; goes up only. Cheap: an atomic add at most.
class EVENTSDK_API Counter {
public:
    virtual ~Counter() = default;
    virtual void add(double amount = 1.0) noexcept = 0;
};

/// One time series of a gauge. `clear()` leaves its sample out ("unknown") until the next `set()`.
class EVENTSDK_API Gauge {
public:
    virtual ~Gauge() = default;
    virtual void set(double value) noexcept = 0;
    virtual void clear() noexcept = 0;
};

/// One time series of a histogram.
class EVENTSDK_API Histogram {
public:
    virtual ~Histogram() = default;
    virtual void observe(double value) noexcept = 0;
};

/// Where the SDK's measurements go (Prometheus naming; no ids in labels). `docs/metrics.md` lists them.
///
/// A series is asked for once and kept: the same name and labels give the same series. The first call for a name
/// fixes its help text and kind; a later call with another kind gets a series that is recorded nowhere.
/// **Thread safety**: everything may be called from any thread; nothing throws.
class EVENTSDK_API Metrics {
public:
    virtual ~Metrics() = default;
    [[nodiscard]] virtual std::shared_ptr<Counter> counter(std::string_view name, std::string_view help,
                                                           const MetricLabels& labels) = 0;
    [[nodiscard]] virtual std::shared_ptr<Gauge> gauge(std::string_view name, std::string_view help,
                                                       const MetricLabels& labels) = 0;
    /// @param buckets upper bounds, ascending, without +Inf
    [[nodiscard]] virtual std::shared_ptr<Histogram> histogram(std::string_view name, std::string_view help,
                                                               const MetricLabels& labels,
                                                               std::span<const double> buckets) = 0;
};

/// Records nothing; the default.
[[nodiscard]] EVENTSDK_API std::shared_ptr<Metrics> no_metrics();

EVENTSDK_END_NAMESPACE
