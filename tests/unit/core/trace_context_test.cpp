#include <eventsdk/core/trace_context.hpp>

#include <support/catch.hpp>
#include <support/vectors.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <thread>

using namespace eventsdk;

namespace {

constexpr const char* good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

}  // namespace

TEST_CASE("every traceparent of the vectors is read or refused as they say", "[core][unit]") {
    const auto vectors = support::load_vectors("trace_context.json");
    for (const auto& each : vectors["traceparent"]) {
        const auto text = each["traceparent"].get<std::string>();
        INFO(text);
        const auto parsed = TraceContext::parse(text);
        CHECK(is_traceparent(text) == each["valid"].get<bool>());
        REQUIRE(parsed.has_value() == each["valid"].get<bool>());
        if (!parsed) continue;
        CHECK(parsed->flags == each["flags"].get<unsigned>());
        CHECK(parsed->sampled() == each["sampled"].get<bool>());
        CHECK(parsed->traceparent() == "00" + text.substr(2, 53));
    }
}

TEST_CASE("every tracestate of the vectors is taken or refused as they say", "[core][unit]") {
    const auto vectors = support::load_vectors("trace_context.json");
    for (const auto& each : vectors["tracestate"]) {
        const auto text = each["tracestate"].get<std::string>();
        INFO(text);
        CHECK(is_tracestate(text) == each["valid"].get<bool>());
        const auto parsed = TraceContext::parse(good, text);
        REQUIRE(parsed);  // a bad tracestate never spoils a good traceparent
        CHECK(parsed->state == (each["valid"].get<bool>() ? text : ""));
    }
}

TEST_CASE("a bad traceparent takes its tracestate with it", "[core][unit]") {
    CHECK_FALSE(TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "a=b"));
}

TEST_CASE("a higher version may carry more, behind a dash", "[core][unit]") {
    const std::string later = "cc" + std::string{good}.substr(2);
    CHECK(is_traceparent(later + "-what-the-future-holds"));
    CHECK_FALSE(is_traceparent(later + "what"));
    CHECK_FALSE(is_traceparent("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"));
}

TEST_CASE("a child stays in the trace and gets a span of its own", "[core][unit]") {
    const auto parent = TraceContext::parse(good, "rojo=1").value();
    const TraceContext child = parent.child();
    CHECK(child.trace_id == parent.trace_id);
    CHECK(child.parent_id != parent.parent_id);
    CHECK(child.state == "rojo=1");
    CHECK(is_traceparent(child.traceparent()));
}

TEST_CASE("new traces are valid, sampled and different", "[core][unit]") {
    const TraceContext one = TraceContext::make();
    CHECK(is_traceparent(one.traceparent()));
    CHECK(one.sampled());
    CHECK(one.trace_id != TraceContext::make().trace_id);
}

TEST_CASE("new traces differ, on every thread", "[core][unit]") {
    std::set<std::string> all;
    std::vector<std::string> there;
    std::thread other{[&there] {
        for (int i = 0; i < 1'000; ++i) there.push_back(TraceContext::make().traceparent());
    }};
    for (int i = 0; i < 1'000; ++i) all.insert(TraceContext::make().traceparent());
    other.join();
    all.insert(there.begin(), there.end());
    CHECK(all.size() == 2'000);
}

TEST_CASE("a forked child begins other traces than its parent", "[core][unit]") {
    static_cast<void>(TraceContext::make());
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const TraceContext made = TraceContext::make();
        const bool written = ::write(ends[1], made.trace_id.data(), made.trace_id.size()) == 16;
        ::_exit(written ? 0 : 1);
    }
    const TraceContext mine = TraceContext::make();
    TraceContext theirs;
    REQUIRE(::read(ends[0], theirs.trace_id.data(), theirs.trace_id.size()) == 16);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK(mine.trace_id != theirs.trace_id);
}

TEST_CASE("each character of a traceparent must be what it must be", "[core][unit]") {
    const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    REQUIRE(is_traceparent(good));
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const char other : {'-', '/', ':', '@', 'A', 'F', 'G', '`', 'g', ' ', '\0', '\xb0', '\xe1'}) {
            if (other == good[at]) continue;
            std::string bad = good;
            bad[at] = other;
            INFO(at << " " << static_cast<int>(other));
            CHECK_FALSE(is_traceparent(bad));
        }
        for (const char digit : {'0', '9', 'a', 'f'}) {
            std::string changed = good;
            changed[at] = digit;
            INFO(at << " " << digit);
            const bool is_digit = good[at] != '-';
            CHECK(is_traceparent(changed) == is_digit);
        }
    }
}
