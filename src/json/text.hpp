#pragma once

#include <eventsdk/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

/// A piece of a document as it may stand in a message: at most 64 bytes, control characters escaped, UTF-8 kept whole.
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 64);

/// Appends "/name" with `~` and `/` escaped. **Source**: RFC 6901 section 3.
void append_pointer(std::string& pointer, std::string_view name);
void append_pointer(std::string& pointer, std::size_t index);

/// A hash with a secret of the process, so that nobody can prepare names that collide.
[[nodiscard]] std::uint64_t keyed_hash(std::string_view text) noexcept;

}  // namespace json
EVENTSDK_END_NAMESPACE
