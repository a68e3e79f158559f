#include "core/rfc3339.hpp"

#include "core/words.hpp"

#include <algorithm>
#include <array>
#include <cstring>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using namespace std::chrono;

constexpr std::size_t seconds_end = 19;  // length of "YYYY-MM-DDTHH:MM:SS"

/// The text of 0 to 99.
constexpr auto two_digits = [] {
    std::array<std::array<char, 2>, 100> texts{};
    for (std::size_t i = 0; i < texts.size(); ++i)
        texts[i] = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
    return texts;
}();

/// True when every byte of the word is in 0 to 9.
bool are_digits(words::Word word) noexcept {
    return ((word | (word + words::each_byte * (0x80 - 10))) & words::high_bits) == 0;
}

/// The number of the two digits at a place.
int pair(words::Word digits_of, unsigned at) noexcept {
    return static_cast<int>(words::byte(digits_of, at) * 10 + words::byte(digits_of, at + 1));
}

bool is_leap(int year) noexcept { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in_month(int year, int month) noexcept {
    constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[static_cast<std::size_t>(month - 1)];
}

sys_days day_of(int year_number, int month_number, int day_number) noexcept {
    return year_month_day{year{year_number}, month{static_cast<unsigned>(month_number)},
                          day{static_cast<unsigned>(day_number)}};
}

/// "+hh:mm" at the end of a text, in minutes; negative when it is none in range. The sign is not looked at.
int offset_at_end(std::string_view text) noexcept {
    const words::Word last =
        (words::load(text.data() + text.size() - 8) ^ 0x30303a3030000000U) & ~words::Word{0xffffffU};
    if (!are_digits(last) || words::byte(last, 5) != 0) return -1;
    const int hours = pair(last, 3);
    const int minutes = pair(last, 6);
    return hours > 23 || minutes > 59 ? -2 : hours * 60 + minutes;
}

/// Reads "[.fraction]offset".
const char* read_tail(std::string_view text, DateTime& out) noexcept {
    std::size_t at = seconds_end;
    if (text.size() == seconds_end + 5) {
        // As most are written: ":ss.mmmZ".
        const words::Word last = words::load(text.data() + 16) ^ 0x5a3030302e30303aU;
        if (are_digits(last) && words::byte(last, 3) == 0 && words::byte(last, 7) == 0) {
            out.nanoseconds = (pair(last, 4) * 10 + static_cast<int>(words::byte(last, 6))) * 1'000'000;
            out.offset_minutes = 0;
            return nullptr;
        }
    }
    out.nanoseconds = 0;
    if (text[at] == '.') {
        const std::size_t first = ++at;
        std::int32_t unit = 100'000'000;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
            out.nanoseconds += (text[at] - '0') * unit;
        }
        if (at == first) return "the fraction has no digits";
    }
    const std::size_t left = text.size() - at;
    if (left == 0) return "the offset is missing";
    if (left == 1 && (text[at] | 0x20) == 'z') {
        out.offset_minutes = 0;
        return nullptr;
    }
    const int total = left == 6 && (text[at] == '+' || text[at] == '-') ? offset_at_end(text) : -1;
    if (total < 0) return total == -1 ? "the offset is neither Z nor \xc2\xb1hh:mm" : "the offset is out of range";
    out.offset_minutes = static_cast<std::int16_t>(text[at] == '-' ? -total : total);
    return nullptr;
}

/// Section 5.7: a leap second is the last second of a UTC month.
bool can_be_leap_second(sys_seconds minute_start) noexcept {
    const sys_days date = floor<days>(minute_start);
    return minute_start - date == hours{23} + minutes{59} && year_month_day{date + days{1}}.day() == day{1};
}

/// What a text says, before it is a time.
struct Parts {
    int year_number, month_number, day_number, hour, minute, second;

    [[nodiscard]] sys_seconds minute_start(int offset_minutes) const noexcept {
        return day_of(year_number, month_number, day_number) + hours{hour} + minutes{minute} - minutes{offset_minutes};
    }
};

/// Reads everything but `utc` of a date-time.
const char* read_parts(std::string_view text, Parts& parts, DateTime& out) noexcept {
    if (text.size() < seconds_end + 1) return "it is too short for YYYY-MM-DDTHH:MM:SSZ";
    // "YYYY-MM-", "DD" and "HH:MM:SS"; what is no digit becomes 0 when it is a separator, and too large else.
    const words::Word date = words::load(text.data()) ^ 0x2d30302d30303030U;
    const words::Word time = words::load(text.data() + 11) ^ 0x30303a30303a3030U;
    const words::Word day_digits = (words::load(text.data() + 8) ^ 0x3030U) & 0xffffU;
    if (words::byte(date, 4) != 0 || words::byte(date, 7) != 0 || (text[10] | 0x20) != 't' ||
        words::byte(time, 2) != 0 || words::byte(time, 5) != 0) {
        return "it does not have the form YYYY-MM-DDTHH:MM:SS";
    }
    if (!are_digits(date) || !are_digits(time) || !are_digits(day_digits)) return "a digit is missing";
    parts = {pair(date, 0) * 100 + pair(date, 2),
             pair(date, 5),
             pair(day_digits, 0),
             pair(time, 0),
             pair(time, 3),
             pair(time, 6)};
    if (parts.month_number < 1 || parts.month_number > 12) return "there is no such month";
    if (parts.day_number < 1 ||
        (parts.day_number > 28 && parts.day_number > days_in_month(parts.year_number, parts.month_number)))
        return "there is no such day";
    if (parts.hour > 23 || parts.minute > 59 || parts.second > 60) return "there is no such time of day";
    if (const char* wrong = read_tail(text, out)) return wrong;
    out.leap_second = parts.second == 60;
    if (out.leap_second && !can_be_leap_second(parts.minute_start(out.offset_minutes)))
        return "there can be no leap second";
    return nullptr;
}

}  // namespace

const char* rfc3339::read(std::string_view text, DateTime& out) noexcept {
    Parts parts{};
    if (const char* wrong = read_parts(text, parts, out)) return wrong;
    out.utc = parts.minute_start(out.offset_minutes) + seconds{parts.second} + microseconds{out.nanoseconds / 1000};
    return nullptr;
}

Result<DateTime> parse_date_time(std::string_view text) {
    DateTime parsed;
    const char* wrong = rfc3339::read(text, parsed);
    if (wrong == nullptr) return parsed;
    Error error{.kind = ErrorKind::invalid_argument, .code = "time.rfc3339"};
    error.message.append("\"").append(text.substr(0, 64)).append("\" is not an RFC 3339 date-time: ").append(wrong);
    error.hint = "write it like 2026-11-20T12:00:00.123Z";
    return error;
}

bool is_date_time(std::string_view text) noexcept {
    Parts parts{};
    DateTime parsed;
    return read_parts(text, parts, parsed) == nullptr;
}

void format_timestamp(Timestamp time, std::span<char, 24> out) noexcept {
    constexpr auto least = sys_days{year{0} / January / 1};
    constexpr auto most = sys_days{year{10000} / January / 1} - milliseconds{1};
    const auto instant = std::clamp<sys_time<milliseconds>>(floor<milliseconds>(time), least, most);
    const sys_days date = floor<days>(instant);
    const year_month_day calendar{date};
    auto rest = static_cast<unsigned>((instant - date).count());
    const auto put = [&out](std::size_t at, unsigned value) { std::memcpy(&out[at], two_digits[value].data(), 2); };
    constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
    std::copy(shape.begin(), shape.end(), out.begin());
    const auto year_number = static_cast<unsigned>(static_cast<int>(calendar.year()));
    put(0, year_number / 100);
    put(2, year_number % 100);
    put(5, static_cast<unsigned>(calendar.month()));
    put(8, static_cast<unsigned>(calendar.day()));
    put(21, rest % 100);
    out[20] = static_cast<char>('0' + rest / 100 % 10);
    rest /= 1000;
    put(17, rest % 60);
    put(14, rest / 60 % 60);
    put(11, rest / 3600);
}

std::string format_timestamp(Timestamp time) {
    std::string text(24, '\0');
    format_timestamp(time, std::span<char, 24>{text.data(), 24});
    return text;
}

EVENTSDK_END_NAMESPACE
