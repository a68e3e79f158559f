#include "broker/compact_copy.hpp"

#include "support/catch.hpp"

#include <eventsdk/broker/record.hpp>

#include <memory>
#include <thread>

using namespace eventsdk;

namespace {

Record sample() {
    return {.topic = "t",
            .key = "k",
            .value = "value",
            .headers = {{"a", "1"}, {"a", "2"}, {"null", std::nullopt}, {"empty", ""}},
            .timestamp = Timestamp{std::chrono::milliseconds{1'700'000'000'123}}};
}

int released = 0;
constexpr RecordStorage counting{[](const void*) noexcept { return std::size_t{0}; },
                                 [](const void*, std::size_t) noexcept { return HeaderView{}; },
                                 [](void*) noexcept { ++released; }};

}  // namespace

TEST_CASE("the last header of a name wins, and a null value is no value", "[broker][unit]") {
    const Record record = sample();
    CHECK(record.header("a") == "2");
    CHECK(record.header("empty") == "");
    CHECK_FALSE(record.header("null"));
    CHECK_FALSE(record.header("absent"));
    Record hidden = sample();
    hidden.headers.push_back({"a", std::nullopt});
    CHECK_FALSE(hidden.header("a"));
}

TEST_CASE("the size of a record is its key, value and headers", "[broker][unit]") {
    CHECK(Record{}.size_bytes() == 0);
    CHECK(sample().size_bytes() == 1 + 5 + 2 + 2 + 4 + 5);
}

TEST_CASE("a received record shows what it was made of and turns back into it", "[broker][unit]") {
    const ReceivedRecord received = make_received(sample(), 3, 42);
    CHECK(received.topic == "t");
    CHECK(received.partition == 3);
    CHECK(received.offset == 42);
    CHECK(received.key == "k");
    CHECK(received.value == "value");
    REQUIRE(received.header_count() == 4);
    CHECK(received.header_at(1).value == "2");
    CHECK_FALSE(received.header_at(2).value);
    CHECK(received.header("a") == "2");
    CHECK_FALSE(received.header("null"));
    CHECK(received.to_record() == sample());
}

TEST_CASE("null and empty stay apart in a received record", "[broker][unit]") {
    const ReceivedRecord tombstone = make_received({.topic = "t", .key = ""}, 0, 0);
    CHECK(tombstone.key == "");
    CHECK_FALSE(tombstone.value);
    CHECK(tombstone.to_record() == Record{.topic = "t", .key = "", .timestamp = Timestamp{}});
}

TEST_CASE("a received record is released exactly once, wherever it was moved", "[broker][unit]") {
    released = 0;
    int handle = 0;
    {
        ReceivedRecord first{counting, &handle};
        ReceivedRecord second{std::move(first)};
        ReceivedRecord third;
        third = std::move(second);
        std::vector<ReceivedRecord> many;
        many.push_back(std::move(third));
        for (int i = 0; i < 20; ++i) many.emplace_back();
        CHECK(released == 0);
        std::thread{[moved = std::move(many)]() mutable { moved.clear(); }}.join();
        CHECK(released == 1);
    }
    CHECK(released == 1);
}

TEST_CASE("a received record that is assigned over gives its memory back at once", "[broker][unit]") {
    released = 0;
    int handle = 0;
    ReceivedRecord record{counting, &handle};
    record = make_received(sample(), 0, 0);
    CHECK(released == 1);
    CHECK(record.value == "value");
}

TEST_CASE("an empty received record has no headers", "[broker][unit]") {
    const ReceivedRecord none;
    CHECK(none.header_count() == 0);
    CHECK_FALSE(none.header("a"));
}

TEST_CASE("all headers of a record are read at once, into memory that is used again", "[broker][unit]") {
    std::vector<HeaderView> memory;
    const ReceivedRecord four = make_received(sample(), 0, 0);
    const auto headers = four.headers(memory);
    REQUIRE(headers.size() == 4);
    CHECK(headers[1].name == "a");
    CHECK(headers[1].value == "2");
    CHECK_FALSE(headers[2].value);
    CHECK(headers[3].value == "");
    const ReceivedRecord one = make_received({.topic = "t", .headers = {{"b", "3"}}}, 0, 0);
    REQUIRE(one.headers(memory).size() == 1);
    CHECK(one.headers(memory).front().value == "3");
    CHECK(memory.size() == 4);
    CHECK(ReceivedRecord{}.headers(memory).empty());
}

TEST_CASE("what an adapter answers in one step is asked of it", "[broker][unit]") {
    static constexpr RecordStorage quick{
        [](const void*) noexcept { return std::size_t{0}; },
        [](const void*, std::size_t) noexcept { return HeaderView{}; },
        [](void*) noexcept {},
        [](const void*, std::string_view name) noexcept { return std::optional{name}; },
        [](const void*, HeaderView* out, std::size_t room) noexcept {
            for (std::size_t index = 0; room >= 3 && index < 3; ++index) out[index] = {"n", "v"};
            return std::size_t{3};
        },
    };
    int handle = 0;
    const ReceivedRecord record{quick, &handle};
    CHECK(record.header("found") == "found");
    std::vector<HeaderView> memory;
    const auto headers = record.headers(memory);
    REQUIRE(headers.size() == 3);
    CHECK(headers[2].value == "v");
}

TEST_CASE("a compact copy is equal to its original and outlives it", "[broker][unit]") {
    for (const Record& record : {sample(), Record{.topic = "t", .key = "", .timestamp = Timestamp{}},
                                 Record{.topic = "t", .value = "", .timestamp = Timestamp{}}}) {
        auto original = std::make_unique<ReceivedRecord>(make_received(record, 3, 42));
        original->log_append_time = true;
        original->assignment = 7;
        const ReceivedRecord copy = broker::compact_copy(*original);
        original.reset();
        CHECK(copy.to_record() == record);
        CHECK(copy.partition == 3);
        CHECK(copy.offset == 42);
        CHECK(copy.log_append_time);
        CHECK(copy.assignment == 7);
        CHECK(copy.header("a") == record.header("a"));
    }
}
