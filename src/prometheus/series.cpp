#include "prometheus/series.hpp"

#include "core/ascii.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace prometheus {
namespace {

using ::prometheus::MetricType;

/// prometheus-cpp writes help texts as they are.
std::string escaped_help(std::string_view help) {
    std::string text;
    for (const char c : help) {
        if (c == '\\') text += "\\\\";
        else if (c == '\n') text += "\\n";
        else text += c;
    }
    return text;
}

}  // namespace

bool is_metric_name(std::string_view name) noexcept {
    const auto fits = [](char c) { return ascii::is_alphanumeric(c) || c == '_' || c == ':'; };
    return !name.empty() && !ascii::is_digit(name.front()) && std::all_of(name.begin(), name.end(), fits);
}

bool is_label_name(std::string_view name) noexcept {
    return is_metric_name(name) && name.find(':') == std::string_view::npos && !name.starts_with("__");
}

Series::Series(MetricType type, const MetricLabels& labels, std::span<const double> bounds)
    : type_{type}, labels_{labels}, bounds_{bounds.begin(), bounds.end()}, counts_(bounds.size() + 1) {
    if (type == MetricType::Counter) value_ = 0.0;
}

void Series::add(double amount) noexcept {
    const std::lock_guard lock{mutex_};
    value_ = value_.value_or(0.0) + amount;
}

void Series::set(double value) noexcept {
    const std::lock_guard lock{mutex_};
    value_ = value;
}

void Series::clear() noexcept {
    const std::lock_guard lock{mutex_};
    value_.reset();
}

void Series::observe(double value) noexcept {
    const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    const std::lock_guard lock{mutex_};
    ++counts_[static_cast<std::size_t>(bucket)];
    sum_ += value;
}

std::optional<::prometheus::ClientMetric> Series::sample() const {
    ::prometheus::ClientMetric metric;
    for (const auto& [name, value] : labels_) metric.label.push_back({name, value});
    const std::lock_guard lock{mutex_};
    if (type_ != MetricType::Histogram) {
        if (!value_) return {};
        metric.counter.value = metric.gauge.value = *value_;
        return metric;
    }
    metric.histogram.sample_sum = sum_;
    for (std::size_t at = 0; at < counts_.size(); ++at) {
        metric.histogram.sample_count += counts_[at];
        if (at < bounds_.size()) metric.histogram.bucket.push_back({metric.histogram.sample_count, bounds_[at]});
    }
    return metric;
}

std::shared_ptr<Series> Registry::series(std::string_view name, std::string_view help, const MetricLabels& labels,
                                         MetricType type, std::span<const double> bounds) {
    const bool named = is_metric_name(name) && std::all_of(labels.begin(), labels.end(),
                                                           [](const auto& each) { return is_label_name(each.first); });
    MetricLabels sorted = labels;
    std::sort(sorted.begin(), sorted.end());
    const std::lock_guard lock{mutex_};
    auto family =
        std::find_if(families_.begin(), families_.end(), [&](const auto& each) { return each.first == name; });
    if (named && family == families_.end()) {
        families_.emplace_back(name, Family{.type = type, .help = escaped_help(help)});
        family = families_.end() - 1;
    }
    if (!named || family->second.type != type) return std::make_shared<Series>(type, labels, bounds);
    for (const auto& [known, made] : family->second.series) {
        if (known == sorted) return made;
    }
    return family->second.series.emplace_back(std::move(sorted), std::make_shared<Series>(type, labels, bounds)).second;
}

std::shared_ptr<Counter> Registry::counter(std::string_view name, std::string_view help, const MetricLabels& labels) {
    return series(name, help, labels, MetricType::Counter, {});
}
std::shared_ptr<Gauge> Registry::gauge(std::string_view name, std::string_view help, const MetricLabels& labels) {
    return series(name, help, labels, MetricType::Gauge, {});
}
std::shared_ptr<Histogram> Registry::histogram(std::string_view name, std::string_view help, const MetricLabels& labels,
                                               std::span<const double> buckets) {
    return series(name, help, labels, MetricType::Histogram, buckets);
}

std::string Registry::text() const {
    std::vector<::prometheus::MetricFamily> all;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [name, family] : families_) {
            ::prometheus::MetricFamily shown{name, family.help, family.type, {}};
            for (const auto& [labels, one] : family.series) {
                if (auto sample = one->sample()) shown.metric.push_back(std::move(*sample));
            }
            if (!shown.metric.empty()) all.push_back(std::move(shown));
        }
    }
    std::string shown = ::prometheus::TextSerializer{}.Serialize(all);
    // prometheus-cpp spells it its own way; a line break stands in no label or help text.
    constexpr std::string_view theirs = " Nan\n";
    for (auto at = shown.find(theirs); at != std::string::npos; at = shown.find(theirs, at)) shown[at + 3] = 'N';
    return shown;
}

}  // namespace prometheus
EVENTSDK_END_NAMESPACE
