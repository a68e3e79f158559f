#include <eventsdk/testing/difference.hpp>

#include "support/catch.hpp"

using namespace eventsdk;
using testing::difference;
using testing::json_difference;

namespace {

Record sample() {
    return {.topic = "orders",
            .key = "ada",
            .value = R"({"eventId":"1","payload":{"courses":["logic","maths"],"a/b":1}})",
            .headers = {{"event-type", "Enrolled"}, {"schema-version", "2"}}};
}

}  // namespace

TEST_CASE("equal records do not differ, whatever the order of members and white space", "[testing][unit]") {
    Record other = sample();
    other.value = R"({ "payload": {"a/b": 1, "courses": ["logic", "maths"]}, "eventId": "1" })";
    CHECK(difference(sample(), other) == "");
    CHECK(difference({sample(), other}, {other, sample()}) == "");
}

TEST_CASE("records that differ are told apart line by line", "[testing][unit]") {
    Record other = sample();
    other.key = "grace";
    other.headers = {{"event-type", "Enrolled"}, {"id", std::nullopt}};
    other.value = R"({"eventId":"2","payload":{"courses":["logic","music"],"extra":true}})";
    CHECK(difference(sample(), other) ==
          "key: expected \"ada\", was \"grace\"\n"
          "header \"id\": expected not there, was null\n"
          "header \"schema-version\": expected \"2\", was not there\n"
          "value /eventId: expected \"1\", was \"2\"\n"
          "value /payload/a~1b: expected 1, was not there\n"
          "value /payload/courses/1: expected \"maths\", was \"music\"\n"
          "value /payload/extra: expected nothing, was true");
    CHECK(difference(sample(), other, {"/eventId", "/payload", "id", "schema-version"}) ==
          "key: expected \"ada\", was \"grace\"");
}

TEST_CASE("the place and time of a record are compared where they are expected", "[testing][unit]") {
    Record wanted = sample();
    Record other = sample();
    other.partition = 3;
    other.timestamp = Timestamp{};
    CHECK(difference(wanted, other) == "");
    wanted.partition = 2;
    wanted.timestamp = Timestamp{std::chrono::seconds{1}};
    CHECK(difference(wanted, other) ==
          "partition: expected 2, was 3\n"
          "timestamp: expected 1970-01-01T00:00:01.000Z, was 1970-01-01T00:00:00.000Z");
}

TEST_CASE("lists of records differ by their number and each record", "[testing][unit]") {
    Record other = sample();
    other.topic = "bills";
    CHECK(difference({sample(), sample()}, {other}) ==
          "expected 2 records, were 1\nrecord 0:\ntopic: expected \"orders\", was \"bills\"");
}

TEST_CASE("a tombstone and text that is no JSON are compared as they are", "[testing][unit]") {
    Record tombstone = sample();
    tombstone.value.reset();
    CHECK(difference(tombstone, tombstone) == "");
    CHECK(difference(tombstone, sample()).rfind("value: expected null, was \"{", 0) == 0);
    CHECK(json_difference("{\"a\":", "{}") == "json: expected \"{\\\"a\\\":\", was \"{}\"");
    CHECK(json_difference("[1,2]", "[1]") == "json: expected [1,2], was [1]");
    CHECK(json_difference("\"\xff\"", "1") != "");
}

TEST_CASE("envelopes differ by the members that differ, extensions included", "[testing][unit]") {
    Envelope wanted{.event_id = "1", .type = "Enrolled", .revision = 7, .extensions = {{"a", "1"}, {"b", "2"}}};
    Envelope other = wanted;
    CHECK(difference(wanted, other) == "");
    other.type = "Left";
    other.revision.reset();
    other.extensions = {{"b", "3"}, {"c", "4"}};
    CHECK(difference(wanted, other) ==
          "type: expected \"Enrolled\", was \"Left\"\n"
          "revision: expected \"7\", was null\n"
          "extension a: expected \"1\", was null\n"
          "extension b: expected \"2\", was \"3\"\n"
          "extension c: expected nothing, was \"4\"");
}
