#include <eventsdk/core/logger.hpp>

#include <support/catch.hpp>

#include <unistd.h>

#include <functional>
#include <string>

using namespace eventsdk;

namespace {

/// What `work` writes to the standard error's file descriptor.
std::string stderr_of(const std::function<void()>& work) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const int kept = ::dup(STDERR_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    work();
    ::dup2(kept, STDERR_FILENO);
    ::close(kept);
    ::close(ends[1]);
    std::string text(4096, '\0');
    const ssize_t got = ::read(ends[0], text.data(), text.size());
    ::close(ends[0]);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

}  // namespace

TEST_CASE("a log line is time, level, message and named values", "[core][unit]") {
    const std::string line = stderr_of([] {
        stderr_logger()->log(
            LogLevel::warning, "partition paused",
            {{"topic", std::string_view{"a.b"}}, {"offset", std::int64_t{-7}}, {"share", 0.5}, {"live", true}});
    });
    REQUIRE(line.size() > 24);
    CHECK(line[10] == 'T');
    CHECK(line[23] == 'Z');
    CHECK(line.substr(24) == " warning partition paused topic=a.b offset=-7 share=0.5 live=true\n");
}

TEST_CASE("what comes from outside cannot forge or break a log line", "[core][unit]") {
    const std::string line = stderr_of([] {
        stderr_logger()->log(LogLevel::error, "bad\nkey\x1b[31m \xff \xc2\x85 Za\xc5\xbc",
                             {{"key", std::string_view{"a b\"c\\\r"}}, {"empty", std::string_view{}}});
    });
    REQUIRE(line.size() > 24);
    CHECK(line.substr(24) == " error bad\\nkey\\x1b[31m \\xff \\x85 Za\xc5\xbc key=\"a b\\\"c\\\\\\x0d\" empty=\"\"\n");
}

TEST_CASE("lines below the level are not written", "[core][unit]") {
    CHECK(stderr_of([] { stderr_logger(LogLevel::error)->log(LogLevel::warning, "quiet"); }).empty());
    CHECK(stderr_of([] { stderr_logger(LogLevel::off)->log(LogLevel::error, "quiet"); }).empty());
    CHECK(stderr_of([] { silent_logger()->log(LogLevel::error, "quiet"); }).empty());
    CHECK_FALSE(stderr_logger()->enabled(LogLevel::debug));
}
