#include "schema/evaluate_scalars.hpp"

#include <array>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

std::string type_names(std::uint8_t types) {
    constexpr std::array<std::pair<int, std::string_view>, 7> names{{{kind_null, "null"},
                                                                     {kind_boolean, "boolean"},
                                                                     {kind_fraction, "number"},
                                                                     {kind_integer, "integer"},
                                                                     {kind_string, "string"},
                                                                     {kind_array, "array"},
                                                                     {kind_object, "object"}}};
    std::string out;
    for (const auto& [kind, name] : names) {
        if ((types & kind) == 0 || (kind == kind_integer && (types & kind_fraction) != 0)) continue;
        if (!out.empty()) out += " or ";
        out += name;
    }
    return out;
}

std::string_view type_name(const json::Value& value) {
    using simdjson::dom::element_type;
    switch (value.type()) {
        case element_type::NULL_VALUE: return "null";
        case element_type::BOOL: return "a boolean";
        case element_type::STRING: return "a string";
        case element_type::ARRAY: return "an array";
        case element_type::OBJECT: return "an object";
        default: return "a number";
    }
}

std::string enum_message(const ValueRules& rules) {
    constexpr std::size_t shown = 10;
    std::string out = "must be one of ";
    for (std::size_t i = 0; i < rules.one_of.size() && i < shown; ++i) {
        if (i > 0) out += ", ";
        out += json::printable(rules.one_of[i].text());
    }
    if (rules.one_of.size() > shown) out += ", …";
    return out;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
