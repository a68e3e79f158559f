#include "produce/topic_series.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace produce {
namespace {

constexpr auto log_interval = std::chrono::seconds{10};
constexpr std::array publish_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                     0.1,    0.25,  0.5,    1.0,   2.5,  10.0,  30.0};

std::shared_ptr<Counter> records_counter(const Runtime& runtime, const std::string& topic, std::string_view outcome) {
    return runtime.metrics->counter("eventsdk_messages_total", "Records published or handled, by outcome",
                                    {{"direction", "produce"}, {"outcome", std::string{outcome}}, {"topic", topic}});
}

}  // namespace

TopicSeries::TopicSeries(std::string name, const Runtime& runtime, bool measured) : name_{std::move(name)} {
    if (!measured) return;
    delivered_ = records_counter(runtime, name_, "delivered");
    seconds_ = runtime.metrics->histogram("eventsdk_publish_seconds", "From publish to the acknowledgement, in seconds",
                                          {{"topic", name_}}, publish_buckets);
}

void TopicSeries::failed(const Runtime& runtime, const Error& error, std::string_view event_id) {
    Failures& failures = failures_[static_cast<std::size_t>(error.kind)];
    if (delivered_ != nullptr) {
        if (failures.counter == nullptr) failures.counter = records_counter(runtime, name_, to_string(error.kind));
        failures.counter->add();
    }
    const MonotonicTime now = runtime.clock->monotonic();
    if (failures.logged && now - *failures.logged < log_interval) {
        ++failures.unlogged;
        return;
    }
    const std::string text = error.to_string();
    runtime.logger->log(LogLevel::warning, "event not published",
                        {{"topic", std::string_view{name_}},
                         {"event_id", event_id},
                         {"error", std::string_view{text}},
                         {"not_logged_before", failures.unlogged}});
    failures.logged = now;
    failures.unlogged = 0;
}

}  // namespace produce
EVENTSDK_END_NAMESPACE
