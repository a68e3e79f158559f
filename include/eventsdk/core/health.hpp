#pragma once

#include <eventsdk/core/config.hpp>

#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// How a part of a service is, for an orchestrator's probes.
struct Health {
    bool healthy = true;  ///< false: it does not get on by itself; somebody should look
    bool ready = true;    ///< may be given work: what it shows is up to date
    /// What is wrong or not ready yet, one sentence each; no secrets.
    std::vector<std::string> problems{};
};

EVENTSDK_END_NAMESPACE
