#pragma once

#include "schema/number.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace json {
class Writer;
}
namespace schema_detail {

/// Equality of JSON values: numbers by value, objects without order.
[[nodiscard]] bool equal(const json::Value& a, const json::Value& b);
/// Equal values have equal hashes; keyed by a secret of the process.
[[nodiscard]] std::uint64_t hash(const json::Value& value) noexcept;
/// The first index of an element that equals an earlier one, or npos. Linear.
inline constexpr std::size_t no_index = static_cast<std::size_t>(-1);
[[nodiscard]] std::size_t find_repeated(const simdjson::dom::array& array);

/// A value of a schema (`const`, `enum`), kept after the schema's document is gone.
class Constant {
public:
    explicit Constant(const json::Value& value);
    [[nodiscard]] bool equals(const json::Value& value) const;
    [[nodiscard]] bool is_string() const noexcept { return type_ == simdjson::dom::element_type::STRING; }
    [[nodiscard]] const std::string& string() const noexcept { return string_; }
    /// As compact JSON, members ordered by name.
    [[nodiscard]] std::string text() const;

private:
    bool equals_object(const simdjson::dom::object& object) const;
    void write(json::Writer& out) const;

    simdjson::dom::element_type type_;  // one of the three number types for any number
    bool boolean_ = false;
    Number number_;
    std::string string_;
    std::vector<Constant> elements_;
    std::vector<std::pair<std::string, Constant>> members_;  // ordered by name
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
