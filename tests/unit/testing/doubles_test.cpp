#include "support/catch.hpp"

#include <eventsdk/testing/collecting_logger.hpp>
#include <eventsdk/testing/manual_clock.hpp>
#include <eventsdk/testing/sequential_ids.hpp>

#include <thread>

using namespace eventsdk;
using namespace std::chrono_literals;

TEST_CASE("a manual clock moves only when it is told to", "[testing][unit]") {
    testing::ManualClock clock;
    const Timestamp start = clock.now();
    const MonotonicTime before = clock.monotonic();
    CHECK(start == std::chrono::sys_days{std::chrono::year{2026} / 1 / 1});
    clock.advance(4s);
    CHECK(clock.now() - start == 4s);
    CHECK(clock.monotonic() - before == 4s);
}

TEST_CASE("a manual clock's wall time may jump back while its monotonic time stays", "[testing][unit]") {
    testing::ManualClock clock;
    const MonotonicTime before = clock.monotonic();
    clock.jump_to(Timestamp{} + 1h);
    CHECK(clock.now() == Timestamp{} + 1h);
    CHECK(clock.monotonic() == before);
}

TEST_CASE("no step of a manual clock is lost between threads", "[testing][unit]") {
    testing::ManualClock clock;
    const Timestamp start = clock.now();
    const auto run = [&] {
        for (int i = 0; i < 1'000; ++i) clock.advance(1us);
    };
    std::thread first{run};
    std::thread second{run};
    first.join();
    second.join();
    CHECK(clock.now() - start == 2'000us);
}

TEST_CASE("sequential ids are valid version 7 UUIDs that count", "[testing][unit]") {
    testing::SequentialIds ids;
    CHECK(ids.next().to_string() == "00000000-0000-7000-8000-000000000001");
    const Uuid second = ids.next();
    CHECK(second == testing::SequentialIds::nth(2));
    CHECK(second.version() == 7);
    CHECK(ids.count() == 2);
}

TEST_CASE("a collecting logger keeps every line with its fields as text", "[testing][unit]") {
    testing::CollectingLogger logger;
    logger.log(LogLevel::warning, "commit failed", {{"group", std::string_view{"g"}}, {"tries", std::int64_t{3}}});
    logger.log(LogLevel::debug, "poll", {{"ok", true}, {"seconds", 0.5}});
    REQUIRE(logger.lines().size() == 2);
    CHECK(logger.lines()[0].fields == std::map<std::string, std::string>{{"group", "g"}, {"tries", "3"}});
    CHECK(logger.lines()[1].fields.at("ok") == "true");
    CHECK(logger.lines()[1].fields.at("seconds") == "0.5");
    CHECK(logger.count(LogLevel::warning) == 1);
    CHECK(logger.contains("commit"));
    CHECK(logger.contains("tries"));
    CHECK_FALSE(logger.contains("absent"));
    logger.clear();
    CHECK(logger.lines().empty());
}
