#include "core/rfc3339.hpp"

#include "core/words.hpp"

#include <algorithm>
#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using namespace std::chrono;

constexpr std::size_t seconds_end = 19;  // length of "YYYY-MM-DDTHH:MM:SS"

/// The digits at `at`, or a negative number when one of them is none.
template <std::size_t count>
int digits(const char* at) noexcept {
    int value = 0;
    unsigned bad = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const unsigned digit = static_cast<unsigned char>(at[i]) - unsigned{'0'};
        bad |= static_cast<unsigned>(digit > 9);
        value = value * 10 + static_cast<int>(digit);
    }
    return bad != 0 ? -1 : value;
}

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
    const std::string_view offset = text.substr(at);
    if (offset.empty()) return "the offset is missing";
    if (offset == "Z" || offset == "z") {
        out.offset_minutes = 0;
        return nullptr;
    }
    if (offset.size() != 6 || (offset[0] != '+' && offset[0] != '-') || offset[3] != ':') {
        return "the offset is neither Z nor \xc2\xb1hh:mm";
    }
    const int hours = digits<2>(offset.data() + 1);
    const int minutes = digits<2>(offset.data() + 4);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return "the offset is out of range";
    const int total = hours * 60 + minutes;
    out.offset_minutes = static_cast<std::int16_t>(offset[0] == '-' ? -total : total);
    return nullptr;
}

/// Section 5.7: a leap second is the last second of a UTC month.
bool can_be_leap_second(sys_seconds minute_start) noexcept {
    const sys_days date = floor<days>(minute_start);
    return minute_start - date == hours{23} + minutes{59} && year_month_day{date + days{1}}.day() == day{1};
}

}  // namespace

const char* rfc3339::read(std::string_view text, DateTime& out) noexcept {
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
    const int year_number = pair(date, 0) * 100 + pair(date, 2);
    const int month_number = pair(date, 5);
    const int day_number = pair(day_digits, 0);
    const int hour = pair(time, 0);
    const int minute = pair(time, 3);
    const int second = pair(time, 6);
    if (month_number < 1 || month_number > 12) return "there is no such month";
    if (day_number < 1 || day_number > days_in_month(year_number, month_number)) return "there is no such day";
    if (hour > 23 || minute > 59 || second > 60) return "there is no such time of day";
    if (const char* wrong = read_tail(text, out)) return wrong;

    const sys_seconds minute_start =
        day_of(year_number, month_number, day_number) + hours{hour} + minutes{minute} - minutes{out.offset_minutes};
    out.leap_second = second == 60;
    if (out.leap_second && !can_be_leap_second(minute_start)) return "there can be no leap second";
    out.utc = minute_start + seconds{second} + microseconds{out.nanoseconds / 1000};
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
    DateTime parsed;
    return rfc3339::read(text, parsed) == nullptr;
}

void format_timestamp(Timestamp time, std::span<char, 24> out) noexcept {
    constexpr auto least = sys_days{year{0} / January / 1};
    constexpr auto most = sys_days{year{10000} / January / 1} - milliseconds{1};
    const auto instant = std::clamp<sys_time<milliseconds>>(floor<milliseconds>(time), least, most);
    const sys_days date = floor<days>(instant);
    const year_month_day calendar{date};
    auto rest = static_cast<unsigned>((instant - date).count());
    const auto put = [&out](std::size_t at, std::size_t count, unsigned value) {
        for (std::size_t i = count; i-- > 0; value /= 10) out[at + i] = static_cast<char>('0' + value % 10);
    };
    constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
    std::copy(shape.begin(), shape.end(), out.begin());
    put(0, 4, static_cast<unsigned>(static_cast<int>(calendar.year())));
    put(5, 2, static_cast<unsigned>(calendar.month()));
    put(8, 2, static_cast<unsigned>(calendar.day()));
    put(20, 3, rest % 1000);
    rest /= 1000;
    put(17, 2, rest % 60);
    put(14, 2, rest / 60 % 60);
    put(11, 2, rest / 3600);
}

std::string format_timestamp(Timestamp time) {
    std::string text(24, '\0');
    format_timestamp(time, std::span<char, 24>{text.data(), 24});
    return text;
}

EVENTSDK_END_NAMESPACE
