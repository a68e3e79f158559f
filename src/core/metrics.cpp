#include <eventsdk/core/metrics.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace {

struct NoCounter final : Counter {
    void add(double) noexcept override {}
};
struct NoGauge final : Gauge {
    void set(double) noexcept override {}
    void clear() noexcept override {}
};
struct NoHistogram final : Histogram {
    void observe(double) noexcept override {}
};

class NoMetrics final : public Metrics {
public:
    std::shared_ptr<Counter> counter(std::string_view, std::string_view, const MetricLabels&) override {
        return counter_;
    }
    std::shared_ptr<Gauge> gauge(std::string_view, std::string_view, const MetricLabels&) override { return gauge_; }
    std::shared_ptr<Histogram> histogram(std::string_view, std::string_view, const MetricLabels&,
                                         std::span<const double>) override {
        return histogram_;
    }

private:
    std::shared_ptr<Counter> counter_ = std::make_shared<NoCounter>();
    std::shared_ptr<Gauge> gauge_ = std::make_shared<NoGauge>();
    std::shared_ptr<Histogram> histogram_ = std::make_shared<NoHistogram>();
};

}  // namespace

std::shared_ptr<Metrics> no_metrics() {
    static const std::shared_ptr<Metrics> metrics = std::make_shared<NoMetrics>();
    return metrics;
}

EVENTSDK_END_NAMESPACE
