#include "schema/compiler.hpp"

#include "json/text.hpp"
#include "json/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

int kind_named(std::string_view name) noexcept {
    constexpr std::array<std::pair<std::string_view, int>, 7> names{{{"null", kind_null},
                                                                     {"boolean", kind_boolean},
                                                                     {"integer", kind_integer},
                                                                     {"number", kind_integer | kind_fraction},
                                                                     {"string", kind_string},
                                                                     {"array", kind_array},
                                                                     {"object", kind_object}}};
    const auto at = std::find_if(names.begin(), names.end(), [&](const auto& known) { return known.first == name; });
    return at == names.end() ? 0 : at->second;
}

/// The interval of the integers that a bound lets pass.
void narrow(NumberRules& rules, std::string_view keyword, std::int64_t bound) noexcept {
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
    if (keyword == "maximum") rules.greatest = std::min(rules.greatest, bound);
    else if (keyword == "minimum") rules.least = std::max(rules.least, bound);
    else if (bound == (keyword == "exclusiveMaximum" ? least : greatest)) rules.has_other_bounds = true;
    else if (keyword == "exclusiveMaximum") rules.greatest = std::min(rules.greatest, bound - 1);
    else rules.least = std::max(rules.least, bound + 1);
}

int kind_of_name(const json::Value& value) noexcept {
    std::string_view name;
    return value.get(name) ? 0 : kind_named(name);
}

}  // namespace

Result<void> Compiler::type(const Subject& subject) {
    int types = kind_of_name(subject.value);
    if (subject.value.is_array())
        for (const auto element : json::array_of(subject.value)) {
            const int kind = kind_of_name(element);
            if (kind == 0) return malformed(subject, "holds something that is not the name of a type");
            types |= kind;
        }
    if (types == 0) return malformed(subject, "must be the name of a type, or an array of at least one");
    subject.node.types = static_cast<std::uint8_t>(types);
    return {};
}

Result<void> Compiler::enumeration(const Subject& subject) {
    simdjson::dom::array list;
    if (subject.value.get(list)) return malformed(subject, "must be an array");
    auto& values = made(subject.node.values);
    values.has_enum = true;
    values.one_of.reserve(list.size());
    for (const auto element : list) values.one_of.emplace_back(element);
    std::vector<std::string_view> strings;
    for (std::uint32_t i = 0; i < values.one_of.size(); ++i) {
        if (values.one_of[i].is_string()) strings.emplace_back(values.one_of[i].string());
        else values.others.push_back(i);
    }
    values.strings = NameTable{strings};
    return {};
}

Result<void> Compiler::constant(const Subject& subject) {
    made(subject.node.values).exactly.emplace(subject.value);
    return {};
}

Result<void> Compiler::bound(const Subject& subject) {
    if (!subject.value.is_number()) return malformed(subject, "must be a number");
    auto& rules = made(subject.node.number);
    auto& bound = subject.keyword == "maximum"            ? rules.maximum
                  : subject.keyword == "minimum"          ? rules.minimum
                  : subject.keyword == "exclusiveMaximum" ? rules.exclusive_maximum
                                                          : rules.exclusive_minimum;
    bound = Number{subject.value};
    // Bounds beyond 64 bits, and those with a fraction, stay with the exact comparison.
    if (std::int64_t whole = 0; !subject.value.get(whole)) narrow(rules, subject.keyword, whole);
    else rules.has_other_bounds = true;
    return {};
}

Result<void> Compiler::multiple_of(const Subject& subject) {
    if (!subject.value.is_number() || Number{subject.value} <= Number{std::int64_t{0}})
        return malformed(subject, "must be a number above 0");
    auto& rules = made(subject.node.number);
    rules.multiple_of = Number{subject.value};
    rules.divisor = Divisor{*rules.multiple_of};
    return {};
}

Result<void> Compiler::length(const Subject& subject) {
    auto count = count_of(subject);
    if (!count) return std::move(count.error());
    auto& rules = made(subject.node.string);
    (subject.keyword == "maxLength" ? rules.max_length : rules.min_length) = *count;
    return {};
}

Result<void> Compiler::pattern(const Subject& subject) {
    std::string_view text;
    if (subject.value.get(text)) return malformed(subject, "must be a string");
    auto compiled = pattern_of(subject, text);
    if (!compiled) return std::move(compiled.error());
    made(subject.node.string).pattern = *compiled;
    return {};
}

Result<void> Compiler::format(const Subject& subject) {
    std::string_view name;
    if (subject.value.get(name)) return malformed(subject, "must be a string");
    if (!options_.check_formats) return {};
    const auto* format = find_format(name);
    if (format == nullptr)
        return note_unknown(subject, fmt::format("the format \"{}\" cannot be enforced", json::printable(name)),
                            "unsupported");
    made(subject.node.string).format = format;
    return {};
}

Result<void> Compiler::annotation(const Subject& subject) {
    const bool text = subject.keyword == "title" || subject.keyword == "description" || subject.keyword == "$comment" ||
                      subject.keyword == "$id" || subject.keyword == "$schema" || subject.keyword == "$anchor" ||
                      subject.keyword == "$dynamicAnchor";
    if (text && !subject.value.is_string()) return malformed(subject, "must be a string");
    return {};
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
