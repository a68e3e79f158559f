#include "core/base64.hpp"

#include <support/catch.hpp>
#include <support/records.hpp>
#include <support/vectors.hpp>

#include <map>

using namespace eventsdk;
using Json = nlohmann::json;
using support::WrittenRecord;

namespace {

/// The code and the attribute of an error, as the vectors' reasons name them.
std::string reason_of(const Error& error) {
    static const std::map<std::string, std::string> reasons{{"cloudevents.missing", "missing"},
                                                            {"cloudevents.empty", "empty"},
                                                            {"cloudevents.wrong_type", "bad_type"},
                                                            {"cloudevents.specversion", "unsupported_specversion"},
                                                            {"cloudevents.attribute_name", "bad_attribute_name"},
                                                            {"cloudevents.integer_range", "integer_out_of_range"},
                                                            {"cloudevents.not_scalar", "attribute_not_scalar"},
                                                            {"cloudevents.data_twice", "data_and_data_base64"},
                                                            {"cloudevents.data_base64", "bad_data_base64"},
                                                            {"cloudevents.time", "bad_time"},
                                                            {"cloudevents.source", "bad_source"},
                                                            {"cloudevents.character", "bad_string_character"},
                                                            {"cloudevents.not_an_object", "not_an_object"},
                                                            {"cloudevents.batch", "batch_not_supported"},
                                                            {"cloudevents.not_a_cloudevent", "not_a_cloudevent"},
                                                            {"cloudevents.duplicate", "duplicate_attribute"},
                                                            {"cloudevents.header_utf8", "bad_header"},
                                                            {"json.syntax", "bad_body"}};
    const auto found = reasons.find(error.code);
    if (found == reasons.end()) return error.code;
    const bool names_attribute = found->second == "missing" || found->second == "empty" || found->second == "bad_type";
    return names_attribute ? found->second + "_" + error.pointer.substr(1) : found->second;
}

struct Reading {
    codec::Scratch scratch{};
    codec::CloudEvent event{};
    std::string text{};

    Result<void> structured(std::string json_text) {
        text = std::move(json_text);
        auto body = scratch.document.parse(text);
        if (!body) return body.error();
        return codec::read_structured(*body, text, scratch, event);
    }
};

/// The event in the JSON format, to compare.
Json as_json(const codec::CloudEvent& event) {
    WrittenRecord record;
    codec::write_structured(event, record).value();
    return Json::parse(record.value_text.value());
}

std::string bytes_of(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.contains("base64")) return base64::decode(value["base64"].get<std::string>()).value();
    if (value.contains("text")) return value["text"].get<std::string>();
    return value["json"].dump();
}

WrittenRecord record_of(const Json& vector) {
    WrittenRecord record;
    for (const auto& header : vector["headers"]) {
        auto& added = record.headers.emplace_back(header[0].get<std::string>(), std::nullopt);
        if (!header[1].is_null()) added.second = bytes_of(header[1]);
    }
    if (vector.contains("key") && !vector["key"].is_null()) record.key_text = vector["key"].get<std::string>();
    if (!vector["value"].is_null()) record.value_text = bytes_of(vector["value"]);
    return record;
}

void check_same(const WrittenRecord& written, const Json& expected) {
    const WrittenRecord wanted = record_of(expected);
    auto headers = written.headers;
    auto wanted_headers = wanted.headers;
    std::sort(headers.begin(), headers.end());
    std::sort(wanted_headers.begin(), wanted_headers.end());
    CHECK(headers == wanted_headers);
    REQUIRE(written.value_text.has_value() == wanted.value_text.has_value());
    if (!wanted.value_text) return;
    if (expected["value"].contains("json")) {
        CHECK(Json::parse(*written.value_text) == expected["value"]["json"]);
    } else {
        CHECK(*written.value_text == *wanted.value_text);
    }
}

Json without_nulls(Json event) {
    for (auto each = event.begin(); each != event.end();)
        each = each->is_null() && each.key() != "data" ? event.erase(each) : std::next(each);
    return event;
}

}  // namespace

TEST_CASE("every valid CloudEvent in JSON is read and written back the same", "[event][unit]") {
    Reading reading;
    for (const auto& each : support::load_vectors("cloudevents_json.json", "valid")) {
        INFO(each["name"]);
        REQUIRE(reading.structured(each["event"].dump()));
        CHECK(as_json(reading.event) == without_nulls(each["event"]));
    }
    for (const auto& each : support::load_vectors("cloudevents_json.json", "raw_valid")) {
        INFO(each["name"]);
        REQUIRE(reading.structured(each["raw"].get<std::string>()));
        CHECK(as_json(reading.event) == Json::parse(each["raw"].get<std::string>()));
    }
}

TEST_CASE("every invalid CloudEvent in JSON is refused for its reason", "[event][unit]") {
    Reading reading;
    for (const auto& each : support::load_vectors("cloudevents_json.json", "invalid")) {
        INFO(each["name"]);
        const auto read = reading.structured(each["event"].dump());
        REQUIRE_FALSE(read);
        CHECK(read.error().kind == ErrorKind::permanent);
        CHECK(reason_of(read.error()) == each["reason"].get<std::string>());
    }
    for (const auto& each : support::load_vectors("cloudevents_json.json", "raw_invalid")) {
        INFO(each["name"]);
        CHECK_FALSE(reading.structured(each["raw"].get<std::string>()));
    }
}

TEST_CASE("CloudEvents are written to Kafka in both modes as the binding says", "[event][unit]") {
    Reading reading;
    for (const auto& each : support::load_vectors("cloudevents_kafka.json", "encode")) {
        INFO(each["name"]);
        REQUIRE(reading.structured(each["event"].dump()));
        WrittenRecord binary;
        REQUIRE(codec::write_binary(reading.event, binary));
        check_same(binary, each["binary"]);
        WrittenRecord structured;
        REQUIRE(codec::write_structured(reading.event, structured));
        check_same(structured, each["structured"]);
    }
}

TEST_CASE("CloudEvents are read from Kafka in both modes as the binding says", "[event][unit]") {
    for (const auto& each : support::load_vectors("cloudevents_kafka.json", "decode")) {
        INFO(each["name"]);
        WrittenRecord record = record_of(each);
        codec::Scratch scratch;
        codec::Decoded decoded;
        const auto read =
            codec::decode_record(EnvelopeFormat::cloudevents_structured(), record.parts(), {}, scratch, decoded);
        REQUIRE(read.has_value() == !each.contains("error"));
        if (!read) {
            CHECK(reason_of(read.error()) == each["error"].get<std::string>());
            continue;
        }
        CHECK(decoded.format == "cloudevents-" + each["mode"].get<std::string>());
        CHECK(as_json(scratch.event) == each["event"]);
    }
}

TEST_CASE("attributes that break the rules are not written", "[event][unit]") {
    const auto refused = [](auto change) {
        codec::CloudEvent event;
        event.id = "1";
        event.source = "/s";
        event.type = "t";
        change(event);
        WrittenRecord record;
        const auto structured = codec::write_structured(event, record);
        const auto binary = codec::write_binary(event, record);
        REQUIRE(structured.has_value() == binary.has_value());
        if (structured) return std::string{"written"};
        CHECK(structured.error().kind == ErrorKind::invalid_argument);
        CHECK(structured.error().code == binary.error().code);
        return structured.error().code;
    };
    using Event = codec::CloudEvent;
    CHECK(refused([](Event&) {}) == "written");
    CHECK(refused([](Event& e) { e.id = ""; }) == "cloudevents.missing");
    CHECK(refused([](Event& e) { e.type = ""; }) == "cloudevents.missing");
    CHECK(refused([](Event& e) { e.source = "a b"; }) == "cloudevents.source");
    CHECK(refused([](Event& e) { e.source = "a%2"; }) == "cloudevents.source");
    CHECK(refused([](Event& e) { e.time = "now"; }) == "cloudevents.time");
    CHECK(refused([](Event& e) { e.dataschema = "<x>"; }) == "cloudevents.dataschema");
    CHECK(refused([](Event& e) { e.subject = "a\nb"; }) == "cloudevents.character");
    CHECK(refused([](Event& e) { e.type = "\xff"; }) == "cloudevents.character");
    CHECK(refused([](Event& e) { e.extensions = {{"my_ext", "1", false}}; }) == "cloudevents.attribute_name");
    CHECK(refused([](Event& e) { e.extensions = {{"data", "1", false}}; }) == "cloudevents.attribute_name");
    CHECK(refused([](Event& e) { e.extensions = {{"x", "{}", false}}; }) == "cloudevents.not_scalar");
    CHECK(refused([](Event& e) { e.extensions = {{"x", "1.5", false}}; }) == "cloudevents.not_scalar");
    CHECK(refused([](Event& e) { e.extensions = {{"x", "{}", true}}; }) == "written");
}

TEST_CASE("content types are told apart as the bindings say", "[event][unit]") {
    CHECK(codec::is_structured_content("Application/CloudEvents+JSON; charset=utf-8"));
    CHECK(codec::is_batch_content("application/cloudevents-batch+json"));
    CHECK_FALSE(codec::is_batch_content("application/cloudevents+json"));
    CHECK_FALSE(codec::is_structured_content("application/json"));
    CHECK(codec::is_json_content(""));
    CHECK(codec::is_json_content("text/json ; x=1"));
    CHECK(codec::is_json_content("application/vnd.acme.order+JSON"));
    CHECK_FALSE(codec::is_json_content("application/xml"));
}
