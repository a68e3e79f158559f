#include "consume/dead_letter.hpp"

#include "support/catch.hpp"
#include "support/vectors.hpp"

using namespace eventsdk;
using consume::Failure;
using consume::make_dead_letter;
using nlohmann::json;

namespace {

std::string bytes_of(const json& value) {
    if (value.is_string()) return value;
    const std::string hex = value.at("hex");
    std::string bytes;
    for (std::size_t at = 0; at < hex.size(); at += 2) {
        bytes.push_back(static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16)));
    }
    return bytes;
}

ReceivedRecord record_of(const json& failure) {
    Record record{.topic = failure.at("topic"),
                  .key = failure.at("key").get<std::string>(),
                  .value = failure.at("value").get<std::string>()};
    for (const auto& header : failure.at("headers"))
        record.headers.push_back({header[0], header[1].get<std::string>()});
    record.timestamp = Timestamp{Duration{failure.at("timestamp_ms").get<std::int64_t>()}};
    return make_received(std::move(record), failure.at("partition"), failure.at("offset"));
}

Failure failure_of(const json& failure) {
    return {.stage = "schema",
            .code = failure.at("error_class"),
            .message = failure.at("error_message"),
            .detail = failure.at("stacktrace"),
            .attempts = failure.at("attempts"),
            .first = Timestamp{Duration{failure.at("first_timestamp_ms").get<std::int64_t>()}},
            .last = Timestamp{Duration{failure.at("backoff_until_ms").get<std::int64_t>()}}};
}

std::vector<Header> headers_with(const Record& record, std::string_view prefix) {
    std::vector<Header> found;
    for (const Header& header : record.headers) {
        if (header.name.compare(0, prefix.size(), prefix) == 0) found.push_back(header);
    }
    return found;
}

std::string text(const Record& record, std::string_view name) { return std::string{record.header(name).value_or("-")}; }

ReceivedRecord received(const Record& letter, std::int32_t partition, std::int64_t offset) {
    return make_received(letter, partition, offset);
}

const Failure broken{.stage = "handler",
                     .code = "handler.exception",
                     .message = "no such user",
                     .attempts = 4,
                     .first = Timestamp{Duration{1'000}},
                     .last = Timestamp{Duration{8'000}}};

}  // namespace

TEST_CASE("a dead letter keeps key, value and headers and says where, why and when", "[consume][unit]") {
    const json vectors = support::load_vectors("dlq_headers.json");
    const json& failure = vectors.at("failure");
    const ReceivedRecord original = record_of(failure);
    const Record letter = make_dead_letter(original, failure_of(failure), failure.at("group"), {}, false);
    REQUIRE(letter.topic == "learning-events.dlq");
    REQUIRE(letter.key == failure.at("key").get<std::string>());
    REQUIRE(letter.value == failure.at("value").get<std::string>());
    REQUIRE_FALSE(letter.partition.has_value());
    const std::vector<Header> expected{
        {"schema-version", "1"},
        {"eventsdk-dlq-topic", "learning-events"},
        {"eventsdk-dlq-partition", "3"},
        {"eventsdk-dlq-offset", "4711"},
        {"eventsdk-dlq-timestamp", "2025-10-31T12:00:00.000Z"},
        {"eventsdk-dlq-group", "triage"},
        {"eventsdk-dlq-stage", "schema"},
        {"eventsdk-dlq-error-code", "SchemaViolation"},
        {"eventsdk-dlq-error-message", "eventId is not a UUID"},
        {"eventsdk-dlq-attempts", "4"},
        {"eventsdk-dlq-first-failure", "2025-10-31T12:00:00.000Z"},
        {"eventsdk-dlq-last-failure", "2025-10-31T12:00:07.000Z"},
        {"eventsdk-dlq-redrive-count", "0"},
    };
    REQUIRE(letter.headers == expected);
}

TEST_CASE("dead letters carry the headers of Spring, Connect and Streams on request", "[consume][unit]") {
    const json vectors = support::load_vectors("dlq_headers.json");
    const json& failure = vectors.at("failure");
    DeadLetterOptions options{.spring_headers = true, .connect_headers = true, .streams_headers = true};
    const Record letter =
        make_dead_letter(record_of(failure), failure_of(failure), failure.at("group"), options, false);
    const std::pair<const char*, const char*> sets[]{
        {"spring_dlt", "kafka_dlt-"}, {"connect", "__connect."}, {"kafka_streams_kip1034", "__streams."}};
    for (const auto& [convention, prefix] : sets) {
        std::vector<Header> expected;
        for (const auto& header : vectors.at("conventions").at(convention).at("headers")) {
            expected.push_back({header[0], bytes_of(header[1])});
        }
        REQUIRE(headers_with(letter, prefix) == expected);
    }
}

TEST_CASE("a record that dies again keeps its first position and does not grow", "[consume][unit]") {
    Record original{.topic = "orders", .key = "k", .value = "v", .headers = {{"id", "1"}}};
    original.timestamp = Timestamp{Duration{500}};
    const DeadLetterOptions options{.spring_headers = true};
    Record letter = make_dead_letter(received(original, 2, 77), broken, "billing", options, false);
    const std::size_t headers = letter.headers.size();
    for (std::int64_t round = 1; round <= 3; ++round) {
        Record redriven = letter;
        redriven.topic = "orders";
        redriven.headers.push_back({"eventsdk-redrive-for", "billing"});
        Failure later = broken;
        later.first = later.last = Timestamp{Duration{9'000 * round}};
        later.code = "handler.retry";
        letter = make_dead_letter(received(redriven, 0, 100 + round), later, "billing", options, false);
        REQUIRE(letter.headers.size() == headers);
        REQUIRE(text(letter, dead_letter_headers::partition) == "2");
        REQUIRE(text(letter, dead_letter_headers::offset) == "77");
        REQUIRE(text(letter, dead_letter_headers::timestamp) == "1970-01-01T00:00:00.500Z");
        REQUIRE(text(letter, dead_letter_headers::first_failure) == "1970-01-01T00:00:01.000Z");
        REQUIRE(text(letter, dead_letter_headers::error_code) == "handler.retry");
        REQUIRE_FALSE(letter.header("eventsdk-redrive-for").has_value());
        REQUIRE(text(letter, "id") == "1");
    }
}

TEST_CASE("headers that only look like a first position are not believed", "[consume][unit]") {
    for (const char* offset : {"", "-5", "7x", "99999999999999999999"}) {
        const Record forged{
            .topic = "orders",
            .value = "v",
            .headers = {
                {"eventsdk-dlq-topic", "other"}, {"eventsdk-dlq-partition", "1"}, {"eventsdk-dlq-offset", offset}}};
        const Record letter = make_dead_letter(received(forged, 3, 9), broken, "g", {}, false);
        REQUIRE(text(letter, dead_letter_headers::topic) == "orders");
        REQUIRE(text(letter, dead_letter_headers::offset) == "9");
        REQUIRE(headers_with(letter, "eventsdk-dlq-offset").size() == 1);
    }
}

TEST_CASE("a null key, a null value and a null header stay null", "[consume][unit]") {
    const Record tombstone{.topic = "orders", .headers = {{"trace", std::nullopt}}};
    const Record letter = make_dead_letter(received(tombstone, 0, 1), broken, "g", {}, false);
    REQUIRE_FALSE(letter.key.has_value());
    REQUIRE_FALSE(letter.value.has_value());
    REQUIRE(letter.headers.front() == Header{"trace", std::nullopt});
}

TEST_CASE("a dead letter by reference holds the value's digest instead of the value", "[consume][unit]") {
    Record large{.topic = "orders", .key = "k", .value = "abc", .headers = {{"big", std::string(20'000, 'x')}}};
    const Record letter = make_dead_letter(received(large, 1, 5), broken, "g", {}, true);
    REQUIRE_FALSE(letter.value.has_value());
    REQUIRE(letter.key == "k");
    REQUIRE_FALSE(letter.header("big").has_value());
    REQUIRE(text(letter, dead_letter_headers::value_sha256) ==
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    REQUIRE(text(letter, dead_letter_headers::value_bytes) == "3");
    REQUIRE(letter.size_bytes() < 2'000);
    large.key = std::string(40'000, 'k');
    REQUIRE_FALSE(make_dead_letter(received(large, 1, 5), broken, "g", {}, true).key.has_value());
}

TEST_CASE("an error message is cut between characters and repaired", "[consume][unit]") {
    REQUIRE(consume::printable_message("größe", 4) == "grö");
    REQUIRE(consume::printable_message("größe", 3) == "gr");
    REQUIRE(consume::printable_message("a\xff"
                                       "b",
                                       10) ==
            "a\xEF\xBF\xBD"
            "b");
    Failure wordy = broken;
    wordy.message = std::string(100'000, 'm');
    const Record letter = make_dead_letter(received({.topic = "orders"}, 0, 0), wordy, "g", {}, false);
    REQUIRE(text(letter, dead_letter_headers::error_message).size() == 1'000);
}

TEST_CASE("a dead letter goes to the topic named for its source", "[consume][unit]") {
    const DeadLetterOptions options{.topics = {{"orders", "graveyard"}}};
    REQUIRE(make_dead_letter(received({.topic = "orders"}, 0, 0), broken, "g", options, false).topic == "graveyard");
    REQUIRE(make_dead_letter(received({.topic = "others"}, 0, 0), broken, "g", options, false).topic == "others.dlq");
}
