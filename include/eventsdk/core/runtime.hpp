#pragma once

#include <eventsdk/core/clock.hpp>
#include <eventsdk/core/logger.hpp>
#include <eventsdk/core/metrics.hpp>
#include <eventsdk/core/uuid.hpp>

EVENTSDK_BEGIN_NAMESPACE

/// What the SDK takes from the service around it. A Broker carries one, and everything made from that broker
/// (producers, projectors, relays) uses it. Members are never null.
struct Runtime {
    std::shared_ptr<Clock> clock = system_clock();
    std::shared_ptr<IdGenerator> ids = uuid_v7_generator();
    std::shared_ptr<Logger> logger = stderr_logger();
    std::shared_ptr<Metrics> metrics = no_metrics();
};

EVENTSDK_END_NAMESPACE
