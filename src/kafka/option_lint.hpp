#pragma once

#include <eventsdk/broker/finding.hpp>
#include <eventsdk/kafka/options.hpp>

#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// What of valid options is dangerous or useless all the same: events ("lint.plaintext") or credentials
/// ("lint.plaintext_credentials") in the clear, a single server to start from ("lint.single_bootstrap"), debugging left on
/// ("lint.debug").
[[nodiscard]] std::vector<Finding> lint_options(const Options& options);

}  // namespace kafka
EVENTSDK_END_NAMESPACE
