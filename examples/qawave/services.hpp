#pragma once

#include "events.hpp"
#include "package_store.hpp"

#include <eventsdk/consume/projection.hpp>
#include <eventsdk/produce/producer.hpp>

#include <functional>

namespace qawave {

/// Group qawave: keeps every package event for queries, then what follows from some: an alert when a scenario fails, an
/// entry of the audit trail when a run is complete.
using Alert = std::function<void(const std::string& text)>;
eventsdk::Projection make_recorder(PackageStore& store, eventsdk::Producer& producer, Alert alert);

/// Group qawave-runner: runs the scenarios that a package's document names. This one pretends: a scenario fails when
/// its name says so.
eventsdk::Projection make_runner(eventsdk::Producer& producer);

}  // namespace qawave
