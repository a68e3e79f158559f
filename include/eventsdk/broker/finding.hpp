#pragma once

#include <eventsdk/core/config.hpp>

#include <string>

EVENTSDK_BEGIN_NAMESPACE

/// One setting that is dangerous or useless.
struct Finding {
    std::string topic{};    ///< empty: how the brokers are reached
    std::string code{};     ///< stable: "lint.min_isr", "lint.single_copy", …
    std::string message{};  ///< what may happen
    std::string hint{};     ///< what to change
};

EVENTSDK_END_NAMESPACE
