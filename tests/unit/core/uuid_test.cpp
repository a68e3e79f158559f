#include <eventsdk/core/uuid.hpp>

#include <support/catch.hpp>
#include <support/vectors.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <thread>

using namespace eventsdk;

namespace {

struct SetClock final : Clock {
    Timestamp time{std::chrono::milliseconds{1'761'912'000'000}};
    Timestamp now() const noexcept override { return time; }
    MonotonicTime monotonic() const noexcept override { return {}; }
};

std::int64_t unix_ms(const Uuid& uuid) {
    std::int64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i) ms = ms * 256 + uuid.bytes[i];
    return ms;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    return text;
}

}  // namespace

TEST_CASE("every byte at every place of a UUID's text is a digit or makes it none", "[core][unit]") {
    const std::string good = "0190A1b2-c3d4-7e5f-8a9B-0c1d2e3f4a5b";
    const std::string_view digits = "0123456789abcdef";
    for (std::size_t at = 0; at < good.size(); ++at)
        for (int c = 0; c < 256; ++c) {
            std::string text = good;
            text[at] = static_cast<char>(c);
            const auto digit = digits.find(lower(text.substr(at, 1)));
            const bool dash = good[at] == '-';
            CAPTURE(at, c);
            const auto read = Uuid::parse(text);
            REQUIRE(read.has_value() == (dash ? c == '-' : digit != std::string_view::npos));
            if (read) REQUIRE(read->to_string() == lower(text));
        }
    CHECK_FALSE(Uuid::parse(good + "0"));
    CHECK_FALSE(Uuid::parse(good.substr(1)));
}

TEST_CASE("every UUID of the vectors is read or refused as they say", "[core][unit]") {
    const auto vectors = support::load_vectors("uuids.json");
    for (const auto& each : vectors["cases"]) {
        const auto text = each["text"].get<std::string>();
        INFO(text);
        const auto parsed = Uuid::parse(text);
        REQUIRE(parsed.has_value() == each["valid"].get<bool>());
        if (!parsed) continue;
        CHECK(parsed->to_string() == lower(text));
        CHECK(parsed->is_nil() == (each["kind"] == "nil"));
        if (each.contains("version")) CHECK(parsed->version() == each["version"].get<int>());
        if (each.contains("unix_ts_ms")) CHECK(unix_ms(*parsed) == each["unix_ts_ms"].get<std::int64_t>());
    }
    for (const auto& each : vectors["well_formed_but_odd"]) {
        INFO(each["text"]);
        CHECK(Uuid::parse(each["text"].get<std::string>()).has_value());
    }
}

TEST_CASE("version 7 is built from its parts and sorts by time", "[core][unit]") {
    const auto vectors = support::load_vectors("uuids.json");
    for (const auto& each : vectors["build_v7"]) {
        const Uuid built = Uuid::v7(each["unix_ts_ms"].get<std::int64_t>(), each["rand_a"].get<std::uint16_t>(),
                                    each["rand_b"].get<std::uint64_t>());
        CHECK(built.to_string() == each["text"].get<std::string>());
    }
    std::vector<Uuid> sorted;
    for (const auto& each : vectors["sorted_v7"]) sorted.push_back(*Uuid::parse(each.get<std::string>()));
    CHECK(std::is_sorted(sorted.begin(), sorted.end()));
}

TEST_CASE("version 5 is the SHA-1 of a name in a namespace", "[core][unit]") {
    // RFC 9562 appendix A.4: "www.example.com" in the DNS namespace.
    const Uuid dns = *Uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    CHECK(Uuid::v5(dns, "www.example.com").to_string() == "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST_CASE("ids of one generator strictly increase within a millisecond and when the clock goes back", "[core][unit]") {
    const auto clock = std::make_shared<SetClock>();
    const auto ids = uuid_v7_generator(clock);
    Uuid last = ids->next();
    CHECK(unix_ms(last) == 1'761'912'000'000);
    CHECK(last.version() == 7);
    CHECK((last.bytes[8] >> 6) == 2);
    for (int i = 0; i < 100'000; ++i) {
        if (i == 50'000) clock->time -= std::chrono::hours{1};
        const Uuid next = ids->next();
        REQUIRE(last < next);
        last = next;
    }
    clock->time += std::chrono::hours{2};
    CHECK(unix_ms(ids->next()) == 1'761'912'000'000 + 3'600'000);
}

TEST_CASE("an id made at a given time holds it, unless a later one was given before", "[core][unit]") {
    const auto clock = std::make_shared<SetClock>();
    const auto ids = uuid_v7_generator(clock);
    const Timestamp later = clock->time + std::chrono::seconds{5};
    const Uuid first = ids->next_at(later);
    CHECK(unix_ms(first) == 1'761'912'005'000);
    const Uuid second = ids->next_at(clock->time);
    CHECK(unix_ms(second) == 1'761'912'005'000);
    CHECK(first < second);
    CHECK(second < ids->next());
}

TEST_CASE("ids made by many threads at once are all different, and increase within each thread", "[core][unit]") {
    const auto ids = uuid_v7_generator();
    std::vector<std::vector<Uuid>> made(4);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : made) {
            threads.emplace_back([&mine, &ids] {
                for (int i = 0; i < 20'000; ++i) mine.push_back(ids->next());
            });
        }
    }
    std::set<Uuid> all;
    for (const auto& mine : made) {
        CHECK(std::is_sorted(mine.begin(), mine.end()));
        all.insert(mine.begin(), mine.end());
    }
    CHECK(all.size() == 80'000);
}

TEST_CASE("a forked child makes other ids than its parent", "[core][unit]") {
    const auto ids = uuid_v7_generator(std::make_shared<SetClock>());
    static_cast<void>(ids->next());
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const Uuid made = ids->next();
        const bool written = ::write(ends[1], made.bytes.data(), made.bytes.size()) == 16;
        ::_exit(written ? 0 : 1);
    }
    const Uuid mine = ids->next();
    Uuid theirs;
    REQUIRE(::read(ends[0], theirs.bytes.data(), theirs.bytes.size()) == 16);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK(mine.version() == 7);
    CHECK(theirs.version() == 7);
    CHECK_FALSE(std::equal(mine.bytes.begin() + 9, mine.bytes.end(), theirs.bytes.begin() + 9));
}

TEST_CASE("a generator without a clock uses the machine's", "[core][unit]") {
    CHECK(unix_ms(uuid_v7_generator(nullptr)->next()) > 1'700'000'000'000);
}
