#include <eventsdk/eventsdk.hpp>
#include <eventsdk/testing/collecting_metrics.hpp>

#include <cstdio>

int main() {
    eventsdk::testing::CollectingMetrics metrics;
    eventsdk::memory::Broker broker;
    const auto created = broker.create_topic({.name = "dev.education.assignment", .partitions = 3});
    if (!created) {
        std::puts(created.error().message.c_str());
        return 1;
    }
    std::puts(broker.records("dev.education.assignment").empty() ? "an empty topic" : "not empty");
    return 0;
}
