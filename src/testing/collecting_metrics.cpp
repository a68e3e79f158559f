#include <eventsdk/testing/collecting_metrics.hpp>

#include <algorithm>
#include <map>
#include <mutex>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {
namespace {

/// One series of any kind; the port's classes are three faces of it.
class Series final : public Counter, public Gauge, public Histogram {
public:
    Series(MetricKind kind, std::span<const double> bounds)
        : kind_{kind}, bounds_{bounds.begin(), bounds.end()}, buckets_(bounds.size() + 1) {
        if (kind == MetricKind::counter) value_ = 0.0;
    }

    [[nodiscard]] MetricKind kind() const noexcept { return kind_; }

    void add(double amount) noexcept override {
        const std::lock_guard lock{mutex_};
        value_ = *value_ + amount;
    }
    void set(double value) noexcept override {
        const std::lock_guard lock{mutex_};
        value_ = value;
    }
    void clear() noexcept override {
        const std::lock_guard lock{mutex_};
        value_.reset();
    }
    void observe(double value) noexcept override {
        const std::lock_guard lock{mutex_};
        for (std::size_t i = 0; i < bounds_.size(); ++i) {
            if (value <= bounds_[i]) ++buckets_[i];
        }
        ++buckets_.back();
        sum_ += value;
    }

    void read(MetricSample& sample) const {
        const std::lock_guard lock{mutex_};
        sample.kind = kind_;
        if (kind_ != MetricKind::histogram) {
            sample.value = value_;
            return;
        }
        sample.buckets = buckets_;
        sample.sum = sum_;
    }

private:
    const MetricKind kind_;
    const std::vector<double> bounds_;
    mutable std::mutex mutex_;
    std::optional<double> value_;
    std::vector<std::uint64_t> buckets_;
    double sum_ = 0.0;
};

MetricLabels sorted(MetricLabels labels) {
    std::sort(labels.begin(), labels.end());
    return labels;
}

}  // namespace

struct CollectingMetrics::Store {
    struct Family {
        MetricKind kind{};
        std::string help{};
    };
    mutable std::mutex mutex{};
    std::map<std::string, Family, std::less<>> families{};
    std::map<std::pair<std::string, MetricLabels>, std::shared_ptr<Series>> series{};

    std::shared_ptr<Series> get(MetricKind kind, std::string_view name, std::string_view help,
                                const MetricLabels& labels, std::span<const double> bounds = {}) {
        const std::lock_guard lock{mutex};
        const auto [family, fresh] = families.try_emplace(std::string{name}, Family{kind, std::string{help}});
        if (family->second.kind != kind) return std::make_shared<Series>(kind, bounds);
        auto& kept = series[{std::string{name}, sorted(labels)}];
        if (kept == nullptr) kept = std::make_shared<Series>(kind, bounds);
        return kept;
    }
};

CollectingMetrics::CollectingMetrics() : store_{std::make_unique<Store>()} {}
CollectingMetrics::~CollectingMetrics() = default;

std::shared_ptr<Counter> CollectingMetrics::counter(std::string_view name, std::string_view help,
                                                    const MetricLabels& labels) {
    return store_->get(MetricKind::counter, name, help, labels);
}

std::shared_ptr<Gauge> CollectingMetrics::gauge(std::string_view name, std::string_view help,
                                                const MetricLabels& labels) {
    return store_->get(MetricKind::gauge, name, help, labels);
}

std::shared_ptr<Histogram> CollectingMetrics::histogram(std::string_view name, std::string_view help,
                                                        const MetricLabels& labels, std::span<const double> buckets) {
    return store_->get(MetricKind::histogram, name, help, labels, buckets);
}

std::optional<double> CollectingMetrics::value(std::string_view name, const MetricLabels& labels) const {
    const auto found = sample(name, labels);
    return found ? found->value : std::nullopt;
}

double CollectingMetrics::total(std::string_view name) const {
    double sum = 0.0;
    for (const MetricSample& each : samples()) {
        if (each.name == name) sum += each.value.value_or(0.0);
    }
    return sum;
}

std::optional<MetricSample> CollectingMetrics::sample(std::string_view name, const MetricLabels& labels) const {
    const std::lock_guard lock{store_->mutex};
    const auto found = store_->series.find({std::string{name}, sorted(labels)});
    if (found == store_->series.end()) return {};
    MetricSample sample{.name = found->first.first, .labels = found->first.second};
    found->second->read(sample);
    return sample;
}

std::vector<MetricSample> CollectingMetrics::samples() const {
    const std::lock_guard lock{store_->mutex};
    std::vector<MetricSample> all;
    all.reserve(store_->series.size());
    for (const auto& [key, series] : store_->series) {
        series->read(all.emplace_back(MetricSample{.name = key.first, .labels = key.second}));
    }
    return all;
}

std::string CollectingMetrics::help(std::string_view name) const {
    const std::lock_guard lock{store_->mutex};
    const auto found = store_->families.find(name);
    return found == store_->families.end() ? std::string{} : found->second.help;
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
