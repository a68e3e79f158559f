#include <eventsdk/core/retry_policy.hpp>

#include <support/catch.hpp>

using namespace eventsdk;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t least = 0;
constexpr std::uint64_t most = ~std::uint64_t{0};

}  // namespace

TEST_CASE("the default waits about 1, 2 and 4 seconds and then gives up", "[core][unit]") {
    const RetryPolicy exact{.jitter = 0.0};
    CHECK(exact.delay_before(1, most) == 1000ms);
    CHECK(exact.delay_before(2, least) == 2000ms);
    CHECK(exact.delay_before(3, 7) == 4000ms);
    CHECK_FALSE(exact.delay_before(4, 7));
    CHECK_FALSE(RetryPolicy{.max_retries = 0}.delay_before(1, 7));
}

TEST_CASE("jitter draws around the pause, and the cap holds", "[core][unit]") {
    const RetryPolicy policy{};
    CHECK(policy.delay_before(1, least) == 900ms);
    CHECK(policy.delay_before(1, most) == 1100ms);
    CHECK(policy.delay_before(1, most / 2) == 1000ms);

    const RetryPolicy many{.max_retries = 1'000'000, .max_delay = 30s, .jitter = 0.5};
    CHECK(many.delay_before(1'000'000, most) == 30s);
    CHECK(many.delay_before(1'000'000, least) == 15s);
    CHECK(many.delay_before(5, 99) == many.delay_before(5, 99));
}

TEST_CASE("a policy out of range is refused by the member's name", "[core][unit]") {
    const auto refused = [](const RetryPolicy& policy, const char* member) {
        const auto checked = policy.validated();
        if (checked || checked.error().kind != ErrorKind::invalid_argument) return false;
        return checked.error().code == "retry_policy.out_of_range" &&
               checked.error().message.find(member) != std::string::npos;
    };
    CHECK(RetryPolicy{}.validated());
    CHECK(refused({.max_retries = -1}, "max_retries"));
    CHECK(refused({.max_retries = 1'000'001}, "max_retries"));
    CHECK(refused({.first_delay = 0ms}, "first_delay"));
    CHECK(refused({.first_delay = 61min, .max_delay = 24h}, "first_delay"));
    CHECK(refused({.multiplier = 0.5}, "multiplier"));
    CHECK(refused({.multiplier = std::numeric_limits<double>::quiet_NaN()}, "multiplier"));
    CHECK(refused({.first_delay = 10s, .max_delay = 9s}, "max_delay"));
    CHECK(refused({.max_delay = 25h}, "max_delay"));
    CHECK(refused({.jitter = 1.1}, "jitter"));
}
