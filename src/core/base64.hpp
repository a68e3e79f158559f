#pragma once

#include <eventsdk/core/config.hpp>

#include <optional>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
/// Standard alphabet with padding (RFC 4648 section 4). Decoding is strict: no white space, canonical padding bits.
namespace base64 {

[[nodiscard]] EVENTSDK_API std::string encode(std::string_view bytes);
[[nodiscard]] EVENTSDK_API std::optional<std::string> decode(std::string_view text);

}  // namespace base64
EVENTSDK_END_NAMESPACE
