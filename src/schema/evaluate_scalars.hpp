#pragma once

#include "json/text.hpp"
#include "json/values.hpp"
#include "schema/evaluator.hpp"

#include <fmt/format.h>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// How many code points a UTF-8 text has.
inline std::size_t count_points(std::string_view text) noexcept {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return count;
}

/// Whether a text has between `low` and `high` code points; looks at the bytes only when their number leaves it open.
inline bool has_fewer_points(std::string_view text, std::size_t low) noexcept {
    if (text.size() < low) return true;
    return text.size() / 4 < low && count_points(text) < low;
}
inline bool has_more_points(std::string_view text, std::size_t high) noexcept {
    return text.size() > high && count_points(text) > high;
}

/// "string, null": for messages.
[[nodiscard]] std::string type_names(std::uint8_t types);
[[nodiscard]] std::string_view type_name(const json::Value& value);
[[nodiscard]] std::string enum_message(const ValueRules& rules);

template <bool collecting>
template <class Message>
bool Evaluator<collecting>::report(const Node& node, std::string_view keyword, Message&& message) {
    if constexpr (collecting) {
        if (findings_->violations.size() >= findings_->cap) return false;
        auto& violation = findings_->violations.emplace_back();
        violation.code = fmt::format("schema.{}", keyword);
        violation.pointer = findings_->pointer;
        violation.schema = fmt::format("{}#{}", plan_.files[node.file], node.pointer);
        if (keyword != "false") violation.schema.append("/").append(keyword);
        violation.keyword = keyword;
        violation.message = message();
        return findings_->violations.size() < findings_->cap;
    } else {
        return false;
    }
}

template <bool collecting>
bool Evaluator<collecting>::check_values(const Node& node, const json::Value& value) {
    const auto& rules = *node.values;
    if (rules.exactly && !rules.exactly->equals(value)) {
        report(node, "const", [&] { return fmt::format("must be {}", json::printable(rules.exactly->text(), 200)); });
        return false;
    }
    if (!rules.has_enum) return true;
    if (value.is_string()) {
        if (rules.strings.find(json::string_of(value)) != NameTable::none) return true;
    } else {
        if (!budget_.spend(rules.others.size())) return false;
        for (const auto index : rules.others)
            if (rules.one_of[index].equals(value)) return true;
    }
    report(node, "enum", [&] { return enum_message(rules); });
    return false;
}

template <bool collecting>
bool Evaluator<collecting>::check_number(const Node& node, const json::Value& value) {
    const auto& rules = *node.number;
    if (std::int64_t whole = 0; !rules.has_other_bounds && !rules.multiple_of && !value.get(whole)) {
        if (whole >= rules.least && whole <= rules.greatest) return true;
        if constexpr (!collecting) return false;
    }
    const Number number{value};
    bool valid = true;
    const auto broken = [&](const char* keyword, std::string_view relation, const Number& bound) {
        valid = false;
        return report(node, keyword,
                      [&] { return fmt::format("{} must be {} {}", number.to_string(), relation, bound.to_string()); });
    };
    if (rules.minimum && number < *rules.minimum && !broken("minimum", "at least", *rules.minimum)) return false;
    if (rules.maximum && number > *rules.maximum && !broken("maximum", "at most", *rules.maximum)) return false;
    if (rules.exclusive_minimum && number <= *rules.exclusive_minimum &&
        !broken("exclusiveMinimum", "above", *rules.exclusive_minimum))
        return false;
    if (rules.exclusive_maximum && number >= *rules.exclusive_maximum &&
        !broken("exclusiveMaximum", "below", *rules.exclusive_maximum))
        return false;
    if (rules.multiple_of && !rules.divisor.divides(number)) broken("multipleOf", "a multiple of", *rules.multiple_of);
    return valid;
}

template <bool collecting>
bool Evaluator<collecting>::check_string(const Node& node, std::string_view text) {
    const auto& rules = *node.string;
    bool valid = true;
    const auto broken = [&](const char* keyword, auto&& message) {
        valid = false;
        return report(node, keyword, message);
    };
    if (has_fewer_points(text, rules.min_length) && !broken("minLength", [&] {
            return fmt::format("{} characters, at least {} are needed", count_points(text), rules.min_length);
        }))
        return false;
    if (has_more_points(text, rules.max_length) && !broken("maxLength", [&] {
            return fmt::format("{} characters, at most {} are allowed", count_points(text), rules.max_length);
        }))
        return false;
    if (rules.format != nullptr && !rules.format->matches(text) &&
        !broken("format", [&] { return fmt::format("\"{}\" is not a {}", json::printable(text), rules.format->name); }))
        return false;
    if (rules.pattern == nullptr) return valid;
    if (!budget_.spend(rules.pattern->cost(text.size()))) return false;
    if (!rules.pattern->matches(text))
        broken("pattern", [&] {
            return fmt::format("\"{}\" does not match \"{}\"", json::printable(text),
                               json::printable(rules.pattern->text(), 200));
        });
    return valid;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
