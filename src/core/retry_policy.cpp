#include <eventsdk/core/retry_policy.hpp>

#include <algorithm>
#include <cmath>
#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace {

Error bad(std::string_view member, std::string_view range) {
    Error error{.kind = ErrorKind::invalid_argument, .code = "retry_policy.out_of_range"};
    error.message.append("RetryPolicy::").append(member).append(" is out of range");
    error.hint.append("give ").append(member).append(" ").append(range);
    return error;
}

}  // namespace

Result<RetryPolicy> RetryPolicy::validated() const {
    using namespace std::chrono_literals;
    if (max_retries < 0 || max_retries > 1'000'000) return bad("max_retries", "0 to 1,000,000");
    if (first_delay < 1ms || first_delay > 1h) return bad("first_delay", "1 ms to 1 h");
    if (!(multiplier >= 1.0 && multiplier <= 100.0)) return bad("multiplier", "1.0 to 100.0");
    if (max_delay < first_delay || max_delay > 24h) return bad("max_delay", "first_delay to 24 h");
    if (!(jitter >= 0.0 && jitter <= 1.0)) return bad("jitter", "0.0 to 1.0");
    return *this;
}

std::optional<Duration> RetryPolicy::delay_before(int retry, std::uint64_t random) const noexcept {
    if (retry > max_retries) return {};
    const auto cap = static_cast<double>(max_delay.count());
    const double growth = std::pow(multiplier, std::max(retry, 1) - 1);
    const double pause = std::min(cap, static_cast<double>(first_delay.count()) * growth);
    const double share = static_cast<double>(random >> 11) * 0x1.0p-53;  // 0 to below 1
    const double drawn = pause * (1.0 + jitter * (2.0 * share - 1.0));
    return Duration{static_cast<Duration::rep>(std::clamp(std::round(drawn), 0.0, cap))};
}

EVENTSDK_END_NAMESPACE
