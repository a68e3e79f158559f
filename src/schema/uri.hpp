#pragma once

#include <eventsdk/core/config.hpp>

#include <optional>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// The five parts of a URI reference, as they stand in the text.
struct UriParts {
    std::optional<std::string_view> scheme{};
    std::optional<std::string_view> authority{};
    std::string_view path{};
    std::optional<std::string_view> query{};
    std::optional<std::string_view> fragment{};
};

/// Splits any text; checks nothing. **Source**: RFC 3986 appendix B.
[[nodiscard]] UriParts split_uri(std::string_view text) noexcept;

/// Strict, ASCII. **Source**: RFC 3986 appendix A.
[[nodiscard]] bool is_uri(std::string_view text);
[[nodiscard]] bool is_uri_reference(std::string_view text);

/// The absolute URI that `reference` means beside `base`, without fragment. `climbs_out` tells that the reference has
/// more `..` than the base has folders. **Source**: RFC 3986 section 5.2.
[[nodiscard]] std::string resolve_uri(std::string_view base, std::string_view reference, bool& climbs_out);

/// `%41` becomes `A`; a malformed escape stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
