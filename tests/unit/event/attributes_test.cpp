#include "event/attributes.hpp"

#include <support/catch.hpp>

#include <limits>

using namespace eventsdk;

namespace {

struct Answer {
    std::string text{};
    std::string problem_id{};
    std::optional<std::int32_t> points{};
    bool late = false;
};

}  // namespace

template <>
struct eventsdk::EventTraits<Answer> {
    static constexpr EventType type{"answer_submitted", 1};
    static constexpr auto fields = std::tuple{field("text", &Answer::text)};
    static constexpr auto attributes = std::tuple{field("problem_id", &Answer::problem_id),
                                                  field("points", &Answer::points), field("late", &Answer::late)};
};

TEST_CASE("attributes of an event become extensions and come back", "[event][unit]") {
    const EventDescriptor& descriptor = describe_event<Answer>();
    codec::AttributeTexts texts;
    const Answer answer{.text = "42", .problem_id = "a \"b\"", .points = -7, .late = true};
    REQUIRE(codec::encode_attributes(descriptor, &answer, texts));
    REQUIRE(texts.extensions.size() == 3);
    CHECK(texts.extensions[0].name == "problem_id");
    CHECK(texts.extensions[0].json == R"("a \"b\"")");
    CHECK(texts.extensions[1].json == "-7");
    CHECK(texts.extensions[2].json == "true");

    Answer read;
    REQUIRE(codec::fill_attributes(descriptor, &read, texts.extensions));
    CHECK(read.problem_id == answer.problem_id);
    CHECK(read.points == answer.points);
    CHECK(read.late);
}

TEST_CASE("empty optional attributes are left out and emptied", "[event][unit]") {
    const EventDescriptor& descriptor = describe_event<Answer>();
    codec::AttributeTexts texts;
    const Answer answer{.problem_id = "p"};
    REQUIRE(codec::encode_attributes(descriptor, &answer, texts));
    CHECK(texts.extensions.size() == 2);
    Answer read{.points = 3};
    REQUIRE(codec::fill_attributes(descriptor, &read, texts.extensions));
    CHECK_FALSE(read.points);
}

TEST_CASE("numbers and booleans are taken from the text of a header", "[event][unit]") {
    const std::vector<codec::Extension> headers{{"problem_id", "\"5\""}, {"points", "\"12\""}, {"late", "\"true\""}};
    Answer read;
    REQUIRE(codec::fill_attributes(describe_event<Answer>(), &read, headers));
    CHECK(read.problem_id == "5");
    CHECK(read.points == 12);
    CHECK(read.late);
}

TEST_CASE("a missing or wrong attribute is named", "[event][unit]") {
    Answer read;
    const auto missing = codec::fill_attributes(describe_event<Answer>(), &read, {});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == "event.missing");
    CHECK(missing.error().pointer == "/problem_id");
    const std::vector<codec::Extension> wrong{{"problem_id", "5"}};
    const auto filled = codec::fill_attributes(describe_event<Answer>(), &read, wrong);
    REQUIRE_FALSE(filled);
    CHECK(filled.error().code == "event.wrong_type");
    CHECK(filled.error().pointer == "/problem_id");

    codec::AttributeTexts texts;
    const Answer answer{.problem_id = "\xff"};
    const auto encoded = codec::encode_attributes(describe_event<Answer>(), &answer, texts);
    REQUIRE_FALSE(encoded);
    CHECK(encoded.error().code == "event.utf8");
    CHECK(encoded.error().pointer == "/problem_id");
}
