#include "kafka/statistics.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

using nlohmann::json;

const json& member(const json& object, const char* name) {
    static const json nothing = json::object();
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() ? *found : nothing;
}

std::int64_t number(const json& object, const char* name, std::int64_t otherwise) {
    const json& value = member(object, name);
    return value.is_number_integer() ? value.get<std::int64_t>() : otherwise;
}

/// Negative offsets of librdkafka say in several ways that it does not know.
std::int64_t offset(const json& partition, const char* name) {
    return std::max<std::int64_t>(number(partition, name, -1), -1);
}

void add(const std::shared_ptr<Counter>& counter, std::int64_t& counted, std::int64_t now) {
    if (now > counted) counter->add(static_cast<double>(now - std::exchange(counted, now)));
}

}  // namespace

Statistics parse_statistics(std::string_view text) {
    Statistics statistics;
    const json root = json::parse(text, nullptr, false);
    for (const auto& [name, topic] : member(root, "topics").items())
        for (const auto& [_, partition] : member(topic, "partitions").items()) {
            const std::int64_t id = number(partition, "partition", -1);
            if (id < 0) continue;  // librdkafka's own, for records without a partition yet
            statistics.partitions.push_back(
                {name,
                 static_cast<std::int32_t>(id),
                 {offset(partition, "lo_offset"), offset(partition, "hi_offset"), offset(partition, "ls_offset")}});
        }
    for (const auto& [_, broker] : member(root, "brokers").items()) {
        const std::int64_t node = number(broker, "nodeid", -1);
        if (node < 0) continue;
        statistics.brokers.push_back(
            {static_cast<std::int32_t>(node), static_cast<double>(number(member(broker, "rtt"), "avg", 0)) / 1e6,
             number(broker, "txretries", 0), number(broker, "req_timeouts", 0), number(broker, "waitresp_cnt", 0)});
    }
    return statistics;
}

BrokerMeter::BrokerMeter(const Runtime& runtime, std::string direction)
    : metrics_{runtime.metrics != no_metrics() ? runtime.metrics : nullptr}, direction_{std::move(direction)} {}

BrokerMeter::Series& BrokerMeter::series(std::int32_t node) {
    const auto [found, made] = series_.try_emplace(node);
    if (!made) return found->second;
    const MetricLabels labels{{"direction", direction_}, {"node", std::to_string(node)}};
    found->second.round_trip =
        metrics_->gauge("eventsdk_broker_round_trip_seconds", "Mean time from a request to its answer", labels);
    found->second.waiting = metrics_->gauge("eventsdk_broker_requests", "Requests without an answer yet", labels);
    found->second.retries = metrics_->counter("eventsdk_broker_retries_total", "Requests that were sent again", labels);
    found->second.timeouts =
        metrics_->counter("eventsdk_broker_timeouts_total", "Requests that were not answered in time", labels);
    return found->second;
}

void BrokerMeter::show(const Statistics& statistics) {
    if (!active()) return;
    for (const Statistics::BrokerFigures& broker : statistics.brokers) {
        Series& to = series(broker.node);
        if (broker.round_trip_seconds > 0) to.round_trip->set(broker.round_trip_seconds);
        to.waiting->set(static_cast<double>(broker.waiting));
        add(to.retries, to.counted_retries, broker.retries);
        add(to.timeouts, to.counted_timeouts, broker.timeouts);
    }
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
