#include <eventsdk/core/clock.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace {

class SystemClock final : public Clock {
public:
    Timestamp now() const noexcept override {
        return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
    MonotonicTime monotonic() const noexcept override { return std::chrono::steady_clock::now(); }
};

}  // namespace

std::shared_ptr<Clock> system_clock() {
    static const std::shared_ptr<Clock> clock = std::make_shared<SystemClock>();
    return clock;
}

EVENTSDK_END_NAMESPACE
