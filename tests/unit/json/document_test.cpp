#include "json/document.hpp"
#include "json/tape_edit.hpp"

#include "support/catch.hpp"

#include <cstdlib>
#include <new>
#include <string>

using namespace eventsdk;

namespace {

std::string code_of(std::string_view text, const json::Limits& limits = {}) {
    json::Document document;
    auto value = document.parse(text, limits);
    if (value) return "ok";
    CHECK(value.error().kind == ErrorKind::permanent);
    CHECK_FALSE(value.error().message.empty());
    return value.error().code;
}

std::string message_of(std::string_view text) {
    json::Document document;
    auto value = document.parse(text);
    return value ? "" : value.error().message;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string object_of(std::size_t members) {
    std::string text = "{";
    for (std::size_t i = 0; i < members; ++i) text += (i ? ",\"m" : "\"m") + std::to_string(i) + "\":0";
    return text + "}";
}

}  // namespace

TEST_CASE("well-formed JSON of every kind is read", "[json][unit]") {
    for (const auto* text :
         {"null", "true", " 1 ", "-0", "1.5e300", "\"\"", "[]", "{}", "[1,[2,{\"a\":[3]}],\"x\"]",
          "{\"a\":1,\"b\":{\"a\":2},\"\":3}", "\"\\ud83d\\ude00\"", "\"\\u0000\"", "18446744073709551615",
          "-9223372036854775808", "\"\xf0\x9f\x98\x80\"", "\"\\\\ud83d\"", "1e-400"}) {
        CAPTURE(text);
        CHECK(code_of(text) == "ok");
    }
}

TEST_CASE("text that is not JSON is refused, and the message names the byte", "[json][unit]") {
    for (const auto* text : {"",
                             " ",
                             "{",
                             "[1,]",
                             "{\"a\":1,}",
                             "{'a':1}",
                             "nul",
                             "01",
                             "1.",
                             ".5",
                             "+1",
                             "1 2",
                             "[1 2]",
                             "\"\t\"",
                             "\"\\x\"",
                             "\"\\u12g4\"",
                             "{\"a\"}",
                             "{1:2}",
                             "\xef\xbb\xbf{}",
                             "[1}",
                             "NaN",
                             "-",
                             "\"abc",
                             "[1],"}) {
        CAPTURE(text);
        CHECK(code_of(text) == "json.syntax");
    }
    CHECK(message_of("[1,,2]") == "a value expected at byte 3");
    CHECK(message_of("{\"a\":tru}") == "a value expected at byte 5");
    CHECK(message_of("[1") == "the text ends too early: at byte 2");
    CHECK(message_of("{} x") == "text after the end of the document at byte 3");
}

TEST_CASE("bytes that are not UTF-8 are refused", "[json][unit]") {
    CHECK(code_of("\"\xff\"") == "json.utf8");
    CHECK(code_of("\"\xed\xa0\x80\"") == "json.utf8");  // a surrogate written as UTF-8
    CHECK(code_of("\"\xc0\xaf\"") == "json.utf8");
    CHECK(message_of("{\"a\":\"\xe2\x82\"}") == "not UTF-8 at byte 6");
}

TEST_CASE("half of a surrogate pair is refused in names and values", "[json][unit]") {
    CHECK(code_of(R"("\ud800")") == "json.surrogate");
    CHECK(code_of(R"("\udc00")") == "json.surrogate");
    CHECK(code_of(R"("\ud800\u0041")") == "json.surrogate");
    CHECK(code_of(R"({"\uDFFF":1})") == "json.surrogate");
    CHECK(code_of(R"("\ud800\ud800\udc00")") == "json.surrogate");
    CHECK(message_of(R"(["ok\\","\udc00"])") == "half of a surrogate pair at byte 9");
}

TEST_CASE("a name may occur once in an object", "[json][unit]") {
    CHECK(code_of(R"({"a":1,"a":1})") == "json.duplicate_key");
    CHECK(code_of(R"({"a":1,"\u0061":2})") == "json.duplicate_key");
    CHECK(code_of(R"({"a":{"b":{"c":1}},"b":[{"a":1}],"c":2})") == "ok");
    CHECK(message_of(R"({"x":[0,{"b/c":{"k":1,"l":2,"k":3}}]})") ==
          "the name \"k\" occurs more than once in the object at \"/x/1/b~1c\"");
    auto many = object_of(5000);
    CHECK(code_of(many) == "ok");
    many.back() = ',';
    CHECK(code_of(many + "\"m17\":1}") == "json.duplicate_key");
    CHECK(code_of(many + "\"n17\":1}") == "ok");
    CHECK(code_of(R"({"abcdefgh1abcdefgh":1,"abcdefgh2abcdefgh":2})") == "ok");
    CHECK(code_of(R"({"":1,"":2})") == "json.duplicate_key");
}

TEST_CASE("a NUL is refused in names only", "[json][unit]") {
    CHECK(code_of(R"({"a\u0000b":1})") == "json.nul_in_name");
    CHECK(code_of(R"({"a":"\u0000"})") == "ok");
}

TEST_CASE("numbers beyond 64 bits or beyond a double are refused", "[json][unit]") {
    for (const auto* text :
         {"18446744073709551616", "-9223372036854775809", "1e400", "-1e400", "[1,123456789012345678901234567890]"}) {
        CAPTURE(text);
        CHECK(code_of(text) == "json.number_range");
    }
    CHECK(code_of("18446744073709551616.0") == "ok");
}

TEST_CASE("depth, size and members have exact bounds", "[json][unit]") {
    CHECK(code_of(nested(64)) == "ok");
    CHECK(code_of(nested(65)) == "json.too_deep");
    CHECK(code_of(nested(66)) == "json.too_deep");
    CHECK(code_of(nested(100'000)) == "json.too_deep");
    CHECK(code_of(std::string(100'000, '[')) == "json.too_deep");
    CHECK(code_of(nested(3), {.max_depth = 2}) == "json.too_deep");
    CHECK(code_of(nested(1000), {.max_depth = 1000}) == "ok");
    CHECK(code_of("\"" + std::string(999'998, 'x') + "\"") == "ok");
    CHECK(code_of("\"" + std::string(999'999, 'x') + "\"") == "json.too_large");
    CHECK(code_of(object_of(10'000)) == "ok");
    CHECK(code_of(object_of(10'001)) == "json.too_many_members");
}

TEST_CASE("a document can be parsed into again, and moved", "[json][unit]") {
    json::Document document;
    CHECK_FALSE(document.parse("[1").has_value());
    const auto large = "[" + object_of(2000) + "]";
    REQUIRE(document.parse(large).has_value());
    REQUIRE(document.parse("{\"a\":7}").has_value());
    json::Document other = std::move(document);
    auto value = other.parse("{\"a\":8}", {.max_depth = 3});
    REQUIRE(value.has_value());
    CHECK(std::int64_t{(*value)["a"]} == 8);
}

TEST_CASE("members are taken out of a parsed document", "[json][unit]") {
    const std::vector<std::pair<std::string, std::string>> members{{"a", "1"},
                                                                   {"b", R"({"x":[1,2.5,{"y":"z"}],"e":{}})"},
                                                                   {"c", "18446744073709551615"},
                                                                   {"d", "[]"},
                                                                   {"e", R"({"a":[[],-1]})"},
                                                                   {"f", R"("g")"}};
    json::Document document;
    for (unsigned gone = 0; gone < 64; ++gone) {
        const auto text_of = [&members](unsigned without) {
            std::string text = "{";
            for (std::size_t i = 0; i < members.size(); ++i)
                if ((without >> i & 1U) == 0)
                    text += (text.size() > 1 ? ",\"" : "\"") + members[i].first + "\":" + members[i].second;
            return text + "}";
        };
        for (const std::string around : {"", "[true,"}) {
            const auto root = document.parse(around + text_of(0) + (around.empty() ? "" : "]")).value();
            const json::Value object = around.empty() ? root : root.at(1).value();
            json::tape::remove_members(json::tape::Place{object}, [&](std::string_view name) {
                return (gone >> static_cast<unsigned>(name[0] - 'a') & 1U) != 0;
            });
            CHECK(simdjson::minify(object) == text_of(gone));
        }
    }
}
