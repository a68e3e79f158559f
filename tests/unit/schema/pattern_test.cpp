#include "schema/pattern.hpp"
#include "schema/ecma_regex.hpp"

#include "support/catch.hpp"

#include <random>
#include <string>
#include <vector>

using namespace eventsdk;
using schema_detail::Pattern;

namespace {

std::unique_ptr<Pattern> compiled(const std::string& ecma) {
    auto pattern = Pattern::compile(ecma, 4096);
    if (!pattern) FAIL(pattern.error().to_string());
    return std::move(*pattern);
}

bool matches(const std::string& ecma, const std::string& text) { return compiled(ecma)->matches(text); }

std::string refusal(const std::string& ecma) {
    auto pattern = Pattern::compile(ecma, 4096);
    return pattern ? "" : pattern.error().message;
}

}  // namespace

TEST_CASE("patterns mean what ECMA-262 says where RE2 differs", "[schema][unit]") {
    CHECK_FALSE(matches("^a$", "a\n"));
    CHECK(matches("^\\s$", "\xc2\xa0"));
    CHECK(matches("^\\s$", "\v"));
    CHECK_FALSE(matches("^\\S$", "\xe2\x80\x83"));
    CHECK_FALSE(matches("^.$", "\xe2\x80\xa8"));
    CHECK_FALSE(matches("^.$", "\r"));
    CHECK(matches("^[^]$", "\n"));
    CHECK_FALSE(matches("[]", "a"));
    CHECK(matches("^\\cA$", "\x01"));
    CHECK(matches("^\\u00e9\\x41\\u{1F600}$",
                  "\xc3\xa9"
                  "A\xf0\x9f\x98\x80"));
    CHECK(matches("^\\ud83d\\ude00$", "\xf0\x9f\x98\x80"));
    CHECK(matches("^(?<year>\\d{4})-(?:\\d\\d)$", "2026-11"));
    CHECK(matches("^\\p{Letter}+$",
                  "\xc3\xa9"
                  "a"));
    CHECK(matches("^\\p{Script=Greek}$", "\xce\xb1"));
    CHECK(matches("^[\\s\\S]$", "\n"));
    CHECK(matches("^[[a]$", "["));
    CHECK(matches("^a{,2}$", "a{,2}"));
    CHECK(matches("^[\\b]$", "\b"));
    CHECK(matches("^\\/\\-\\.$", "/-."));
    CHECK(matches("b", "abc"));
    CHECK_FALSE(matches("^\\d$", "\xe0\xa7\xa8"));
}

TEST_CASE("a pattern that cannot be matched in linear time, or is none, is refused with its place", "[schema][unit]") {
    CHECK(refusal("a(?=b)").find("look-around cannot be matched in linear time (at byte 4)") != std::string::npos);
    CHECK(refusal("(?<!a)b").find("look-around") != std::string::npos);
    CHECK(refusal("(a)\\1").find("back-reference") != std::string::npos);
    CHECK(refusal("(?<n>a)\\k<n>").find("back-reference") != std::string::npos);
    CHECK(refusal("a{1001}").find("more than 1000") != std::string::npos);
    CHECK(refusal("\\p{Emoji}") != "");
    for (const auto* broken : {"(", ")", "[a", "*a", "a**", "\\", "[b-a]", "\\u12", "\\a", "a{2,1}", "(?i)a", "^*",
                               "(?<1>a)", "\\p{", "\\c1", "\\00"}) {
        CAPTURE(broken);
        CHECK(refusal(broken) != "");
        CHECK_FALSE(schema_detail::is_ecma_regex(broken));
    }
    for (const auto* fine : {"a(?=b)", "(a)\\1", "a{1001}", "", "^$", "[^\\s]", "\\bx\\B"})
        CHECK(schema_detail::is_ecma_regex(fine));
}

TEST_CASE("the table automaton and the general engine say the same", "[schema][unit]") {
    const std::vector<std::string> patterns{"^[A-Z]{2,4}-[0-9]{3,5}$",
                                            "a",
                                            "^a",
                                            "a$",
                                            "^$",
                                            "",
                                            "^a*b?c+$",
                                            "(ab|cd)*e",
                                            "^(?:a|b){2,3}$",
                                            "x{0}y",
                                            "^[^abc]$",
                                            "\\d\\w\\s",
                                            "^.{3}$",
                                            "^(a|ab)(c|bcd)$",
                                            "^(a*)*$",
                                            "[a-c-]",
                                            "^a{2,}b{1,2}$",
                                            "^\\S+@\\S+$",
                                            "(a+)+$",
                                            "^[\\w.-]+$",
                                            "a|b|cd",
                                            "\xc3\xa9",
                                            "^[a\xc3\xa9]+$",
                                            "^(?<n>a)b$",
                                            "^\\$a\\\\$",
                                            "a\\$",
                                            "[$]",
                                            "^[)]$",
                                            "^([0-9a-f]{8})-([0-9a-f]{4})$"};
    const std::string alphabet = "abcde019-@. $\\)\nAZ\xc3\xa9";
    std::mt19937 random{7};
    std::size_t tables = 0;
    for (const auto& ecma : patterns) {
        const auto pattern = compiled(ecma);
        tables += pattern->has_table();
        for (int i = 0; i < 3000; ++i) {
            std::string text;
            for (auto size = random() % 9; text.size() < size;) {
                const auto at = random() % (alphabet.size() - 1);
                text += at == alphabet.size() - 2 ? "\xc3\xa9" : std::string(1, alphabet[at]);
            }
            if (pattern->matches(text) != pattern->matches_in_general(text)) {
                CAPTURE(ecma, text);
                FAIL_CHECK("they differ");
            }
        }
        CHECK(pattern->matches("AB-123") == pattern->matches_in_general("AB-123"));
        CHECK(pattern->matches("abc@de.f") == pattern->matches_in_general("abc@de.f"));
    }
    CHECK(tables >= patterns.size() - 1);
}
