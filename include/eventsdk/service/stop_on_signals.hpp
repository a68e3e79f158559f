#pragma once

#include <eventsdk/core/config.hpp>

#include <stop_token>

EVENTSDK_BEGIN_NAMESPACE

/// A token whose stop is requested by SIGINT or SIGTERM: what a service's main gives to run().
///
/// The first signal asks for the orderly stop; the second ends the process as it would without this call. Repeated calls
/// give the same token. Needs a thread of its own, which sleeps until the signal.
/// **Thread safety**: may be called from any thread; replaces the process's handlers of the two signals.
[[nodiscard]] EVENTSDK_API std::stop_token stop_on_signals();

EVENTSDK_END_NAMESPACE
