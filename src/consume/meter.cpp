#include "consume/meter.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr std::array handle_buckets{0.000'001, 0.000'005, 0.000'025, 0.0001, 0.0005, 0.0025,
                                    0.01,      0.05,      0.25,      1.0,    5.0,    30.0};

void add(const std::shared_ptr<Counter>& counter, std::uint64_t amount) {
    if (amount > 0) counter->add(static_cast<double>(amount));
}

}  // namespace

Meter::Meter(const Runtime& runtime, std::string group)
    : metrics_{runtime.metrics}, group_{std::move(group)}, active_{runtime.metrics != no_metrics()} {
    if (!active_) return;
    seconds_ = metrics_->histogram("eventsdk_handle_seconds", "Decoding, checking and handling a record, in seconds",
                                   {{"group", group_}}, handle_buckets);
}

MetricLabels Meter::labels(std::string_view topic) const { return {{"group", group_}, {"topic", std::string{topic}}}; }

std::shared_ptr<Counter> Meter::messages(std::string_view topic, std::string_view outcome) {
    return metrics_->counter("eventsdk_messages_total", "Records published or handled, by outcome",
                             {{"direction", "consume"},
                              {"group", group_},
                              {"outcome", std::string{outcome}},
                              {"topic", std::string{topic}}});
}

Meter::TopicSeries& Meter::series(std::string_view topic) {
    const auto known = topics_.find(topic);
    if (known != topics_.end()) return known->second;
    TopicSeries& made = topics_[std::string{topic}];
    made.handled = messages(topic, "handled");
    made.ignored = messages(topic, "ignored");
    made.skipped = messages(topic, "skipped");
    made.dead = messages(topic, "dead_letter");
    made.moved = messages(topic, "retry_topic");
    made.retries = metrics_->counter("eventsdk_retries_total", "Retries that were scheduled", labels(topic));
    made.dead_letters =
        metrics_->counter("eventsdk_dead_letters_total", "Dead letters acknowledged by the broker", labels(topic));
    for (std::size_t at = 0; at < made.errors.size(); ++at) {
        MetricLabels with_reason = labels(topic);
        with_reason.emplace_back("reason", std::string{Tally::reasons[at]});
        made.errors[at] = metrics_->counter("kafka_consumer_errors", "Messages whose processing failed.", with_reason);
    }
    MetricLabels with_direction = labels(topic);
    with_direction.emplace_back("direction", "consumed");
    made.rate = metrics_->gauge("kafka_messages_per_second", "Messages handled per second over the last interval.",
                                with_direction);
    return made;
}

Meter::PartitionSeries& Meter::series(const TopicPartition& partition) {
    const auto known = partitions_.find(partition);
    if (known != partitions_.end()) return known->second;
    MetricLabels with_partition = labels(partition.topic);
    with_partition.emplace_back("partition", std::to_string(partition.partition));
    PartitionSeries& made = partitions_[partition];
    made.buffered = metrics_->gauge("eventsdk_buffered_records", "Records taken in and not finished", with_partition);
    made.lag = metrics_->gauge(
        "kafka_consumer_lag",
        "Records between the last stable or high watermark offset and the group's committed offset.", with_partition);
    made.unstable = metrics_->gauge("eventsdk_unstable_records",
                                    "Records between the last stable offset and the high watermark: open transactions",
                                    with_partition);
    return made;
}

void Meter::handled(std::size_t records, std::chrono::duration<double> took) noexcept {
    const double each = took.count() / static_cast<double>(records);
    for (; records > 0; --records) seconds_->observe(each);
}

void Meter::count(std::string_view topic, const Tally& tally) {
    TopicSeries& to = series(topic);
    add(to.handled, tally.handled);
    add(to.ignored, tally.ignored);
    add(to.skipped, tally.skipped);
    add(to.dead, tally.dead_letters);
    add(to.moved, tally.moved);
    add(to.retries, tally.retries);
    add(to.dead_letters, tally.dead_letters);
    for (std::size_t at = 0; at < to.errors.size(); ++at) add(to.errors[at], tally.errors[at]);
    to.since_rate += tally.handled + tally.ignored + tally.skipped + tally.dead_letters + tally.moved;
}

void Meter::rates(MonotonicTime now) {
    const std::chrono::duration<double> passed = now - rated_;
    if (passed.count() <= 0) return;
    for (auto& [_, topic] : topics_) {
        topic.rate->set(static_cast<double>(topic.since_rate) / passed.count());
        topic.since_rate = 0;
    }
    rated_ = now;
}

void Meter::buffered(const TopicPartition& partition, std::size_t records) {
    series(partition).buffered->set(static_cast<double>(records));
}

void Meter::lag(const TopicPartition& partition, std::int64_t position, const Watermarks& bounds) {
    PartitionSeries& to = series(partition);
    const std::int64_t end = bounds.last_stable >= 0 ? bounds.last_stable : bounds.high;
    if (end >= 0 && position >= 0) {
        to.lag->set(static_cast<double>(std::max<std::int64_t>(end - position, 0)));
    } else {
        to.lag->clear();
    }
    if (bounds.last_stable >= 0 && bounds.high >= 0) {
        to.unstable->set(static_cast<double>(bounds.high - bounds.last_stable));
    } else {
        to.unstable->clear();
    }
}

void Meter::forget(const TopicPartition& partition) {
    const auto known = partitions_.find(partition);
    if (known == partitions_.end()) return;
    known->second.buffered->clear();
    known->second.lag->clear();
    known->second.unstable->clear();
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
