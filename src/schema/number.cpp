#include "schema/number.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr double two_to_63 = 9223372036854775808.0;
constexpr double two_to_64 = 18446744073709551616.0;

std::strong_ordering reversed(std::strong_ordering order) noexcept { return 0 <=> order; }

// The integer part is compared as an integer, so that no digit is lost.
template <class Integer>
std::strong_ordering compare(Integer a, double b) noexcept {
    constexpr Integer exact = Integer{1} << 53;  // up to here a double holds every integer
    if (a <= exact && (std::is_unsigned_v<Integer> || a >= Integer{} - exact)) {
        const auto number = static_cast<double>(a);
        return number < b   ? std::strong_ordering::less
               : number > b ? std::strong_ordering::greater
                            : std::strong_ordering::equal;
    }
    constexpr double below = std::is_signed_v<Integer> ? -two_to_63 : 0.0;
    constexpr double above = std::is_signed_v<Integer> ? two_to_63 : two_to_64;
    if (b >= above) return std::strong_ordering::less;
    if (b < below) return std::strong_ordering::greater;
    const double whole = std::floor(b);
    if (const auto order = a <=> static_cast<Integer>(whole); order != 0) return order;
    return whole < b ? std::strong_ordering::less : std::strong_ordering::equal;
}

std::strong_ordering compare(std::int64_t a, std::uint64_t b) noexcept {
    return a < 0 ? std::strong_ordering::less : static_cast<std::uint64_t>(a) <=> b;
}

Decimal without_zeros(Decimal value) noexcept {
    for (; value.digits != 0 && value.digits % 10 == 0; ++value.exponent) value.digits /= 10;
    return value;
}

// At most 17 digits in scientific notation, which fit 64 bits.
Decimal decimal_of(double value) noexcept {
    std::array<char, 40> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), std::fabs(value), std::chars_format::scientific).ptr;
    Decimal result{0, 0};
    const char* at = text.data();
    bool fraction = false;
    for (; at != end && *at != 'e'; ++at) {
        if (*at == '.') {
            fraction = true;
        } else {
            result.digits = result.digits * 10 + static_cast<std::uint64_t>(*at - '0');
            result.exponent -= fraction;
        }
    }
    int exponent = 0;
    if (at != end) std::from_chars(at + (at[1] == '+' ? 2 : 1), end, exponent);
    result.exponent += exponent;
    return without_zeros(result);
}

// digits * 10^power mod divisor
std::uint64_t scaled_remainder(std::uint64_t digits, int power, std::uint64_t divisor) noexcept {
    Wide result = digits % divisor;
    Wide base = 10 % divisor;
    for (auto left = static_cast<unsigned>(power); left != 0; left >>= 1U) {
        if (left & 1U) result = result * base % divisor;
        base = base * base % divisor;
    }
    return static_cast<std::uint64_t>(result);
}

}  // namespace

Number::Number(const json::Value& value) noexcept {
    switch (value.type()) {
        case simdjson::dom::element_type::INT64: *this = Number{value.get_int64().value_unsafe()}; break;
        case simdjson::dom::element_type::UINT64: *this = Number{value.get_uint64().value_unsafe()}; break;
        default: *this = Number{value.get_double().value_unsafe()}; break;
    }
}

bool Number::is_integer() const noexcept { return form_ != Form::floating || std::trunc(floating_) == floating_; }

double Number::as_double() const noexcept {
    switch (form_) {
        case Form::signed_integer: return static_cast<double>(signed_);
        case Form::unsigned_integer: return static_cast<double>(unsigned_);
        case Form::floating: break;
    }
    return floating_;
}

Decimal Number::magnitude() const noexcept {
    if (form_ == Form::floating) return decimal_of(floating_);
    if (form_ == Form::unsigned_integer) return without_zeros({unsigned_, 0});
    const auto bits = static_cast<std::uint64_t>(signed_);
    return without_zeros({signed_ < 0 ? ~bits + 1 : bits, 0});
}

std::string Number::to_string() const {
    if (form_ == Form::signed_integer) return std::to_string(signed_);
    if (form_ == Form::unsigned_integer) return std::to_string(unsigned_);
    std::array<char, 40> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), floating_).ptr};
}

std::uint64_t Number::hash() const noexcept {
    std::uint64_t bits = unsigned_;
    if (form_ == Form::floating) {
        if (is_integer() && floating_ >= 0 && floating_ < two_to_64) bits = static_cast<std::uint64_t>(floating_);
        else if (is_integer() && floating_ < 0 && floating_ >= -two_to_63)
            bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(floating_));
        else bits = std::bit_cast<std::uint64_t>(floating_);
    }
    bits *= 0x9e3779b97f4a7c15ULL;
    return bits ^ (bits >> 31);
}

std::strong_ordering operator<=>(const Number& a, const Number& b) noexcept {
    using Form = Number::Form;
    if (a.form_ == Form::signed_integer && b.form_ == Form::signed_integer) return a.signed_ <=> b.signed_;
    if (a.form_ == Form::floating && b.form_ == Form::floating)
        return a.floating_ < b.floating_   ? std::strong_ordering::less
               : a.floating_ > b.floating_ ? std::strong_ordering::greater
                                           : std::strong_ordering::equal;
    if (a.form_ == Form::floating) return reversed(b <=> a);
    if (b.form_ == Form::floating)
        return a.form_ == Form::signed_integer ? compare(a.signed_, b.floating_) : compare(a.unsigned_, b.floating_);
    if (a.form_ == b.form_)
        return a.form_ == Form::signed_integer ? a.signed_ <=> b.signed_ : a.unsigned_ <=> b.unsigned_;
    return a.form_ == Form::signed_integer ? compare(a.signed_, b.unsigned_)
                                           : reversed(compare(b.signed_, a.unsigned_));
}

Divisor::Divisor(const Number& number) noexcept : divisor_{number.magnitude()} {}

bool Divisor::divides(const Number& number) const noexcept {
    const auto value = number.magnitude();
    if (value.digits == 0) return true;
    const int power = value.exponent - divisor_.exponent;
    // Digits without a final zero are no multiple of ten.
    return power >= 0 && scaled_remainder(value.digits, power, divisor_.digits) == 0;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
