#pragma once

#include <eventsdk/schema/options.hpp>

#include <cstdint>
#include <span>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// Where subschemas stand in a keyword's value.
enum class Shape : std::uint8_t {
    plain,           ///< none
    schema,          ///< the value
    schemas,         ///< each element
    schema_or_list,  ///< the value, or each element when it is an array
    map,             ///< each member
    map_or_names,    ///< each member that is not an array of names
};

enum class Role : std::uint8_t {
    core,        ///< identifies or refers
    enforced,    ///< limits the value
    annotation,  ///< says something about the value, limits nothing
    refused,     ///< would limit the value and is not supported: an error at load
};

struct Keyword {
    std::string_view name;
    bool draft_07;
    bool draft_2019_09;
    bool draft_2020_12;
    Shape shape;
    Role role;
};

/// Every keyword of the three dialects. The only list: indexing, compiling, the refusal of unknown ones and the
/// documentation's table follow it.
[[nodiscard]] std::span<const Keyword> keywords() noexcept;
/// Null when the dialect does not know the name.
[[nodiscard]] const Keyword* find_keyword(std::string_view name, SchemaDialect dialect) noexcept;

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
