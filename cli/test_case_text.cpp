#include "test_case_text.hpp"

#include "consume/dead_letter.hpp"
#include "core/utf8.hpp"
#include "exit_status.hpp"
#include "terminal.hpp"

#include <algorithm>

namespace cli {
namespace {

namespace headers = eventsdk::dead_letter_headers;

bool is_plain(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = eventsdk::utf8::sequence_length(text);
        const char first = text.front();
        if (length == 0 || (length == 1 && first != '\n' && (first < ' ' || first == '\x7f'))) return false;
        text.remove_prefix(length);
    }
    return true;
}

/// The bytes as a C++ expression of type std::string.
std::string cpp_text(std::string_view text) {
    if (is_plain(text) && text.find(")bytes\"") == std::string_view::npos && text.size() < 60'000)
        return "R\"bytes(" + std::string{text} + ")bytes\"";
    std::string escaped = "std::string{\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        escaped += '\\';
        for (const int shift : {6, 3, 0}) escaped += static_cast<char>('0' + (byte >> shift & 7));
    }
    return escaped + "\", " + std::to_string(text.size()) + "}";
}

std::string cpp_optional(const std::optional<std::string>& text) { return text ? cpp_text(*text) : "std::nullopt"; }

std::string cpp_record(const eventsdk::Record& record) {
    std::string text = "    const eventsdk::Record record{\n        .topic = " + cpp_text(record.topic) +
                       ",\n        .key = " + cpp_optional(record.key) +
                       ",\n        .value = " + cpp_optional(record.value) + ",\n        .headers = {";
    for (const eventsdk::Header& header : record.headers)
        text += "\n            {" + cpp_text(header.name) + ", " + cpp_optional(header.value) + "},";
    return text + "}};\n";
}

std::string why(const eventsdk::ReceivedRecord& letter) {
    const auto said = [&letter](std::string_view name) { return visible(letter.header(name).value_or("")); };
    return "// Dead letter " + visible(letter.topic) + "[" + std::to_string(letter.partition) + "]@" +
           std::to_string(letter.offset) + " of group \"" + said(headers::group) + "\"\n// stage \"" +
           said(headers::stage) + "\", code \"" + said(headers::error_code) + "\", attempts \"" +
           said(headers::attempts) + "\": \"" + said(headers::error_message) + "\"\n";
}

constexpr const char* includes =
    "#include <eventsdk/testing/projection_fixture.hpp>\n\n"
    "#if __has_include(<catch2/catch_test_macros.hpp>)\n"
    "#  include <catch2/catch_test_macros.hpp>\n"
    "#else\n"
    "#  include <catch2/catch.hpp>\n"
    "#endif\n\n"
    "eventsdk::Projection make_projection();  // yours: the handlers of this group\n"
    "eventsdk::Catalogue load_catalogue();    // yours: the one of the service\n\n";

constexpr const char* body =
    "    eventsdk::testing::ProjectionFixture fixture{make_projection(), load_catalogue()};\n"
    "    fixture.given(record);\n"
    "    REQUIRE(fixture.run());\n"
    "    REQUIRE(fixture.dead_letters().empty());\n"
    "}";

}  // namespace

std::string test_case_text(const eventsdk::ReceivedRecord& letter) {
    const auto said = [&letter](std::string_view name) { return std::string{letter.header(name).value_or("")}; };
    const std::string topic = said(headers::topic);
    if (topic.empty()) throw Failure{no, "the record is no dead letter: it has no header eventsdk-dlq-topic", {}};
    const std::string place = visible(topic + "[" + said(headers::partition) + "]@" + said(headers::offset));
    if (letter.header(headers::value_sha256))
        throw Failure{no, "the dead letter is by reference: its value is at " + place,
                      "eventsdk tail TOPIC --partition N --offset N --count 1 shows it"};
    eventsdk::Record record = letter.to_record();
    record.topic = topic;
    eventsdk::consume::erase_dead_letter_headers(record.headers);
    std::string name = place;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '"' || c == '\\'; }, '?');
    return why(letter) + includes + "TEST_CASE(\"the dead letter " + name + " is handled\") {\n" + cpp_record(record) +
           body;
}

}  // namespace cli
