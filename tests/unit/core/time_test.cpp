#include <eventsdk/core/time.hpp>

#include <support/catch.hpp>
#include <support/vectors.hpp>

using namespace eventsdk;
using namespace std::chrono_literals;

TEST_CASE("every timestamp of the vectors is read or refused as they say", "[core][unit]") {
    const auto vectors = support::load_vectors("timestamps.json");
    REQUIRE(vectors["cases"].size() > 30);
    for (const auto& each : vectors["cases"]) {
        const auto text = each["text"].get<std::string>();
        INFO(text);
        const auto parsed = parse_date_time(text);
        CHECK(is_date_time(text) == each["valid"].get<bool>());
        REQUIRE(parsed.has_value() == each["valid"].get<bool>());
        if (!parsed) {
            CHECK(parsed.error().kind == ErrorKind::invalid_argument);
            CHECK(parsed.error().code == "time.rfc3339");
            continue;
        }
        const auto seconds = std::chrono::floor<std::chrono::seconds>(parsed->utc).time_since_epoch();
        CHECK(seconds.count() == each["epoch_seconds"].get<std::int64_t>());
        CHECK(parsed->nanoseconds == each["fraction_ns_truncated"].get<int>());
        CHECK((parsed->utc.time_since_epoch() - seconds).count() == parsed->nanoseconds / 1000);
        CHECK(parsed->offset_minutes == each["offset_minutes"].get<int>());
        CHECK(parsed->leap_second == each.value("leap_second", false));
        if (each.contains("canonical_utc_ms")) {
            CHECK(format_timestamp(parsed->utc) == each["canonical_utc_ms"].get<std::string>());
        }
    }
}

TEST_CASE("a leap second is taken at the end of a UTC month only", "[core][unit]") {
    CHECK(is_date_time("2016-12-31T23:59:60Z"));
    CHECK(is_date_time("2015-07-01T01:59:60.5+02:00"));
    CHECK_FALSE(is_date_time("2016-12-30T23:59:60Z"));
    CHECK_FALSE(is_date_time("2016-12-31T23:58:60Z"));
    CHECK_FALSE(is_date_time("2016-12-31T23:59:60+01:00"));
    CHECK_FALSE(is_date_time("2016-12-31T23:59:61Z"));
}

TEST_CASE("a fraction of any length is read in linear time and truncated", "[core][unit]") {
    const std::string text = "2026-11-20T12:00:00." + std::string(1'000'000, '9') + "Z";
    const auto parsed = parse_date_time(text);
    REQUIRE(parsed);
    CHECK(parsed->nanoseconds == 999'999'999);
    CHECK(format_timestamp(parsed->utc) == "2026-11-20T12:00:00.999Z");
    CHECK_FALSE(is_date_time("2026-11-20T12:00:00.Z"));
}

TEST_CASE("texts around the shortest date-time are refused", "[core][unit]") {
    const std::string whole = "2026-11-20T12:00:00Z";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        INFO(length);
        CHECK_FALSE(is_date_time(std::string_view{whole}.substr(0, length)));
    }
    for (const char* text :
         {"2026-11-20 12:00:00Z", "2026-11-20T12:00:00ZZ", "2026-11-20T12:00:00+0100", "2026-11-20T12:00:00+01:60",
          "2026-11-20T24:00:00Z", "2026-13-20T12:00:00Z", "2026-11-00T12:00:00Z", "2026-11-2\xef:12:00:00Z"}) {
        INFO(text);
        CHECK_FALSE(is_date_time(text));
    }
}

TEST_CASE("an offset is Z or a sign, two digits, a colon and two digits, at most 23:59", "[core][unit]") {
    for (const char* good : {"Z", "z", "+00:00", "-00:00", "+23:59", "-23:59", ".5+01:30", ".123456789123-12:45"}) {
        INFO(good);
        CHECK(is_date_time(std::string{"2026-11-20T12:00:00"} + good));
    }
    CHECK(parse_date_time("2026-11-20T12:00:00.001-12:45")->offset_minutes == -(12 * 60 + 45));
    CHECK(parse_date_time("2026-11-20T12:00:00+23:59")->offset_minutes == 23 * 60 + 59);
    for (const char* bad : {"", "Y", "+24:00", "+23:60", "+1a:00", "+01:0a", "+0100", "*01:00", "+01-00", "+:1:00",
                            "+01:000", ".+01:00", "+-1:00", "Z+01:00"}) {
        INFO(bad);
        CHECK_FALSE(is_date_time(std::string{"2026-11-20T12:00:00"} + bad));
        CHECK_FALSE(parse_date_time(std::string{"2026-11-20T12:00:00"} + bad));
    }
}

TEST_CASE("an error about a time names the text and how to write it", "[core][unit]") {
    const auto parsed = parse_date_time("2025-04-31T00:00:00Z");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.find("2025-04-31T00:00:00Z") != std::string::npos);
    CHECK(parsed.error().message.find("no such day") != std::string::npos);
    CHECK_FALSE(parsed.error().hint.empty());
}

TEST_CASE("times are written in UTC with milliseconds and survive the way back", "[core][unit]") {
    for (const std::int64_t ms : {0LL, 1LL, -1LL, 951782400000LL, 1761912000123LL, 253402300799999LL, -62167219200000LL,
                                  4107542399999LL, 1582934399999LL}) {
        const Timestamp time{std::chrono::milliseconds{ms}};
        INFO(format_timestamp(time));
        CHECK(parse_date_time(format_timestamp(time)).value().utc == time);
    }
    CHECK(format_timestamp(Timestamp{-1us}) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("times beyond four-digit years are clamped when written", "[core][unit]") {
    CHECK(format_timestamp(Timestamp::max()) == "9999-12-31T23:59:59.999Z");
    CHECK(format_timestamp(Timestamp::min()) == "0000-01-01T00:00:00.000Z");
}
