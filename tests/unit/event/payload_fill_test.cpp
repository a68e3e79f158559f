#include <support/catch.hpp>
#include <support/everything.hpp>
#include <support/payloads.hpp>

#include <cmath>

using namespace eventsdk;
using namespace support;

namespace {

template <class M>
struct Just {
    M value{};
};

template <class M>
Error error_of(std::string_view text) {
    Just<M> just;
    auto filled = fill(just, text);
    REQUIRE_FALSE(filled);
    CHECK(filled.error().kind == ErrorKind::permanent);
    return filled.error();
}

template <class M>
M value_of(std::string_view text) {
    return filled<Just<M>>(text).value;
}

}  // namespace

template <class M>
struct eventsdk::EventTraits<Just<M>> {
    static constexpr auto fields = std::tuple{field("value", &Just<M>::value)};
};

TEST_CASE("a list that is filled again holds what came, whether it was longer or shorter before", "[event][unit]") {
    std::vector<support::Place> places;
    for (const auto* text : {R"([{"lat":1,"lon":2,"name":"a"},{"lat":3,"lon":4,"name":"b"}])",
                             R"([{"lat":5,"lon":6},{"lat":7,"lon":8},{"lat":9,"lon":10,"name":"c"}])",
                             R"([{"lat":1,"lon":1}])", "[]", R"([{"lat":2,"lon":2,"name":"d"}])"}) {
        support::fill(places, text).value();
        CHECK(places == support::filled<std::vector<support::Place>>(text));
    }
}

TEST_CASE("integers are read exactly up to their type's bounds and refused beyond", "[event][unit]") {
    CHECK(value_of<std::int64_t>(R"({"value":-9223372036854775808})") == std::numeric_limits<std::int64_t>::min());
    CHECK(value_of<std::uint64_t>(R"({"value":18446744073709551615})") == std::numeric_limits<std::uint64_t>::max());
    CHECK(value_of<std::int8_t>(R"({"value":-128})") == -128);
    CHECK(value_of<int>(R"({"value":3.0})") == 3);
    CHECK(error_of<std::int8_t>(R"({"value":-129})").code == "event.out_of_range");
    CHECK(error_of<std::uint8_t>(R"({"value":256})").code == "event.out_of_range");
    CHECK(error_of<std::uint8_t>(R"({"value":-1})").code == "event.out_of_range");
    CHECK(error_of<std::uint64_t>(R"({"value":-1})").code == "event.out_of_range");
    CHECK(error_of<std::uint64_t>(R"({"value":-1.0})").code == "event.out_of_range");
    CHECK(error_of<std::int64_t>(R"({"value":9223372036854775808})").code == "event.out_of_range");
    CHECK(error_of<int>(R"({"value":4294967297})").code == "event.out_of_range");
    CHECK(error_of<int>(R"({"value":1e300})").code == "event.out_of_range");
    CHECK(error_of<int>(R"({"value":1.5})").code == "event.wrong_type");
    const Error error = error_of<int>(R"({"value":4294967297})");
    CHECK(error.message == "\"/value\" is 4294967297, beyond -2147483648 to 2147483647");
    CHECK(error.pointer == "/value");
}

TEST_CASE("a member of another JSON type is refused, numbers as text included", "[event][unit]") {
    CHECK(error_of<int>(R"({"value":"1"})").code == "event.wrong_type");
    CHECK(error_of<int>(R"({"value":true})").code == "event.wrong_type");
    CHECK(error_of<int>(R"({"value":null})").code == "event.wrong_type");
    CHECK(error_of<double>(R"({"value":"1"})").code == "event.wrong_type");
    CHECK(error_of<bool>(R"({"value":1})").code == "event.wrong_type");
    CHECK(error_of<std::string>(R"({"value":1})").code == "event.wrong_type");
    CHECK(error_of<Verdict>(R"({"value":1})").code == "event.wrong_type");
    CHECK(error_of<Timestamp>(R"({"value":1})").code == "event.wrong_type");
    CHECK(error_of<Uuid>(R"({"value":1})").code == "event.wrong_type");
    CHECK(error_of<std::vector<int>>(R"({"value":{}})").code == "event.wrong_type");
    CHECK(error_of<std::map<std::string, int>>(R"({"value":[]})").code == "event.wrong_type");
    CHECK(error_of<Place>(R"({"value":[]})").code == "event.wrong_type");
    CHECK(error_of<std::string>(R"([])").pointer.empty());
    CHECK(error_of<std::string>(R"({"value":1})").message == "\"/value\" is an integer where a string is described");
}

TEST_CASE("a missing member is an error unless it is optional", "[event][unit]") {
    const Error error = error_of<std::string>("{}");
    CHECK(error.code == "event.missing");
    CHECK(error.pointer == "/value");
    CHECK(value_of<std::optional<int>>("{}") == std::nullopt);
    CHECK(value_of<std::optional<int>>(R"({"value":null})") == std::nullopt);
    CHECK(value_of<std::optional<int>>(R"({"value":4})") == 4);
    CHECK(error_of<Place>(R"({"value":{"lat":1}})").pointer == "/value/lon");
    CHECK(error_of<std::vector<Place>>(R"({"value":[{"lat":1,"lon":2},{"lat":1}]})").pointer == "/value/1/lon");
    CHECK(error_of<std::map<std::string, int>>(R"({"value":{"a/b":"x"}})").pointer == "/value/a~1b");
}

TEST_CASE("members that are not described are passed over, in any order", "[event][unit]") {
    const auto place = filled<Place>(R"({"new":{"x":[1]},"lon":2,"name":"p","more":null,"lat":1})");
    CHECK(place == Place{.latitude = 1, .longitude = 2, .name = "p"});
}

TEST_CASE("an object filled again holds nothing of the event before", "[event][unit]") {
    Everything all;
    all.maybe = 5;
    all.list = {"old"};
    all.counts = {{"old", 1}};
    all.places.resize(3);
    all.anything = "old";
    all.place.name = "old";
    Everything blank;
    REQUIRE(fill(all, encoded(blank)));
    CHECK(all == blank);
}

TEST_CASE("times of any offset and precision are read; others are refused", "[event][unit]") {
    CHECK(value_of<Timestamp>(R"({"value":"2026-11-20T13:00:00.123456789+01:00"})") ==
          Timestamp{std::chrono::microseconds{1'795'176'000'123'456}});
    CHECK(value_of<std::chrono::sys_seconds>(R"({"value":"1969-12-31T23:59:59.9Z"})") ==
          std::chrono::sys_seconds{std::chrono::seconds{-1}});
    CHECK(error_of<Timestamp>(R"({"value":"2026-11-20"})").code == "event.time");
    using Nanoseconds = std::chrono::sys_time<std::chrono::nanoseconds>;
    CHECK(error_of<Nanoseconds>(R"({"value":"2400-01-01T00:00:00Z"})").code == "event.out_of_range");
}

TEST_CASE("names of enumerations and UUIDs are checked", "[event][unit]") {
    CHECK(value_of<Verdict>(R"({"value":"wrong"})") == Verdict::wrong);
    const Error error = error_of<Verdict>(R"({"value":"Wrong"})");
    CHECK(error.code == "event.unknown_name");
    CHECK(error.message == "\"/value\" is \"Wrong\", none of: correct, wrong");
    CHECK(value_of<Uuid>(R"({"value":"017F22E2-79B0-7CC3-98C4-DC0C0C07398F"})").version() == 7);
    CHECK(error_of<Uuid>(R"({"value":"017F22E2"})").code == "event.uuid");
}

TEST_CASE("floats beyond their range are refused, precision may be lost", "[event][unit]") {
    CHECK(value_of<float>(R"({"value":0.1})") == 0.1F);
    CHECK(value_of<double>(R"({"value":3})") == 3.0);
    CHECK(error_of<float>(R"({"value":1e39})").code == "event.out_of_range");
}

TEST_CASE("dynamic and foreign members come through nlohmann", "[event][unit]") {
    CHECK(value_of<nlohmann::json>(R"({"value":{"a":[1,-1,1.5,"x",null,18446744073709551615]}})") ==
          nlohmann::json::parse(R"({"a":[1,-1,1.5,"x",null,18446744073709551615]})"));
    CHECK(value_of<Money>(R"({"value":{"cents":7,"currency":"EUR"}})") == Money{.cents = 7, .currency = "EUR"});
    const Error error = error_of<Money>(R"({"value":{"cents":7}})");
    CHECK(error.code == "event.foreign");
    CHECK(error.pointer == "/value");
}

TEST_CASE("a list within an optional is filled afresh", "[event][unit]") {
    Just<std::optional<std::vector<int>>> just{.value = std::vector<int>{1, 2}};
    REQUIRE(fill(just, R"({"value":[3]})"));
    CHECK(just.value == std::vector<int>{3});
}
