#pragma once

#include <eventsdk/core/config.hpp>

#include <span>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// A `format` that is enforced: strict, linear in the text, no allocation (but `regex`).
struct Format {
    std::string_view name;
    bool (*matches)(std::string_view text);
    std::string_view source;  ///< the text that defines it
};

/// All of them, by name.
[[nodiscard]] std::span<const Format> formats() noexcept;
/// Null when the name is not among them.
[[nodiscard]] const Format* find_format(std::string_view name) noexcept;

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
