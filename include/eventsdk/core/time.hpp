#pragma once

#include <eventsdk/core/clock.hpp>
#include <eventsdk/core/result.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// A parsed RFC 3339 date-time.
struct DateTime {
    Timestamp utc{};                  ///< fraction truncated to microseconds; a leap second is the next second
    std::int32_t nanoseconds = 0;     ///< fraction of the second, truncated to 0…999,999,999
    std::int16_t offset_minutes = 0;  ///< as written, -1439…1439
    bool leap_second = false;         ///< the text said :60 (valid only where UTC can have one, section 5.7)
};

/// Parses a strict RFC 3339 `date-time` (full date, `T` or `t`, seconds, optional fraction of any length,
/// `Z`, `z` or ±hh:mm). Linear time, no allocation on success.
/// @return `invalid_argument` "time.rfc3339" naming what is wrong.
/// **Source**: RFC 3339 section 5.6 and 5.7.
[[nodiscard]] EVENTSDK_API Result<DateTime> parse_date_time(std::string_view text);

/// True when `text` is a strict RFC 3339 date-time; never allocates.
[[nodiscard]] EVENTSDK_API bool is_date_time(std::string_view text) noexcept;

/// Writes "YYYY-MM-DDTHH:MM:SS.sssZ" (24 bytes, no terminator), milliseconds truncated.
/// Years outside 0000…9999 are clamped to that range.
EVENTSDK_API void format_timestamp(Timestamp time, std::span<char, 24> out) noexcept;
[[nodiscard]] EVENTSDK_API std::string format_timestamp(Timestamp time);

EVENTSDK_END_NAMESPACE
