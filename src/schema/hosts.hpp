#pragma once

#include <eventsdk/core/config.hpp>

#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// Labels of letters, digits and hyphens. **Source**: RFC 1123 section 2.1.
[[nodiscard]] bool is_hostname(std::string_view text);
/// Four decimal numbers without leading zeros. **Source**: RFC 2673 section 3.2.
[[nodiscard]] bool is_ipv4(std::string_view text);
/// **Source**: RFC 4291 section 2.2.
[[nodiscard]] bool is_ipv6(std::string_view text);
/// **Source**: RFC 5321 section 4.1.2, Mailbox.
[[nodiscard]] bool is_email(std::string_view text);

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
