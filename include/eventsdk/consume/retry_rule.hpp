#pragma once

#include <eventsdk/core/error.hpp>
#include <eventsdk/core/retry_policy.hpp>

#include <optional>
#include <string>

EVENTSDK_BEGIN_NAMESPACE

/// A retry policy for one class of failures. Of a list, the first rule that fits counts.
///
///     {.retry_rules = {{.kind = ErrorKind::conflict, .policy = {.max_retries = 10, .first_delay = 50ms}},
///                      {.type = "InvoiceSent", .policy = {.max_retries = 0}}}}
struct RetryRule {
    std::string type{};               ///< of the event; empty: any
    std::string code{};               ///< of the failure, such as "handler.exception"; empty: any
    std::optional<ErrorKind> kind{};  ///< of the error that a handler returned (or threw, as BadResult); absent: any
    RetryPolicy policy{};
};

EVENTSDK_END_NAMESPACE
