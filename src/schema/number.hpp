#pragma once

#include "json/document.hpp"

#include <compare>
#include <cstdint>
#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// A magnitude: digits times ten to the exponent; the digits do not end in 0.
struct Decimal {
    std::uint64_t digits = 0;
    int exponent = 0;
};

/// A JSON number as the parser gives it: compared by value, exactly, across its three forms.
class Number {
public:
    enum class Form : std::uint8_t { signed_integer, unsigned_integer, floating };

    Number() = default;
    explicit Number(std::int64_t value) noexcept : signed_{value}, form_{Form::signed_integer} {}
    explicit Number(std::uint64_t value) noexcept : unsigned_{value}, form_{Form::unsigned_integer} {}
    explicit Number(double value) noexcept : floating_{value}, form_{Form::floating} {}
    /// `value` must be a number.
    explicit Number(const json::Value& value) noexcept;

    /// A mathematical integer: 1, 1.0 and 1e3 are.
    [[nodiscard]] bool is_integer() const noexcept;
    [[nodiscard]] Form form() const noexcept { return form_; }
    [[nodiscard]] double as_double() const noexcept;
    /// Of the shortest decimal that reads back as the number; the sign is dropped.
    [[nodiscard]] Decimal magnitude() const noexcept;
    /// As JSON writes it.
    [[nodiscard]] std::string to_string() const;
    /// Equal numbers have equal hashes.
    [[nodiscard]] std::uint64_t hash() const noexcept;

    friend std::strong_ordering operator<=>(const Number& a, const Number& b) noexcept;
    friend bool operator==(const Number& a, const Number& b) noexcept { return (a <=> b) == 0; }

private:
    union {
        std::int64_t signed_ = 0;
        std::uint64_t unsigned_;
        double floating_;
    };
    Form form_ = Form::signed_integer;
};

/// A positive divisor, prepared; decimal, so that 0.07 is a multiple of 0.01. A floating-point number counts as the
/// shortest decimal that reads back as it.
class Divisor {
public:
    Divisor() = default;
    explicit Divisor(const Number& number) noexcept;
    [[nodiscard]] bool divides(const Number& number) const noexcept;

private:
    Decimal divisor_{1, 0};
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
