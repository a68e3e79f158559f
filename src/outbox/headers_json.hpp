#pragma once

#include <eventsdk/broker/record.hpp>
#include <eventsdk/core/result.hpp>

#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {

/// Headers as the outbox's `headers` column holds them: `[["name","value"],["name",null]]`. Values that are not
/// UTF-8 are written as `{"base64":"…"}`.
[[nodiscard]] EVENTSDK_API std::string headers_to_json(const std::vector<Header>& headers);
[[nodiscard]] EVENTSDK_API Result<std::vector<Header>> headers_from_json(std::string_view text);

}  // namespace outbox
EVENTSDK_END_NAMESPACE
