#include <support/catch.hpp>
#include <support/everything.hpp>
#include <support/payloads.hpp>

#include "json/tape_writer.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace eventsdk;
using namespace support;

namespace {

template <class M>
struct One {
    M value{};
};

/// The error of encoding a struct whose one member is called "value".
template <class M>
Error error_of(M member) {
    std::string text = "kept";
    const One<M> one{std::move(member)};
    auto encoded = codec::encode_payload(detail::value_type_of<One<M>>, &one, text);
    REQUIRE_FALSE(encoded);
    CHECK(text == "kept");
    CHECK(encoded.error().kind == ErrorKind::permanent);
    return encoded.error();
}

template <class M>
std::string text_of(M member) {
    return encoded(One<M>{std::move(member)});
}

}  // namespace

template <class M>
struct eventsdk::EventTraits<One<M>> {
    static constexpr auto fields = std::tuple{field("value", &One<M>::value)};
};

template <>
struct eventsdk::EnumTraits<Unnamed> {
    static constexpr std::array names{enum_name("here", Unnamed::here)};
};

TEST_CASE("a struct is written in the order of its description, without whitespace", "[event][unit]") {
    Everything all;
    all.flag = true;
    all.i8 = -128;
    all.u8 = 255;
    all.i16 = -32768;
    all.u16 = 65535;
    all.i32 = std::numeric_limits<std::int32_t>::min();
    all.u32 = std::numeric_limits<std::uint32_t>::max();
    all.i64 = std::numeric_limits<std::int64_t>::min();
    all.u64 = std::numeric_limits<std::uint64_t>::max();
    all.real32 = 0.1F;
    all.real64 = 0.1;
    all.text = "Zażółć \"x\"\n";
    all.verdict = Verdict::wrong;
    all.time = Timestamp{std::chrono::milliseconds{1'795'176'000'123}};
    all.seconds = std::chrono::sys_seconds{std::chrono::seconds{0}};
    all.id = *Uuid::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
    all.list = {"a", "b"};
    all.counts = {{"y", 2}, {"x", -1}};
    all.place = {.latitude = 52, .longitude = -0.5, .name = "here"};
    all.places = {{}, {.latitude = 1e300}};
    all.holes = {1, std::nullopt};
    all.anything = nlohmann::json::parse(R"({"b":[1,2.0,null,true],"a":"é"})");
    all.money = {.cents = 5, .currency = "EUR"};
    all.numbers = {3, 1};
    CHECK(encoded(all) ==
          R"({"flag":true,"i8":-128,"u8":255,"i16":-32768,"u16":65535,"i32":-2147483648,"u32":4294967295,)"
          R"("i64":-9223372036854775808,"u64":18446744073709551615,"real32":0.1,"real64":0.1,)"
          R"("text":"Zażółć \"x\"\n","verdict":"wrong","time":"2026-11-20T12:00:00.123Z",)"
          R"("seconds":"1970-01-01T00:00:00.000Z","id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f",)"
          R"("list":["a","b"],"counts":{"x":-1,"y":2},"place":{"lat":52.0,"lon":-0.5,"name":"here"},)"
          R"("places":[{"lat":0.0,"lon":0.0},{"lat":1e+300,"lon":0.0}],"holes":[1,null],)"
          R"("anything":{"a":"é","b":[1,2.0,null,true]},"money":{"cents":5,"currency":"EUR"},"numbers":[1,3]})");
}

TEST_CASE("what is encoded fills an equal object", "[event][unit]") {
    Everything all;
    all.u64 = std::numeric_limits<std::uint64_t>::max();
    all.i64 = std::numeric_limits<std::int64_t>::min();
    all.real32 = std::numeric_limits<float>::denorm_min();
    all.real64 = 0.1 + 0.2;
    all.text = std::string("\0\x01\x1f\x7f", 4) + "\xf0\x9f\x98\x80\\/";
    all.maybe = -1;
    all.places = {{.latitude = -0.0, .longitude = 1.7976931348623157e308, .name = ""}};
    all.counts = {{"", 1}, {"a/b~c", 2}};
    all.anything = {{"deep", {1, {{"x", 1.5}}}}};
    all.money = {.cents = -1, .currency = "PLN"};
    CHECK(filled<Everything>(encoded(all)) == all);
}

TEST_CASE("empty optionals are left out of objects and are null in lists", "[event][unit]") {
    CHECK(text_of(std::optional<std::string>{}) == "{}");
    CHECK(text_of(std::optional<std::string>{""}) == R"({"value":""})");
    CHECK(text_of(std::vector<std::optional<int>>{{}, 2}) == R"({"value":[null,2]})");
    CHECK(text_of(std::map<std::string, std::optional<int>>{{"a", {}}}) == R"({"value":{"a":null}})");
}

TEST_CASE("every double is written so that it reads back the same", "[event][unit]") {
    CHECK(text_of(1.0) == R"({"value":1.0})");
    CHECK(text_of(-0.0) == R"({"value":-0.0})");
    CHECK(text_of(1e22) == R"({"value":1e+22})");
    CHECK(text_of(5e-324) == R"({"value":5e-324})");
    CHECK(text_of(123456789.125) == R"({"value":123456789.125})");
    CHECK(text_of(16777216.0F) == R"({"value":16777216.0})");
}

TEST_CASE("decimals of any size are written as the shortest digits of the standard library", "[event][unit]") {
    std::string wrong;  // the last one
    const auto check = [&wrong](double value) {
        std::array<char, 32> digits{};
        std::string shortest{digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
        if (shortest.find_first_not_of("-0123456789") == std::string::npos) shortest += ".0";
        if (text_of(value) != R"({"value":)" + shortest + "}") wrong = shortest + " is written as " + text_of(value);
    };
    for (std::int64_t thousandths = 1; thousandths < 110'000'000; thousandths += 1 + thousandths / 300) {
        const double decimal = static_cast<double>(thousandths) / 1'000;
        for (const double value : {decimal, -decimal, std::nextafter(decimal, 0.0), std::nextafter(decimal, 1e9)})
            check(value);
    }
    for (const double value : {0.0, -0.0, 0.0001, 0.0005, 0.0009999, 99'999.999, 99'999.9995, 100'000.0, 1e15, 1e22})
        check(value);
    CHECK(wrong.empty());
    CHECK(text_of(87.5) == R"({"value":87.5})");
    CHECK(text_of(-0.07) == R"({"value":-0.07})");
}

TEST_CASE("what JSON cannot hold is an error naming the place", "[event][unit]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(error_of(nan).code == "event.not_a_number");
    CHECK(error_of(-infinity).pointer == "/value");
    CHECK(error_of(std::numeric_limits<float>::infinity()).code == "event.not_a_number");
    CHECK(error_of(std::vector<double>{1, nan}).pointer == "/value/1");
    CHECK(error_of(std::map<std::string, double>{{"a/b~", nan}}).pointer == "/value/a~1b~0");
    CHECK(error_of(nlohmann::json{{"x", {1, nan}}}).pointer == "/value/x/1");
    CHECK(error_of(std::string{"\xff"}).code == "event.utf8");
    CHECK(error_of(std::string{"ab\xed\xa0\x80"}).pointer == "/value");
    CHECK(error_of(std::map<std::string, int>{{"\xff", 1}}).code == "event.utf8");
    CHECK(error_of(nlohmann::json{"\xc3"}).code == "event.utf8");
    CHECK(error_of(nlohmann::json::binary({1, 2})).code == "event.wrong_type");
    CHECK(error_of(Unnamed::there).code == "event.unknown_name");
    CHECK(error_of(Timestamp::max()).code == "event.out_of_range");
    CHECK(error_of(std::chrono::sys_seconds::max()).code == "event.out_of_range");
    CHECK(error_of(std::chrono::sys_seconds::min()).code == "event.out_of_range");
    CHECK(error_of(std::string{"\xff"}).message == "\"/value\" is not UTF-8");
    CHECK_FALSE(error_of(std::string{"\xff"}).hint.empty());
}

TEST_CASE("nesting beyond the bound is an error, not a crash", "[event][unit]") {
    nlohmann::json deep;
    for (int i = 0; i < 62; ++i) deep = nlohmann::json::array({std::move(deep)});
    CHECK(text_of(deep).size() > 120);
    deep = nlohmann::json::array({std::move(deep)});
    CHECK(error_of(deep).code == "event.too_deep");

    Node tree{.name = "leaf"};
    for (int i = 0; i < 200; ++i) {
        Node parent{.name = "n"};
        parent.children.push_back(std::move(tree));
        tree = std::move(parent);
    }
    std::string text;
    const auto encoded = codec::encode_payload(detail::value_type_of<Node>, &tree, text);
    REQUIRE_FALSE(encoded);
    CHECK(encoded.error().code == "event.too_deep");
}

TEST_CASE("writing into a kept buffer appends and reuses its memory", "[event][unit]") {
    std::string text = "before ";
    const One<int> one{7};
    REQUIRE(codec::encode_payload(detail::value_type_of<One<int>>, &one, text));
    CHECK(text == R"(before {"value":7})");
    text.clear();
    const auto* where = text.data();
    REQUIRE(codec::encode_payload(detail::value_type_of<One<int>>, &one, text));
    CHECK(text.data() == where);
}

namespace {

/// What a document is in memory; two that are the same here are the same to everybody.
struct Memory {
    std::vector<json::tape::Word> words{};
    std::string strings{};
    friend bool operator==(const Memory&, const Memory&) = default;
};

Memory memory_of(const json::Value& root) {
    const auto& document = *json::tape::Place{root}.document;
    const auto count = json::tape::payload_of(document.tape[0]);
    Memory memory{{document.tape.get(), document.tape.get() + count}, {}};
    for (std::size_t at = 1; at < count; ++at) {
        const auto word = document.tape[at];
        if (json::tape::kind_of(word) == '"')
            memory.strings.append(json::tape::string_at(document.string_buf.get(), word)).push_back('\0');
        if (json::tape::widths[word >> 56] == json::tape::number) ++at;
    }
    return memory;
}

/// Every kind of value whose text is written here.
struct Mixed {
    bool flag = false;
    std::int64_t low = 0;
    std::uint64_t high = 0;
    float real32 = 0;
    double real64 = 0;
    std::string text{};
    Verdict verdict = Verdict::correct;
    Timestamp time{};
    Uuid id{};
    std::optional<std::string> maybe{};
    std::vector<std::optional<int>> holes{};
    std::map<std::string, double> numbers{};
    std::vector<Place> places{};
    std::vector<Mixed> inside{};
};

Mixed mixed(std::mt19937_64& random, int depth = 2) {
    const auto below = [&random](std::uint64_t bound) { return random() % bound; };
    const auto text = [&] {
        constexpr std::array<std::string_view, 8> parts{"a", "\"", "\\", "\n", "ż", "😀", "a plain text of some length",
                                                        ""};
        std::string made;
        for (auto left = below(4); left > 0; --left) made += parts[below(parts.size())];
        return made;
    };
    const auto real = [&] {
        double made = 0;
        const auto bits =
            below(4) == 0 ? random() : std::bit_cast<std::uint64_t>(static_cast<double>(below(100'000)) / 1'000);
        std::memcpy(&made, &bits, sizeof made);
        return std::isfinite(made) ? made : -0.0;
    };
    Mixed made;
    made.flag = below(2) == 0;
    made.low = static_cast<std::int64_t>(random() >> below(64));
    made.high = random() >> below(64);
    made.real32 =
        std::fabs(real()) < 1e30 ? static_cast<float>(real() / 1e300 + static_cast<double>(below(1'000)) / 7) : 0.1F;
    made.real64 = real();
    made.text = text();
    made.verdict = below(2) == 0 ? Verdict::correct : Verdict::wrong;
    made.time = Timestamp{std::chrono::microseconds{below(4'000'000'000'000'000)}};
    for (auto& byte : made.id.bytes) byte = static_cast<std::uint8_t>(random());
    if (below(2) == 0) made.maybe = text();
    for (auto left = below(3); left > 0; --left) made.holes.push_back(left == 2 ? std::nullopt : std::optional{-7});
    for (auto left = below(30); left > 0; --left) made.numbers[text() + std::to_string(left)] = real();
    for (auto left = below(3); left > 0; --left) made.places.push_back({real(), real(), {}});
    if (depth > 0)
        for (auto left = below(3); left > 0; --left) made.inside.push_back(mixed(random, depth - 1));
    return made;
}

}  // namespace

template <>
struct eventsdk::EventTraits<Mixed> {
    using T = Mixed;
    static constexpr auto fields =
        std::tuple{field("flag", &T::flag),       field("low", &T::low),       field("high", &T::high),
                   field("real32", &T::real32),   field("real64", &T::real64), field("text", &T::text),
                   field("verdict", &T::verdict), field("time", &T::time),     field("id", &T::id),
                   field("maybe", &T::maybe),     field("holes", &T::holes),   field("numbers", &T::numbers),
                   field("places", &T::places),   field("inside", &T::inside)};
};

TEST_CASE("the document made while writing is the one that the parser makes of the text", "[event][unit]") {
    std::mt19937_64 random{7};
    json::TapeWriter tape;
    json::Document document;
    for (int round = 0; round < 500; ++round) {
        const Mixed event = mixed(random);
        std::string text;
        codec::encode_payload(detail::value_type_of<Mixed>, &event, text, tape).value();
        CHECK(text == encoded(event));
        const auto made = tape.finish({});
        const auto parsed = document.parse(text);
        CAPTURE(text);
        REQUIRE(made);
        REQUIRE(parsed);
        REQUIRE(memory_of(*made) == memory_of(*parsed));
    }
}

TEST_CASE("there is no document of what the parser would refuse, or of what others write", "[event][unit]") {
    json::TapeWriter tape;
    const auto has_document = [&tape](const auto& event, const json::Limits& limits) {
        std::string text;
        codec::encode_payload(detail::value_type_of<std::remove_cvref_t<decltype(event)>>, &event, text, tape).value();
        const bool made = tape.finish(limits).has_value();
        // Where there is one, a parser with the same limits takes the text.
        CHECK((!made || json::Document{}.parse(text, limits)));
        return made;
    };
    Node tree{.name = "root", .children = {{.name = "child"}}};
    CHECK(has_document(tree, {.max_depth = 4}));
    CHECK_FALSE(has_document(tree, {.max_depth = 3}));
    CHECK(has_document(tree, {.max_members = 2}));
    CHECK_FALSE(has_document(tree, {.max_members = 1}));
    CHECK_FALSE(has_document(Everything{}, {}));
    One<std::map<std::string, int>> map;
    for (int i = 0; i < 100; ++i) map.value["name " + std::to_string(i)] = i;
    CHECK(has_document(map, {}));
    map.value[std::string("with\0NUL", 8)] = 1;
    CHECK_FALSE(has_document(map, {}));
}
