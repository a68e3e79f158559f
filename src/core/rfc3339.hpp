#pragma once

#include <eventsdk/core/time.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace rfc3339 {

/// Reads a strict RFC 3339 date-time into `out`.
/// @return null on success, else what is wrong (a literal); `out` is then unspecified. Never allocates.
[[nodiscard]] const char* read(std::string_view text, DateTime& out) noexcept;

}  // namespace rfc3339
EVENTSDK_END_NAMESPACE
