#include <eventsdk/testing/manual_clock.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {
namespace {

template <class Time>
void add(std::atomic<Time>& time, std::chrono::microseconds by) noexcept {
    Time before = time.load();
    while (!time.compare_exchange_weak(before, before + by)) {
    }
}

}  // namespace

void ManualClock::advance(std::chrono::microseconds by) noexcept {
    add(monotonic_, by);
    add(now_, by);
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
